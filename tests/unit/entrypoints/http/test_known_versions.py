"""What a process knows of public versions: never longer than it hears of changes, and nothing read before one."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final
from uuid import UUID

import pytest

from booking_domain.shared.errors import StorageUnavailable
from booking_domain.shared.public_versions import PublicVersion, PublicVersionReads
from booking_domain.shared.signals import ReceivedSignals
from entrypoints.http.kit.public_versions import KnownVersions

SECONDS: Final = 10
STUDIO, OTHER, SALON, NOBODY = (UUID(int=number) for number in range(1, 5))
MEMBERS: Final = {STUDIO: {SALON}, OTHER: set[UUID](), SALON: {STUDIO}}


class Stored(PublicVersionReads):
    """Versions that are counted by hand, and how often they were read."""

    def __init__(self) -> None:
        self.versions = dict.fromkeys(MEMBERS, 1)
        self.reads: list[frozenset[UUID]] = []
        self.between: Callable[[], Awaitable[None]] | None = None
        """Runs once, after the next read and before its result is used."""
        self.error: Exception | None = None

    async def of(self, ids: Collection[UUID]) -> Mapping[UUID, PublicVersion]:
        self.reads.append(frozenset(ids))
        if self.error is not None:
            raise self.error
        found = {
            each: PublicVersion(str(self.versions[each]), frozenset({each, *MEMBERS[each]}))
            for each in ids
            if each in self.versions
        }
        await asyncio.sleep(0)
        if self.between is not None:
            between, self.between = self.between, None
            await between()
        return found


class Process:
    def __init__(self) -> None:
        self.now = 0.0
        self.stored = Stored()
        self.versions = KnownVersions(self.stored, seconds=SECONDS, most=2, timer=lambda: self.now)
        self.versions.receive(ReceivedSignals(missed=True))

    async def reads_again(self, about: UUID) -> bool:
        before = len(self.stored.reads)
        assert await self.versions.of(about) == str(self.stored.versions[about])
        return len(self.stored.reads) > before


@pytest.fixture
def process() -> Process:
    return Process()


async def test_a_version_is_read_once_until_its_time_is_over(process: Process) -> None:
    assert [await process.reads_again(STUDIO) for _ in range(3)] == [True, False, False]
    assert process.versions.known(STUDIO) == "1"
    process.now = SECONDS
    assert process.versions.known(STUDIO) is None
    assert await process.reads_again(STUDIO)


async def test_a_signal_is_the_end_of_a_version_and_of_what_shows_it(process: Process) -> None:
    for named in (STUDIO, SALON):
        for about in (STUDIO, SALON):
            await process.versions.of(about)
        process.versions.receive(ReceivedSignals(public=frozenset({named})))
        assert [process.versions.known(about) for about in (STUDIO, SALON)] == [None, None]
    await process.versions.of(STUDIO)
    process.versions.receive(ReceivedSignals(public=frozenset({OTHER}), live_events=True))
    assert process.versions.known(STUDIO) == "1"


async def test_a_lost_signal_is_made_up_for_in_some_seconds(process: Process) -> None:
    await process.versions.of(STUDIO)
    process.stored.versions[STUDIO] = 2
    process.now = SECONDS - 0.1
    assert await process.versions.of(STUDIO) == "1"
    process.now = SECONDS
    assert await process.versions.of(STUDIO) == "2"


async def test_nothing_is_kept_while_changes_are_not_heard(process: Process) -> None:
    await process.versions.of(STUDIO)
    process.versions.interrupted()
    assert [await process.reads_again(STUDIO) for _ in range(2)] == [True, True]
    process.versions.receive(ReceivedSignals())
    assert [await process.reads_again(STUDIO) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("named", [frozenset({STUDIO}), frozenset({SALON}), None])
async def test_a_read_that_a_change_overtakes_is_not_kept(process: Process, named: frozenset[UUID] | None) -> None:
    async def changed() -> None:
        process.stored.versions[STUDIO] = 2
        process.versions.forget(named)

    process.stored.between = changed
    assert await process.versions.of(STUDIO) == "1"  # it was when it was read
    assert await process.versions.of(STUDIO) == "2"


async def test_another_change_does_not_prevent_it(process: Process) -> None:
    async def changed() -> None:
        process.versions.forget({OTHER})

    process.stored.between = changed
    await process.versions.of(STUDIO)
    assert process.versions.known(STUDIO) == "1"


async def test_who_asks_during_a_read_gets_what_is_read_after_it(process: Process) -> None:
    async def changed() -> None:
        process.stored.versions[STUDIO] = 2
        process.versions.forget({STUDIO})
        later.append(asyncio.create_task(process.versions.of(STUDIO)))
        await asyncio.sleep(0)

    later: list[asyncio.Task[str | None]] = []
    process.stored.between = changed
    assert await process.versions.of(STUDIO) == "1"
    assert await later[0] == "2"


async def test_many_are_read_together(process: Process) -> None:
    asked = (STUDIO, OTHER, STUDIO, NOBODY)
    assert await asyncio.gather(*map(process.versions.of, asked)) == ["1", "1", "1", None]
    assert process.stored.reads == [frozenset(asked)]


async def test_an_error_reaches_all_who_wait_and_the_next_read_is_another(process: Process) -> None:
    process.stored.error = StorageUnavailable()
    found = await asyncio.gather(*map(process.versions.of, (STUDIO, OTHER)), return_exceptions=True)
    assert [type(each) for each in found] == [StorageUnavailable] * 2
    process.stored.error = None
    assert await process.versions.of(STUDIO) == "1"


async def test_a_request_that_is_cancelled_takes_nothing_from_others(process: Process) -> None:
    waiting = [asyncio.create_task(process.versions.of(STUDIO)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert await waiting[1] == "1"


async def test_versions_in_use_are_read_again_with_others_when_half_of_their_time_is_over(process: Process) -> None:
    for about in (STUDIO, OTHER):
        await process.versions.of(about)
    assert process.versions.known(OTHER) == "1"
    process.now = SECONDS / 2
    process.versions.forget({SALON})
    assert await process.reads_again(SALON)
    assert process.stored.reads[-1] == {OTHER, SALON}
    process.now = SECONDS
    assert [process.versions.known(about) for about in (STUDIO, OTHER)] == [None, "1"]


async def test_no_more_versions_are_kept_than_the_limit(process: Process) -> None:
    for about in (STUDIO, OTHER, SALON):
        await process.versions.of(about)
    assert [process.versions.known(about) for about in (STUDIO, OTHER, SALON)] == [None, "1", "1"]
    process.versions.forget(None)
    assert not process.versions._known
    assert not process.versions._shown_in


async def test_zero_seconds_keep_nothing() -> None:
    stored = Stored()
    versions = KnownVersions(stored, seconds=0)
    versions.receive(ReceivedSignals(missed=True))
    for _ in range(2):
        await versions.of(STUDIO)
    assert len(stored.reads) == 2
