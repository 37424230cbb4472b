"""The reading of chat text: text, context, catalogue and today's date become a Reading. Pure: no clock, no I/O."""

from handlers.language.catalogue import Catalogue
from handlers.language.context import Context
from handlers.language.read import read
from handlers.language.reading import Line, Reading, Status

__all__ = ["Catalogue", "Context", "Line", "Reading", "Status", "read"]
