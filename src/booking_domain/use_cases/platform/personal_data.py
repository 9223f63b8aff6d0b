"""The personal data of an account in all contexts, and what blocks its erasure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking_domain.shared.ids import ProviderId, UserId


@dataclass(frozen=True, slots=True)
class ErasureBlockers:
    """What blocks the deletion and the erasure of an account."""

    bookings: bool
    """Bookings as a customer or a provider that are requested or confirmed and not over, or in dispute."""
    money: bool
    """A refund of one of its bookings is pending."""


class PersonalData(Protocol):
    """The personal data of accounts, in a database transaction."""

    async def erasure_blockers(self, user_id: UserId, now: datetime) -> ErasureBlockers:
        """What blocks the account's deletion and erasure."""
        ...

    async def profile_blockers(self, provider_id: ProviderId, now: datetime) -> ErasureBlockers:
        """What blocks the deletion of a provider's profile, of the bookings with that provider."""
        ...

    async def clear_profile(self, user_id: UserId) -> None:
        """Remove what `clear` removes of the account's provider profile. Idempotent."""
        ...

    async def leave_queues(self, user_id: UserId) -> None:
        """Release the account's holds and remove its waiting-list entries."""
        ...

    async def clear(self, user_id: UserId) -> None:
        """Remove the personal data outside the account's own row. Idempotent.

        Removed are its sessions, login history, codes, counts of wrong passwords, second factors, pending phone
        numbers, calendar links, identities of other services and answers under idempotency keys; its holds and
        waiting-list entries; and of its provider profile the texts, the location, the calendar, the external calendars
        and the salon. Bookings keep the parties, times and amounts, but not the customer's notes and the reasons that
        the account gave. Payments lose the gateway's messages, and text messages their recipient.
        """
        ...
