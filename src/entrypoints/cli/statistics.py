"""`statistics`: compare the figures of every provider with the bookings and their money, or recount everything.

Both run while the service does: the jobs of the worker wait for the provider that is counted, and no other.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.statistics.counting import check_statistics, rebuild_statistics
from booking_domain.use_cases.statistics.rosters import follow_roster
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

_AT_ONCE: Final = 500


async def statistics(settings: Settings, url: str, *, rebuild: bool) -> int:
    """Check all figures, and recount those that are wrong; return 1 if there were any, else 0. Or recount all.

    Raises:
        StorageUnavailable: the database does not answer. What was counted before stays; run the command again.
    """
    container = Container(settings=replace(settings, database_url=url))
    async with opened(container.database()):
        return await count_all(container, rebuild=rebuild)


async def count_all(container: Container, *, rebuild: bool) -> int:
    """Do what `statistics` does on an open database."""
    seen = wrong = 0
    executor = container.executor()
    async for provider_id in _everybody(container.reads()):
        seen += 1
        if rebuild:
            await executor.run(rebuild_statistics, provider_id, actor=SYSTEM)
            await follow_roster(provider_id, reads=container.reads(), executor=executor, clock=container.clock())
            continue
        found = await executor.run(check_statistics, provider_id, actor=SYSTEM)
        if found is not None:
            wrong += 1
            print(f"{provider_id}  {found.days} days were wrong, the first {found.first_day}  counted anew")
    print(f"{seen} providers counted anew" if rebuild else f"{seen} providers checked, {wrong} wrong")
    return 1 if wrong else 0


async def _everybody(reads: Reads) -> AsyncIterator[ProviderId]:
    after = None
    while found := await reads.statistics.providers(after, _AT_ONCE):
        for each in found:
            yield each
        after = found[-1]
