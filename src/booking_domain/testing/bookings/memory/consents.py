"""Consents to bookings by providers, and consent codes, in memory."""

from collections.abc import Callable, Sequence

from booking_domain.bookings.consents import (
    BookingConsent,
    BookingConsentReads,
    BookingConsents,
    ConsentCode,
    ConsentId,
    ConsentView,
)
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.bookings.memory.tables import CONSENT_CODES, CONSENTS
from booking_domain.testing.catalogue.memory.tables import PROFILES
from booking_domain.testing.identity.memory.tables import USERS
from booking_domain.testing.kit.tables import InMemory


class MemoryBookingConsents(InMemory, BookingConsents):
    """The consents and codes of one database transaction."""

    async def get(self, customer_id: UserId, provider_id: ProviderId) -> BookingConsent | None:
        return self._state[CONSENTS].get((customer_id, provider_id))

    async def save(self, consent: BookingConsent) -> None:
        self._state[CONSENTS].put(consent)

    async def code_of(self, provider_id: ProviderId) -> ConsentCode | None:
        return self._state[CONSENT_CODES].get(provider_id)

    async def save_code(self, code: ConsentCode) -> None:
        self._state[CONSENT_CODES].put(code)

    async def remove_code(self, provider_id: ProviderId) -> None:
        self._state[CONSENT_CODES].pop(provider_id, None)


class MemoryBookingConsentReads(InMemory, BookingConsentReads):
    """Committed consents and codes."""

    async def get(self, consent_id: ConsentId) -> ConsentView | None:
        return next(iter(self._page(lambda consent: consent.id == consent_id, None, 1)), None)

    async def of_customer(self, customer_id: UserId, after: ConsentId | None, limit: int) -> Sequence[ConsentView]:
        return self._page(lambda consent: consent.customer_id == customer_id, after, limit)

    async def of_provider(self, provider_id: ProviderId, after: ConsentId | None, limit: int) -> Sequence[ConsentView]:
        return self._page(lambda consent: consent.provider_id == provider_id, after, limit)

    async def code_of(self, provider_id: ProviderId) -> ConsentCode | None:
        return self._state[CONSENT_CODES].get(provider_id)

    def _page(
        self, chosen: Callable[[BookingConsent], bool], after: ConsentId | None, limit: int
    ) -> Sequence[ConsentView]:
        state = self._state
        found = [each for each in state[CONSENTS].values() if chosen(each) and (after is None or each.id < after)]
        found = sorted(found, key=lambda each: each.id, reverse=True)[:limit]
        return [
            ConsentView(
                consent=each,
                provider_name=state[PROFILES][each.provider_id].display_name,
                customer_name=state[USERS][each.customer_id].name,
            )
            for each in found
        ]
