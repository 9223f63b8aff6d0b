"""Store what was counted: what processes tallied, and what is counted from stored rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.permissions import Permission
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.statistics.definitions import midnight
from booking_domain.usage.model import UsageCount
from booking_domain.use_cases.platform.ports import Repositories

RECOUNTED_DAYS: Final = 3
"""Today and the days before it that are counted again: a delivery report or a payment may come late."""
KEPT_DAYS: Final = 800
"""How long counts are kept: two years, and what they are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountUsage:
    """Count the last days again from what is stored."""

    time_zone: str
    """In which days are counted: that of the platform's region."""


def today(now: datetime, zone: ZoneInfo) -> date:
    """The local date."""
    return now.astimezone(zone).date()


async def _add(counts: Sequence[UsageCount], tx: Repositories, _: UseCaseContext) -> None:
    await tx.usage_days.add(counts)


async def _count(command: CountUsage, tx: Repositories, context: UseCaseContext) -> None:
    zone = time_zone(command.time_zone)
    last = today(context.now, zone)
    for day in (last - timedelta(days=back) for back in range(RECOUNTED_DAYS)):
        within = TimeRange(midnight(day, zone), midnight(day + timedelta(days=1), zone))
        await tx.usage_days.replace(day, await tx.usage_days.stored_facts(day, within, context.now))
    await tx.usage_days.remove(last - timedelta(days=KEPT_DAYS))


add_usage: Final = UseCase(Permission.RUN_PLATFORM, _add)
count_usage: Final = UseCase(Permission.RUN_PLATFORM, _count)
