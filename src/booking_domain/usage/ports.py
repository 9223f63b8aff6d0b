"""The ports of usage."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from booking_domain.shared.time import TimeRange
from booking_domain.usage.model import Measure, UsageCount, WaitingMoney


class UsageDays(Protocol):
    """The counts of each day, inside a database transaction."""

    async def stored_facts(self, day: date, within: TimeRange, now: datetime) -> Sequence[UsageCount]:
        """Count what is stored of a day: all measures that are not tallied, without those that are 0, by labels."""
        ...

    async def replace(self, day: date, counts: Sequence[UsageCount]) -> None:
        """Replace the counts of a day of all measures that are not tallied."""
        ...

    async def add(self, counts: Sequence[UsageCount]) -> None:
        """Add to the counts. Transactions that add at the same time lose nothing."""
        ...

    async def remove(self, before: date) -> int:
        """Remove the counts of earlier days, and return how many there were."""
        ...


class UsageReads(Protocol):
    """Reads of usage, outside any database transaction."""

    async def between(self, first: date, last: date, measures: Collection[Measure]) -> Sequence[UsageCount]:
        """The counts of these days, both included, by measure, labels and day."""
        ...

    async def waiting(self) -> Sequence[WaitingMoney]:
        """What waits for a bank transfer now, by kind and currency."""
        ...


class UsageRepositories(Protocol):
    """The repositories of this context."""

    @property
    def usage_days(self) -> UsageDays: ...


class UsageReadGroup(Protocol):
    """The reads of this context."""

    @property
    def usage(self) -> UsageReads: ...
