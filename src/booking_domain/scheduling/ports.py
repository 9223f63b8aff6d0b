"""What scheduling needs of the outside."""

from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.model import (
    Block,
    Calendar,
    DateException,
    OpeningHours,
    ProviderSchedule,
    SlotSettings,
    WeeklyRule,
)
from booking_domain.shared.ids import BlockId, ClaimId, ExceptionId, ProviderId, RuleId, SalonId, UserId
from booking_domain.shared.time import TimeRange

CLAIM_MARGIN: Final = timedelta(days=3)
"""No claim further than this from a slot matters to it: lengths and buffers are at most a day each, and a local date
on which the most bookings a day are counted lies within a day of any slot on it."""
WEEKLY_CLAIM_MARGIN: Final = timedelta(days=9)
"""`CLAIM_MARGIN` where bookings are counted by the local week too."""
EXCEPTION_MARGIN: Final = timedelta(days=70)
"""No exception further than this from a slot matters to it: an open range is followed back for 56 days at most."""


def claim_margin(settings: SlotSettings) -> timedelta:
    """How far from a slot claims and blocks matter to it."""
    return CLAIM_MARGIN if settings.max_per_week is None else WEEKLY_CLAIM_MARGIN


class ProviderSchedules(Protocol):
    """The diaries of a transaction."""

    async def lock(self, provider_id: ProviderId, around: TimeRange) -> ProviderSchedule | None:
        """The diary of the time around a window, after taking the provider's lock; None for no provider.

        In it are all claims, blocks and busy times within `claim_margin` of the window, and all exceptions within
        `EXCEPTION_MARGIN` (more of either may be). The lock is kept to the end of the transaction. Whoever takes time
        from the calendar or changes it holds it, so that two of them work one after the other; the second one sees
        what the first one committed.
        """
        ...


class ScheduleReads(Protocol):
    """Reads of calendars, outside any transaction."""

    async def get(self, provider_id: ProviderId, around: TimeRange) -> ProviderSchedule | None:
        """As `ProviderSchedules.lock`, without a lock."""
        ...

    async def calendar(self, provider_id: ProviderId) -> Calendar | None:
        """The whole calendar: rules by day and start, exceptions by date, blocks by start; without busy times."""
        ...


class Claims(Protocol):
    """The one table of claims."""

    async def acquire(self, claim: Claim, now: datetime) -> None:
        """Add a claim, in place of lapsed holds that overlap it.

        Raises:
            SlotTaken: a live claim of the provider overlaps its blocked range; nothing else of the transaction is lost.
        """
        ...

    async def release(self, claim_id: ClaimId) -> None:
        """Give the time back; no claim, no effect."""
        ...

    async def hold_of(self, customer_id: UserId, hold_id: ClaimId) -> Claim | None:
        """The customer's own hold, lapsed or not."""
        ...

    async def count_holds(self, customer_id: UserId, now: datetime) -> int:
        """How many live holds the customer has; transactions that ask for one customer come one after the other."""
        ...

    async def sweep(self, now: datetime) -> int:
        """Remove the lapsed holds of all providers and say how many."""
        ...


class CalendarRepository(Protocol):
    """Where a provider's own settings, rules, exceptions and blocks are kept.

    The settings that are saved first are version 1 of the calendar. Each change of it, by whichever method, makes the
    next version; one that is refused does not.
    """

    async def lock_provider_of(self, user_id: UserId) -> ProviderId | None:
        """The provider whose profile this user owns, locked as by `ProviderSchedules.lock`."""
        ...

    async def calendar_of(self, provider_id: ProviderId) -> Calendar | None:
        """The whole calendar: rules by day and start, exceptions by date, blocks by start; without busy times."""
        ...

    async def save_settings(self, provider_id: ProviderId, time_zone: str, settings: SlotSettings) -> None:
        """Replace the settings. The terms have no version of their own: they are saved together with settings."""
        ...

    async def add_rule(self, provider_id: ProviderId, rule: WeeklyRule) -> None:
        """Add a rule."""
        ...

    async def remove_rule(self, provider_id: ProviderId, rule_id: RuleId) -> None:
        """Remove a rule of this provider, or raise `RuleNotFound`."""
        ...

    async def add_exception(self, provider_id: ProviderId, exception: DateException) -> None:
        """Add an exception, or raise `DateHasException`."""
        ...

    async def remove_exception(self, provider_id: ProviderId, exception_id: ExceptionId) -> None:
        """Remove an exception of this provider, or raise `ExceptionNotFound`."""
        ...

    async def add_block(self, provider_id: ProviderId, block: Block) -> None:
        """Add time off."""
        ...

    async def remove_block(self, provider_id: ProviderId, block_id: BlockId) -> None:
        """Remove a block of this provider, or raise `BlockNotFound`."""
        ...


class SalonHours(Protocol):
    """When salons are open; the calendars of all members of a salon have its hours in them."""

    async def hours_of(self, salon_id: SalonId) -> OpeningHours | None:
        """The salon's hours, on its own clock; rules and exceptions are in the order in which they were saved."""
        ...

    async def save_hours(self, salon_id: SalonId, hours: OpeningHours) -> None:
        """Replace the rules and exceptions of a salon that is locked; its time zone stays the salon's own."""
        ...
