"""CSV files: the statement of an account, balances, and payouts for the bank. Amounts are in whole units."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from booking_domain.payments.earnings import EarningTotals, EarningView, ProviderBalance
from booking_domain.shared.money import MINOR_UNIT_DIGITS
from booking_domain.workflows.ports import ProviderPayoutFilter, ProviderPayoutReads, Reads
from booking_domain.workflows.queries.earnings import EarningsAccount
from booking_domain.workflows.views import ProviderPayoutView
from entrypoints.http.kit.csv_cells import PAGE, csv_file, csv_lines, moment

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
_PAYOUTS: Final = (
    "id",
    "provider",
    "holderName",
    "bank",
    "accountNumber",
    "amount",
    "currency",
    "status",
    "createdAt",
    "approvedAt",
    "bankReference",
)


def whole(amount: int, currency: str) -> str:
    """A signed amount in whole units of its currency."""
    return str(Decimal(amount).scaleb(-MINOR_UNIT_DIGITS[currency]))


async def statement(account: EarningsAccount, reads: Reads) -> AsyncIterator[bytes]:
    """The opening balances, the entries and the closing balances of an account over its period."""
    period = account.period
    yield csv_lines([_STATEMENT])
    yield csv_lines(
        (moment(period.start), "opening", *[""] * 6, whole(each.opening, each.currency), each.currency, "")
        for each in account.totals
    )
    entries = account.entries
    while entries:
        yield csv_lines(map(_entry, entries))
        entries = await reads.earnings.page(period, entries[-1].id, PAGE) if len(entries) == PAGE else ()
    yield csv_lines((moment(period.end), "closing", "", "", *_sums(each), each.currency, "") for each in account.totals)


def _entry(view: EarningView) -> Sequence[str]:
    entry = view.earning
    amounts = (entry.kept, entry.desk, entry.commission, entry.amount)
    return (
        moment(entry.at),
        entry.kind.value,
        view.booking_reference or "",
        "" if entry.payout_id is None else str(entry.payout_id),
        *(whole(amount, entry.currency) for amount in amounts),
        "",
        entry.currency,
        entry.reason or "",
    )


def _sums(totals: EarningTotals) -> Sequence[str]:
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


def _balance(balance: ProviderBalance) -> Sequence[str]:
    return (
        str(balance.provider_id),
        balance.provider_name,
        "yes" if balance.has_bank_account else "no",
        whole(balance.owed, balance.currency),
        whole(balance.reserved, balance.currency),
        balance.currency,
    )


def payouts(
    chosen: ProviderPayoutFilter, first: Sequence[ProviderPayoutView], reads: ProviderPayoutReads
) -> AsyncIterator[bytes]:
    """Payouts to providers, with the accounts to transfer to."""
    return csv_file(_PAYOUTS, first, _payout, lambda last: reads.page(replace(chosen, after=last.payout.id)))


def _payout(view: ProviderPayoutView) -> Sequence[str]:
    payout, payee = view.payout, view.payee
    return (
        str(payout.id),
        view.provider_name,
        payee.holder_name if payee else "",
        payee.bank if payee else "",
        payee.account_number if payee else "",
        str(payout.amount.decimal()),
        payout.amount.currency,
        payout.status.value,
        moment(payout.created_at),
        moment(payout.approved_at),
        payout.bank_reference or "",
    )
