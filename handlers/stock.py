"""库存 预警: what lies where, and what is running out."""

from domain import digest, stock_query
from domain.operation import Operation
from domain.stock_query import StockQuestion
from handlers.ask import Ask


def ask_stock(ask: Ask) -> Operation:
    materials = tuple(dict.fromkeys(line.material for line in ask.reading.lines if line.material))
    question = StockQuestion(project=ask.field("project"), materials=materials, warehouse=ask.field("warehouse"))
    return stock_query.ask(question, by=ask.by)


def ask_low(ask: Ask) -> Operation:
    return digest.low(ask.field("project"), by=ask.by)
