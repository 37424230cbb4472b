"""The company file: what a company tells the book about itself, checked as a whole."""

from domain.company_file.faults import CompanyFileFaults, Fault, FaultKind, Thing
from domain.company_file.read import CompanyFile, read_company_file
from domain.company_file.whole import InUse

__all__ = ["CompanyFile", "CompanyFileFaults", "Fault", "FaultKind", "InUse", "Thing", "read_company_file"]
