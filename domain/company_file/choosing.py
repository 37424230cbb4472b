"""What the company is called and what it chooses: the keys `company` and `settings`."""

from dataclasses import replace

from domain.company import Settings
from domain.company_file.choices import CURRENCIES
from domain.company_file.draft import Draft
from domain.company_file.faults import FaultKind
from domain.company_file.row import Row
from domain.company_file.scalars import Whole, read_flag, read_money, read_share, read_time

CLOSE_DAY = Whole(1, 31)  # a month without that day closes on its last
UNDO_MINUTES = Whole(0, 7 * 24 * 60)


def company(row: Row, draft: Draft) -> None:
    """The company itself. The day of the month's close stands here or among the settings."""
    draft.name = row.text("name", draft.name)
    draft.currency = row.choice("currency", draft.currency, CURRENCIES, ("CNY",))
    close = row.maybe("month_close_day", draft.settings.month_close_day, CLOSE_DAY)
    draft.settings = replace(draft.settings, month_close_day=close)


def settings(row: Row, draft: Draft, company_row: Row | None) -> None:
    """What a company may choose; null goes back to the default."""
    old, default = draft.settings, Settings()
    close = row.maybe("month_close_day", old.month_close_day, CLOSE_DAY)
    both = company_row is not None and company_row.has("month_close_day") and row.has("month_close_day")
    if both and close != old.month_close_day:
        row.fault("month_close_day", FaultKind.CONTRADICTION, value=str(close), other="company.month_close_day")
    finance, tolerance = default.requisition_finance_from, default.receipt_over_tolerance
    draft.settings = Settings(
        digest_time=row.read("digest_time", old.digest_time, default.digest_time, read_time),
        requisition_finance_from=row.read(
            "requisition_finance_from", old.requisition_finance_from, finance, read_money
        ),
        receipt_over_tolerance=row.read("receipt_over_tolerance", old.receipt_over_tolerance, tolerance, read_share),
        undo_minutes=row.read("undo_minutes", old.undo_minutes, default.undo_minutes, UNDO_MINUTES),
        sampling_rate=row.read("sampling_rate", old.sampling_rate, default.sampling_rate, read_share),
        ask_on_repeat=row.read("ask_on_repeat", old.ask_on_repeat, default.ask_on_repeat, read_flag),
        month_close_day=close,
    )
