"""Providers' accounts in memory: commission rates and entries."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import TO_COME, Status
from booking_domain.payments.earnings import (
    BookingEarnings,
    Commission,
    CommissionRate,
    CommissionRates,
    CommissionReads,
    Earning,
    EarningKind,
    EarningReads,
    Earnings,
    EarningTotals,
    EarningView,
    HeldMoney,
    Period,
    ProviderBalance,
)
from booking_domain.payments.model import GIFT_CARD_OF_PROVIDER
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.payments.refunds import RefundStatus
from booking_domain.shared.ids import BookingId, CommissionId, EarningId, ProviderId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.identity.memory.tables import BANK_ACCOUNTS
from booking_domain.testing.kit.tables import InMemory, Repository, State
from booking_domain.testing.payments.memory.tables import (
    COMMISSION_RATES,
    EARNINGS,
    EARNINGS_VERSIONS,
    PAYMENTS,
    PROVIDER_PAYOUTS,
    REFUNDS,
)


class MemoryCommissionRates(Repository[CommissionId, CommissionRate], CommissionRates):
    """The commission rates of one database transaction."""

    table = COMMISSION_RATES

    async def at(self, provider_id: ProviderId, at: datetime) -> Commission:
        return _commission(self._state, provider_id, at)


class MemoryCommissionReads(InMemory, CommissionReads):
    """Committed commission rates."""

    async def at(self, provider_id: ProviderId | None, at: datetime) -> Commission:
        return _commission(self._state, provider_id, at)


class MemoryEarnings(Repository[EarningId, Earning], Earnings):
    """The entries of one database transaction."""

    table = EARNINGS

    async def of_booking(self, booking_id: BookingId) -> BookingEarnings:
        entries = self._rows.where(lambda each: each.booking_id == booking_id)
        return BookingEarnings(
            kept=sum(each.kept for each in entries),
            desk=sum(each.desk for each in entries),
            tips=sum(each.tips for each in entries),
            commission=sum(each.commission for each in entries),
            funded=sum(each.funded for each in entries),
        )

    async def record_version(self, booking_id: BookingId, version: int) -> None:
        self._state.require(BOOKINGS, booking_id)
        self._state[EARNINGS_VERSIONS][booking_id] = version

    async def outdated(self, provider_id: ProviderId) -> Sequence[BookingId]:
        return sorted(each.id for each in _outdated(self._state) if each.provider_id == provider_id)

    async def lock_balance(self, provider_id: ProviderId, currency: str) -> int:
        self._state.lock()
        return balances_of(self._state, provider_id).get(currency, 0)


class MemoryEarningReads(InMemory, EarningReads):
    """Committed entries."""

    async def outdated(self, limit: int) -> Sequence[BookingId]:
        return [each.id for each in _outdated(self._state)][:limit]

    async def totals(self, period: Period) -> Sequence[EarningTotals]:
        by_currency: defaultdict[str, list[Earning]] = defaultdict(list)
        for each in self._state[EARNINGS].values():
            if each.provider_id == period.provider_id:
                by_currency[each.currency].append(each)
        found = []
        for currency, entries in sorted(by_currency.items()):
            within = [each for each in entries if _is_in(period, each)]
            found.append(
                EarningTotals(
                    currency=currency,
                    opening=sum(each.amount for each in entries if period.start is not None and each.at < period.start),
                    kept=sum(each.kept for each in within),
                    desk=sum(each.desk for each in within),
                    tips=sum(each.tips for each in within),
                    commission=sum(each.commission for each in within),
                    funded=sum(each.funded for each in within),
                    paid_out=sum(-each.amount for each in within if each.kind is EarningKind.PAYOUT),
                    adjusted=sum(each.amount for each in within if each.kind is EarningKind.ADJUSTMENT),
                    owed=sum(each.amount for each in entries),
                )
            )
        return found

    async def held(self, provider_id: ProviderId) -> Sequence[HeldMoney]:
        state = self._state
        upcoming: defaultdict[str, int] = defaultdict(int)
        disputed: defaultdict[str, int] = defaultdict(int)
        for booking in state[BOOKINGS].values():
            if booking.provider_id != provider_id:
                continue
            kept = booking.paid.amount - booking.refunded.amount
            rest = max(0, kept - _pending(state, booking) - _prepaid(state, booking))
            if booking.status is Status.DISPUTED:
                disputed[booking.price.currency] += rest
            elif booking.status in TO_COME:
                upcoming[booking.price.currency] += rest
        return [
            HeldMoney(currency=each, upcoming=upcoming[each], disputed=disputed[each])
            for each in sorted({*upcoming, *disputed})
            if upcoming[each] + disputed[each] > 0
        ]

    async def page(self, period: Period, after: EarningId | None, limit: int) -> Sequence[EarningView]:
        state = self._state
        found = state[EARNINGS].page(
            lambda each: each.provider_id == period.provider_id and _is_in(period, each), after, limit
        )
        return [_view(state, each) for each in found]

    async def get(self, earning_id: EarningId) -> EarningView | None:
        state = self._state
        found = state[EARNINGS].get(earning_id)
        return None if found is None else _view(state, found)

    async def balances(self, after: ProviderId | None, limit: int) -> Sequence[ProviderBalance]:
        state = self._state
        earners = sorted({each.provider_id for each in state[EARNINGS].values()})
        page = [each for each in earners if after is None or each > after][:limit]
        return [
            ProviderBalance(
                provider_id=provider_id,
                provider_name=state[PROFILES][provider_id].display_name,
                currency=currency,
                owed=owed,
                reserved=_reserved(state, provider_id, currency),
                has_bank_account=state[PROFILES][provider_id].owner_id in state[BANK_ACCOUNTS],
            )
            for provider_id in page
            for currency, owed in sorted(balances_of(state, provider_id).items())
        ]


def _view(state: State, entry: Earning) -> EarningView:
    reference = None if entry.booking_id is None else state[BOOKINGS][entry.booking_id].reference
    return EarningView(earning=entry, booking_reference=reference)


def balances_of(state: State, provider_id: ProviderId) -> dict[str, int]:
    """Return what a provider is owed, by currency."""
    balances: defaultdict[str, int] = defaultdict(int)
    for each in state[EARNINGS].values():
        if each.provider_id == provider_id:
            balances[each.currency] += each.amount
    return dict(balances)


def _commission(state: State, provider_id: ProviderId | None, at: datetime) -> Commission:
    platform, own = _rate(state, None, at), None if provider_id is None else _rate(state, provider_id, at)
    return Commission(platform=platform or 0, own=own)


def _rate(state: State, provider_id: ProviderId | None, at: datetime) -> int | None:
    rates = [each for each in state[COMMISSION_RATES].values() if each.provider_id == provider_id and each.since <= at]
    latest = max(rates, key=lambda each: (each.since, each.id), default=None)
    return None if latest is None else latest.basis_points


def _outdated(state: State) -> list[Booking]:
    versions = state[EARNINGS_VERSIONS]
    return [
        each
        for each in state[BOOKINGS].values()
        if (each.paid or each.desk_paid or each.tips or each.id in versions) and versions.get(each.id) != each.version
    ]


def _pending(state: State, booking: Booking) -> int:
    return sum(
        each.amount.amount
        for each in state[REFUNDS].values()
        if each.booking_id == booking.id and each.status is RefundStatus.PENDING
    )


def _prepaid(state: State, booking: Booking) -> int:
    """What gift cards paid whose money the provider has."""
    return sum(
        each.held.amount
        for each in state[PAYMENTS].values()
        if each.booking_id == booking.id and each.gateway == GIFT_CARD_OF_PROVIDER
    )


def _reserved(state: State, provider_id: ProviderId, currency: str) -> int:
    return sum(
        each.amount.amount
        for each in state[PROVIDER_PAYOUTS].values()
        if each.provider_id == provider_id
        and each.amount.currency == currency
        and each.status is ProviderPayoutStatus.PENDING
    )


def _is_in(period: Period, entry: Earning) -> bool:
    return (period.start is None or period.start <= entry.at) and (period.end is None or entry.at < period.end)
