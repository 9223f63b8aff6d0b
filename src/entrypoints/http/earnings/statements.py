"""CSV files: the statement of an account, balances, and payouts for the bank. Amounts are in whole units."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Final

from booking_domain.payments.earnings import EarningTotals, EarningView, ProviderBalance
from booking_domain.shared.money import MINOR_UNIT_DIGITS
from booking_domain.use_cases.payments.earnings_queries import EarningsAccount
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import ProviderPayoutView
from entrypoints.http.kit.csv_cells import PAGE, Columns, csv_lines

_STATEMENT: Final = (
    "at",
    "kind",
    "bookingReference",
    "payoutId",
    "kept",
    "desk",
    "commission",
    "amount",
    "balance",
    "currency",
    "reason",
)
_BALANCES: Final = ("providerId", "provider", "hasBankAccount", "owed", "reserved", "currency")
PAYOUTS: Final[Columns[ProviderPayoutView]] = {
    "id": lambda view: view.payout.id,
    "provider": lambda view: view.provider_name,
    "holderName": lambda view: view.payee and view.payee.holder_name,
    "bank": lambda view: view.payee and view.payee.bank,
    "accountNumber": lambda view: view.payee and view.payee.account_number,
    "amount": lambda view: view.payout.amount.decimal(),
    "currency": lambda view: view.payout.amount.currency,
    "status": lambda view: view.payout.status,
    "createdAt": lambda view: view.payout.created_at,
    "approvedAt": lambda view: view.payout.approved_at,
    "bankReference": lambda view: view.payout.bank_reference,
}


def whole(amount: int, currency: str) -> Decimal:
    """A signed amount in whole units of its currency."""
    return Decimal(amount).scaleb(-MINOR_UNIT_DIGITS[currency])


async def statement(account: EarningsAccount, reads: Reads) -> AsyncIterator[bytes]:
    """The opening balances, the entries and the closing balances of an account over its period."""
    period = account.period
    yield csv_lines([_STATEMENT])
    yield csv_lines(
        (period.start, "opening", *[None] * 6, whole(each.opening, each.currency), each.currency, None)
        for each in account.totals
    )
    entries = account.entries
    while entries:
        yield csv_lines(map(_entry, entries))
        entries = await reads.earnings.page(period, entries[-1].id, PAGE) if len(entries) == PAGE else ()
    yield csv_lines((period.end, "closing", None, None, *_sums(each), each.currency, None) for each in account.totals)


def _entry(view: EarningView) -> Sequence[object]:
    entry = view.earning
    amounts = (entry.kept, entry.desk, entry.commission, entry.amount)
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
    amounts = (totals.kept, totals.desk, totals.commission, moved, totals.closing)
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
