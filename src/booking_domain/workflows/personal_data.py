"""What an account has left in all contexts: what keeps it from going, and what of it is personal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from booking_domain.bookings.transitions import Status
from booking_domain.shared.ids import UserId

TO_COME: Final = frozenset({Status.REQUESTED, Status.PENDING, Status.CONFIRMED})
"""Of a booking that is not over."""


@dataclass(frozen=True, slots=True)
class ErasureBlockers:
    """What keeps an account from going."""

    bookings: bool
    """As a customer or a provider: bookings that are asked for or agreed on and not over, and disputes."""
    money: bool
    """A refund of such a side's booking, over or not, has yet to be made."""


class PersonalData(Protocol):
    """The traces of accounts, in a unit of work."""

    async def erasure_blockers(self, user_id: UserId, now: datetime) -> ErasureBlockers:
        """What keeps the account from going."""
        ...

    async def leave_queues(self, user_id: UserId) -> None:
        """Give up the account's holds, and its places on waiting lists."""
        ...

    async def clear(self, user_id: UserId) -> None:
        """Remove what is personal outside of the account's own row.

        Removed are its sessions and attempts to sign in, codes, wrong passwords and second factors, pending numbers,
        links, identities of other services and answers under idempotency keys; its holds and places on waiting lists;
        of its profile as a provider the texts, the place, the calendar, the external calendars and the salon. Bookings
        keep who, when and how much, but neither their customer's notes nor the reasons that the account gave;
        transactions do not keep the gateway's words, and text messages not to whom they went. What is removed once
        stays so: doing it again changes nothing.
        """
        ...
