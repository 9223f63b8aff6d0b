"""What an account has set up, when the account changes hands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from booking_domain.shared.events import Event
from booking_domain.shared.ids import Entropy, UserId


class Handover(Protocol):
    """What an account owns in all contexts, in the database transaction that gives the account to another person."""

    async def settle(self, user_id: UserId, *, keep_factor: bool, now: datetime, entropy: Entropy) -> Sequence[Event]:
        """End what reaches or acts for the account, and return the events that tell others of it. Idempotent.

        The account must be locked, and no session of the stranger may be live: what such a session was about to add is
        then either there, or refused.

        Ended are the ways to sign in, but for the second factor with `keep_factor`; calendar link, bank account and
        pending changes of contacts; webhook endpoints with their deliveries, external calendars, devices for
        notifications and messages that wait; consents, the consent code and the membership of a salon; holds and places
        on waiting lists; answers under idempotency keys. Profile, services, salons, bookings and what was written stay.
        """
        ...
