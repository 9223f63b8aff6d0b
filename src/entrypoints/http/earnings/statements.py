"""CSV files: the statement of an account, balances, and payouts for the bank. Amounts are in whole units."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from booking_domain.payments.earnings import EarningKind, EarningTotals, EarningView, ProviderBalance, StatementTooLong
from booking_domain.shared.documents import Column, Document, Fact
from booking_domain.shared.money import MINOR_UNIT_DIGITS
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.payments.earnings_queries import EarningsAccount
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import ProviderPayoutView, ProviderView
from entrypoints.http.kit.csv_cells import PAGE, Columns, csv_lines
from entrypoints.http.refunds.schemas import COLUMNS
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
            Column(heading=say(Phrase("Tips")), numeric=True),
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
        *(
            _whole(amount, entry.currency, say)
            for amount in (entry.kept, entry.desk, entry.tips, -entry.commission, entry.amount)
        ),
        entry.currency,
    )


def _totals(totals: EarningTotals, say: Wording) -> Iterator[Fact]:
    for label, amount in (
        (Phrase("Opening balance"), totals.opening),
        (Phrase("Kept"), totals.kept),
        (Phrase("Commission"), -totals.commission),
        (Phrase("Discounts of the platform"), totals.funded),
        (Phrase("Paid out"), -totals.paid_out),
        (Phrase("Adjustments"), totals.adjusted),
        (Phrase("Closing balance"), totals.closing),
    ):
        yield Fact(label=say(label), value=f"{_whole(amount, totals.currency, say)} {totals.currency}")


def _at(at: datetime, zone: str, say: Wording) -> str:
    return say.values.moment(at.astimezone(time_zone(zone)))


def _whole(amount: int, currency: str, say: Wording) -> str:
    return say.values.number(whole(amount, currency))


_STATEMENT: Final = (
    "at",
    "kind",
    "bookingReference",
    "payoutId",
    "kept",
    "desk",
    "tips",
    "commission",
    "funded",
    "amount",
    "balance",
    "currency",
    "reason",
)
_BALANCES: Final = ("providerId", "provider", "hasBankAccount", "owed", "reserved", "currency")
PAYOUTS: Final[Columns[ProviderPayoutView]] = {
    "id": lambda view: view.id,
    "provider": lambda view: view.provider_name,
    **COLUMNS,
    "status": lambda view: view.transfer.status,
    "createdAt": lambda view: view.transfer.created_at,
    "approvedAt": lambda view: view.transfer.approved_at,
    "bankReference": lambda view: view.transfer.bank_reference,
}


def whole(amount: int, currency: str) -> Decimal:
    """A signed amount in whole units of its currency."""
    return Decimal(amount).scaleb(-MINOR_UNIT_DIGITS[currency])


async def statement(account: EarningsAccount, reads: Reads) -> AsyncIterator[bytes]:
    """The opening balances, the entries and the closing balances of an account over its period."""
    period = account.period
    yield csv_lines([_STATEMENT])
    yield csv_lines(
        (period.start, "opening", *[None] * 8, whole(each.opening, each.currency), each.currency, None)
        for each in account.totals
    )
    entries = account.entries
    while entries:
        yield csv_lines(map(_entry, entries))
        entries = await reads.earnings.page(period, entries[-1].id, PAGE) if len(entries) == PAGE else ()
    yield csv_lines((period.end, "closing", None, None, *_sums(each), each.currency, None) for each in account.totals)


def _entry(view: EarningView) -> Sequence[object]:
    entry = view.earning
    amounts = (entry.kept, entry.desk, entry.tips, entry.commission, entry.funded, entry.amount)
    return (
        entry.at,
        entry.kind,
        view.booking_reference,
        entry.payout_id,
        *(whole(amount, entry.currency) for amount in amounts),
        None,
        entry.currency,
        entry.reason,
    )


def _sums(totals: EarningTotals) -> Sequence[Decimal]:
    moved = totals.closing - totals.opening
    amounts = (totals.kept, totals.desk, totals.tips, totals.commission, totals.funded, moved, totals.closing)
    return [whole(amount, totals.currency) for amount in amounts]


async def balances(first: Sequence[ProviderBalance], reads: Reads) -> AsyncIterator[bytes]:
    """The balance of each provider, a line for each currency."""
    yield csv_lines([_BALANCES])
    page = first
    while page:
        yield csv_lines(map(_balance, page))
        page = await reads.earnings.balances(page[-1].provider_id, PAGE)


def _balance(balance: ProviderBalance) -> Sequence[object]:
    return (
        balance.provider_id,
        balance.provider_name,
        balance.has_bank_account,
        whole(balance.owed, balance.currency),
        whole(balance.reserved, balance.currency),
        balance.currency,
    )
