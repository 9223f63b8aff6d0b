"""`search-index`: compare the entry of every provider in search with the slots, or make all of them anew."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

from booking_domain.shared.ids import ProviderId
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.search.check import check_entry
from booking_domain.use_cases.search.index import rebuild_entry
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

_AT_ONCE: Final = 500


async def search_index(settings: Settings, url: str, *, rebuild: bool) -> int:
    """Check all entries, and repair those that are wrong; return 1 if there were any, else 0. Or rebuild all.

    Raises:
        StorageUnavailable: the database does not answer. What was repaired before stays; run the command again.
    """
    container = Container(settings=replace(settings, database_url=url))
    async with opened(container.database()):
        return await check_all(container, rebuild=rebuild)


async def check_all(container: Container, *, rebuild: bool) -> int:
    """Do what `search_index` does on an open database."""
    seen = wrong = 0
    reads, executor, clock = container.reads(), container.executor(), container.clock()
    async for provider_id in _everybody(reads):
        seen += 1
        if rebuild:
            await rebuild_entry(provider_id, reads=reads, executor=executor, clock=clock)
            continue
        found = await check_entry(provider_id, reads=reads, executor=executor, clock=clock)
        if found is not None:
            wrong += 1
            end = "repaired" if found.repaired else "NOT repaired"
            print(f"{provider_id}  {found.kind.value}  {found.quarters} quarters of an hour  {end}")
    print(f"{seen} entries rebuilt" if rebuild else f"{seen} entries checked, {wrong} wrong")
    return 1 if wrong else 0


async def _everybody(reads: Reads) -> AsyncIterator[ProviderId]:
    after = None
    while found := await reads.search.ids(after, _AT_ONCE):
        for each in found:
            yield each
        after = found[-1]
