"""The statement of an account as a PDF file, in the language of its reader."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from booking_domain.payments.earnings import EarningKind, EarningTotals, EarningView, StatementTooLong
from booking_domain.shared.documents import Column, Document, Fact
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.payments.earnings_queries import EarningsAccount
from booking_domain.use_cases.platform.views import ProviderView
from entrypoints.http.earnings.statements import whole
from entrypoints.languages.documents import Phrase, Wording

MOST: Final = 2_000
"""The maximum number of entries in a PDF file: rendering them takes a second."""
_KINDS: Final = {
    EarningKind.BOOKING: Phrase("Booking"),
    EarningKind.PAYOUT: Phrase("Payout"),
    EarningKind.ADJUSTMENT: Phrase("Adjustment"),
}


def statement_document(account: EarningsAccount, provider: ProviderView, *, language: str, now: datetime) -> Document:
    """Write the statement of an account with all its entries.

    Raises:
        StatementTooLong: the period has more than `MOST` entries.
    """
    if len(account.entries) > MOST:
        raise StatementTooLong(most=MOST)
    say, zone = Wording(language), provider.time_zone
    start, end = account.period.start, account.period.end or now
    return Document(
        language=say.language,
        title=say(Phrase("Statement of earnings")),
        number=" – ".join(_at(each, zone, say) for each in (start, end) if each is not None),
        created_at=now,
        facts=(
            Fact(label=say(Phrase("Provider")), value=provider.profile.display_name),
            Fact(label=say(Phrase("Time zone")), value=zone),
        ),
        columns=(
            Column(heading=say(Phrase("Date"))),
            Column(heading=say(Phrase("Entry"))),
            Column(heading=say(Phrase("Booking")), numeric=True),
            Column(heading=say(Phrase("Kept")), numeric=True),
            Column(heading=say(Phrase("At the desk")), numeric=True),
            Column(heading=say(Phrase("Commission")), numeric=True),
            Column(heading=say(Phrase("Amount")), numeric=True),
            Column(heading="", numeric=True),
        ),
        rows=[_row(view, say, zone) for view in account.entries],
        totals=[fact for totals in account.totals for fact in _totals(totals, say)],
    )


def _row(view: EarningView, say: Wording, zone: str) -> Sequence[str]:
    entry = view.earning
    return (
        _at(entry.at, zone, say),
        ": ".join(filter(None, (say(_KINDS[entry.kind]), entry.reason))),
        view.booking_reference or "",
        *(_whole(amount, entry.currency, say) for amount in (entry.kept, entry.desk, -entry.commission, entry.amount)),
        entry.currency,
    )


def _totals(totals: EarningTotals, say: Wording) -> Iterator[Fact]:
    for label, amount in (
        (Phrase("Opening balance"), totals.opening),
        (Phrase("Kept"), totals.kept),
        (Phrase("Commission"), -totals.commission),
        (Phrase("Paid out"), -totals.paid_out),
        (Phrase("Adjustments"), totals.adjusted),
        (Phrase("Closing balance"), totals.closing),
    ):
        yield Fact(label=say(label), value=f"{_whole(amount, totals.currency, say)} {totals.currency}")


def _at(at: datetime, zone: str, say: Wording) -> str:
    return say.values.moment(at.astimezone(time_zone(zone)))


def _whole(amount: int, currency: str, say: Wording) -> str:
    return say.values.number(whole(amount, currency))
