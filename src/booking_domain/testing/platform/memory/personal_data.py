"""The personal data of a user in all memory tables, and the handover of an account."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from booking_domain.bookings.model import Booking
from booking_domain.identity.handover import Handover
from booking_domain.payments.provider_payouts import ProviderPayoutStatus
from booking_domain.payments.refunds import RefundStatus
from booking_domain.shared.events import Event
from booking_domain.shared.ids import Entropy, ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import BOOKINGS
from booking_domain.testing.catalogue.memory.tables import PROFILES, SALON_INVITATIONS, SALON_MEMBERS
from booking_domain.testing.contexts import CONTEXTS
from booking_domain.testing.gift_cards.memory import GIFT_CARDS
from booking_domain.testing.kit.tables import AccountHandover, InMemory, Table
from booking_domain.testing.packages.memory import PACKAGES
from booking_domain.testing.payments.memory.earnings import balances_of
from booking_domain.testing.payments.memory.tables import ORDERS, PROVIDER_PAYOUTS, REFUNDS
from booking_domain.testing.portfolio.memory import PORTFOLIO_ITEMS
from booking_domain.testing.scheduling.memory.tables import CALENDARS, CLAIMS, FEEDS, WAITING_LIST, leave
from booking_domain.use_cases.platform.personal_data import ErasureBlockers, PersonalData

_OF_PROFILE: Final[tuple[Table[Any, Any], ...]] = (
    PROFILES,
    SALON_MEMBERS,
    SALON_INVITATIONS,
    CALENDARS,
    FEEDS,
    PROVIDER_PAYOUTS,
    PORTFOLIO_ITEMS,
)


class MemoryPersonalData(InMemory, PersonalData):
    """Erases what each table declares to be personal (`Table.erase`)."""

    async def erasure_blockers(self, user_id: UserId, now: datetime) -> ErasureBlockers:
        profiles = {each.id for each in self._state[PROFILES].values() if each.owner_id == user_id}
        found = self._blockers(now, lambda each: user_id in {each.customer_id, each.provider_user_id}, profiles)
        orders = self._state[ORDERS].where(lambda each: each.customer_id == user_id and each.refund is not None)
        return replace(found, money=found.money or bool(orders))

    async def profile_blockers(self, provider_id: ProviderId, now: datetime) -> ErasureBlockers:
        return self._blockers(now, lambda each: each.provider_id == provider_id, {provider_id})

    def _blockers(
        self, now: datetime, concerns: Callable[[Booking], bool], profiles: Collection[ProviderId]
    ) -> ErasureBlockers:
        theirs = self._state[BOOKINGS].where(concerns)
        ids = {booking.id for booking in theirs}
        pending = self._state[REFUNDS].where(lambda each: each.status is RefundStatus.PENDING)
        return ErasureBlockers(
            bookings=any(booking.blocks_deletion(now) for booking in theirs),
            money=any(each.booking_id in ids for each in pending)
            or any(self._owed(provider_id) for provider_id in profiles)
            or any(card.provider_id in profiles and card.balance for card in self._state[GIFT_CARDS].values())
            or any(each.provider_id in profiles and each.unused for each in self._state[PACKAGES].values()),
        )

    def _owed(self, provider_id: ProviderId) -> bool:
        return any(
            each.provider_id == provider_id and each.status is ProviderPayoutStatus.PENDING
            for each in self._state[PROVIDER_PAYOUTS].values()
        ) or any(balance > 0 for balance in balances_of(self._state, provider_id).values())

    async def leave_queues(self, user_id: UserId) -> None:
        self._erase(user_id, (CLAIMS,))
        leave(self._state[WAITING_LIST], user_id)

    async def clear_profile(self, user_id: UserId) -> None:
        self._erase(user_id, _OF_PROFILE)

    async def clear(self, user_id: UserId) -> None:
        self._erase(user_id, [table for context in CONTEXTS for table in context.tables])

    def _erase(self, user_id: UserId, tables: Iterable[Table[Any, Any]]) -> None:
        for table in tables:
            if table.erase is not None:
                table.erase(self._state, self._state[table], user_id)


class MemoryHandover(InMemory, Handover):
    """Ends what each table declares to act for an account (`Table.handover`)."""

    async def settle(self, user_id: UserId, *, keep_factor: bool, now: datetime, entropy: Entropy) -> Sequence[Event]:
        account = AccountHandover(user_id=user_id, keep_factor=keep_factor, now=now, entropy=entropy)
        for context in CONTEXTS:
            for table in context.tables:
                table.hand_over(self._state, account)
        return account.events
