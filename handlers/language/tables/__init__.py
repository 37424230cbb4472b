"""The words of the trade, in tables that a storekeeper may extend; read once, strictly, when the program starts."""

from handlers.language.tables.sheet import Sheet, TableFault, any_of, longest_first

__all__ = ["Sheet", "TableFault", "any_of", "longest_first"]
