"""Row 28: search misses no free time after random changes of many providers, whatever was killed in between.

Processes change calendars, book, cancel and hold at random; others relay the outbox and refresh entries as the worker
does, without its sweeps. All are killed at random, and so are connections: between a change and its message, between
the message and its job, between the job and the entry. Once the outbox is relayed and the jobs are done, and before any
sweep, no entry lacks a quarter of an hour that is free, or a slot. After the sweep each is exactly as the calendar
says.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from ctypes import c_int64
from datetime import timedelta
from itertools import islice
from multiprocessing.process import BaseProcess
from random import Random
from typing import Any, Final, NamedTuple
from uuid import UUID

import procrastinate
import psycopg
import pytest
from psycopg import AsyncConnection
from tests.databases import CIPHER, TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.unit.entrypoints.worker.workshop import run_due_jobs

from adapters.postgres.database import Database
from adapters.postgres.outbox.relay import relay
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.scheduling.events import CalendarChanged
from booking_domain.scheduling.model import SlotSettings
from booking_domain.scheduling.slots import slots_in_order
from booking_domain.scheduling.weekly import Hours
from booking_domain.search.model import SearchFindingFilter
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import DomainError
from booking_domain.shared.events import Event
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange, WallTime
from booking_domain.testing.builders import NOW, Builder, terms
from booking_domain.testing.clock import ManualClock
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.scheduling.calendars import (
    AddBlock,
    AddException,
    AddRule,
    SetRules,
    add_block,
    add_exception,
    remove_block,
    set_rules,
)
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold
from booking_domain.use_cases.search.check import check_entry
from booking_domain.use_cases.search.index import entry_of, refresh_entry
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.worker.jobs import Jobs
from entrypoints.worker.search import CONTEXT

pytestmark = pytest.mark.no_cover
PROVIDERS: Final = scale.of(10_000, less=15)
CHANGES: Final = scale.of(100_000, less=120)
KILL_AFTER: Final = scale.of(1_000, less=30)
"""How many changes are made between two kills, of a process and of a connection."""
CUSTOMERS: Final = 20
WRITERS: Final = 2
WORKERS: Final = 2
LOOK_SECONDS: Final = 0.02
_FORKS: Final = multiprocessing.get_context("fork")
_DAYS: Final = 31
_TERMINATE: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    ORDER BY random() LIMIT 1
"""
_LEFT: Final = """
    SELECT EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))
"""


class City(NamedTuple):
    """Providers with their owners, and customers."""

    providers: list[tuple[ProviderId, Actor]]
    customers: list[Actor]


class SearchJobs(Jobs):
    """The jobs of search alone: nobody is told of bookings."""

    deaf_to: tuple[type[Event], ...] = ()

    async def dispatch(self, connection: AsyncConnection[Any], events: Sequence[Event], _: Mapping[UUID, str]) -> None:
        for event in events:
            for each in CONTEXT.subscriptions:
                if isinstance(event, each.events) and not isinstance(event, self.deaf_to):
                    for request in each.handler(event):
                        await self._defer(request, connection=connection)


@asynccontextmanager
async def platform(url: str) -> AsyncIterator[Container]:
    """The product on this database; its clock stands."""
    container = Container(settings=Settings.from_environment({"DATABASE_URL": url}))
    database = Database(url, cipher=CIPHER, pool_size=4)
    container.database.override(database)
    container.clock.override(ManualClock(NOW))
    await database.open()
    try:
        yield container
    finally:
        await database.close()


async def founded(url: str) -> City:
    make = Builder()
    owners = [make.user(Role.PROVIDER) for _ in range(PROVIDERS)]
    people = [make.user(Role.CUSTOMER) for _ in range(CUSTOMERS)]
    profiles = [make.profile(owner) for owner in owners]
    async with platform(url) as container:
        for first in range(0, PROVIDERS, 100):
            async with container.database().begin() as tx:
                for owner, profile in list(zip(owners, profiles, strict=True))[first : first + 100]:
                    await tx.users.add(owner)
                    await tx.profiles.add(profile)
                    await tx.calendars.save_settings(profile.id, "Asia/Ulaanbaatar", SlotSettings())
                    await tx.bookable_providers.save_terms(profile.id, terms(deposit=Money(amount=0, currency="MNT")))
        async with container.database().begin() as tx:
            for each in people:
                await tx.users.add(each)
    providers = [(profile.id, owner.actor) for profile, owner in zip(profiles, owners, strict=True)]
    return City(providers, [each.actor for each in people])


class Writer:
    """Makes random changes."""

    def __init__(self, container: Container, city: City, seed: int) -> None:
        self._container, self._city, self._drawn = container, city, Random(seed)  # noqa: S311 - no secret
        self._booked: list[tuple[Actor, Booking]] = []

    async def change(self) -> bool:
        """Try one; return whether it was made."""
        provider_id, owner = self._drawn.choice(self._city.providers)
        kinds = (self._rules, self._exception, self._block, self._unblock, self._book, self._cancel, self._hold)
        (change,) = self._drawn.choices(kinds, (3, 3, 4, 3, 4, 2, 1))
        try:
            return await change(provider_id, owner)
        except DomainError:  # refused, or its connection was killed
            return False

    async def _run(self, use_case: Any, command: object, by: Actor) -> Any:
        return await self._container.executor().run(use_case, command, actor=by)

    def _hours(self) -> Hours:
        start = self._drawn.randrange(0, 21 * 60, 5)
        end = self._drawn.randrange(start + 30, 24 * 60 + 1, 5)
        return Hours(WallTime(start), WallTime(end))

    def _moment(self, minutes: int) -> Any:
        return NOW.replace(second=0, microsecond=0) + timedelta(minutes=self._drawn.randrange(0, _DAYS * 1440, minutes))

    async def _rules(self, _: ProviderId, owner: Actor) -> bool:
        days = self._drawn.sample(range(1, 8), self._drawn.randint(1, 4))
        await self._run(set_rules, SetRules(rules=tuple(AddRule(day=day, hours=self._hours()) for day in days)), owner)
        return True

    async def _exception(self, _: ProviderId, owner: Actor) -> bool:
        ranges = (self._hours(),) if self._drawn.random() < 0.7 else ()
        await self._run(add_exception, AddException(date=self._moment(1440).date(), ranges=ranges), owner)
        return True

    async def _block(self, _: ProviderId, owner: Actor) -> bool:
        start = self._moment(1)
        length = timedelta(minutes=self._drawn.randint(5, 900))
        await self._run(add_block, AddBlock(range=TimeRange(start, start + length)), owner)
        return True

    async def _unblock(self, provider_id: ProviderId, owner: Actor) -> bool:
        calendar = await self._container.reads().schedules.calendar(provider_id)
        if calendar is None or not calendar.blocks:
            return False
        await self._run(remove_block, self._drawn.choice(calendar.blocks).id, owner)
        return True

    async def _slot(self, provider_id: ProviderId) -> Any:
        window = TimeRange(start := self._moment(60), start + timedelta(days=7))
        schedule = await self._container.reads().schedules.get(provider_id, window)
        if schedule is None:
            return None
        slots = slots_in_order(
            schedule.calendar,
            schedule.claims,
            window=window,
            now=NOW,
            duration_minutes=schedule.durations[0],
        )
        some = list(islice(slots, 8))
        return self._drawn.choice(some).start if some else None

    async def _book(self, provider_id: ProviderId, _: Actor) -> bool:
        slot, customer = await self._slot(provider_id), self._drawn.choice(self._city.customers)
        if slot is None:
            return False
        booking = await self._run(place_booking, PlaceBooking(provider_id=provider_id, slot=slot), customer)
        self._booked.append((customer, booking))
        return True

    async def _cancel(self, _: ProviderId, __: Actor) -> bool:
        if not self._booked:
            return False
        customer, booking = self._booked.pop(self._drawn.randrange(len(self._booked)))
        cancel = ChangeBookingStatus(booking_id=booking.id, to=Status.CANCELLED)
        await self._run(change_booking_status, cancel, customer)
        return True

    async def _hold(self, provider_id: ProviderId, _: Actor) -> bool:
        slot = await self._slot(provider_id)
        if slot is None:
            return False
        customer = self._drawn.choice(self._city.customers)
        await self._run(place_hold, PlaceHold(provider_id=provider_id, slot=slot), customer)
        return True


@asynccontextmanager
async def worker(url: str, deaf_to: tuple[type[Event], ...] = ()) -> AsyncIterator[tuple[Container, SearchJobs]]:
    async with platform(url) as container:
        connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4)
        jobs = SearchJobs(container, procrastinate.App(connector=connector))
        jobs.app.periodic_registry.periodic_tasks.clear()
        jobs.deaf_to = deaf_to
        async with jobs.app.open_async():
            yield container, jobs


async def work(container: Container, jobs: SearchJobs) -> None:
    """Relay what waits, and run the jobs that are due."""
    await relay(container.database(), jobs.dispatch)
    await run_due_jobs(jobs)


async def keep_working(url: str, deaf_to: tuple[type[Event], ...]) -> None:
    async with worker(url, deaf_to) as (container, jobs):
        while True:
            await work(container, jobs)


class Company:
    """The processes; one that ends or is killed is replaced."""

    def __init__(self, url: str, city: City, wanted: int, deaf_to: tuple[type[Event], ...] = ()) -> None:
        self._url, self._city, self._wanted, self._deaf_to = url, city, wanted, deaf_to
        self.made = _FORKS.RawArray(c_int64, WRITERS)
        self._drawn = Random(wanted)  # noqa: S311 - no secret
        self._started = 0
        self._processes: list[BaseProcess] = []
        self.killed = 0

    async def run(self) -> None:
        """Let them work until the changes are made, and kill one now and then."""
        self._processes = [self._start(number) for number in range(WRITERS + WORKERS)]
        try:
            while sum(self.made) < self._wanted:
                await asyncio.sleep(LOOK_SECONDS)
                if sum(self.made) >= (self.killed + 1) * KILL_AFTER:
                    self._kill()
                for number, process in enumerate(self._processes):
                    if not process.is_alive():
                        process.join()
                        self._processes[number] = self._start(number)
        finally:
            for process in self._processes:
                process.kill()
                process.join()

    def _kill(self) -> None:
        self._drawn.choice(self._processes).kill()
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(_TERMINATE)
        self.killed += 1

    def _start(self, number: int) -> BaseProcess:
        self._started += 1
        process = _FORKS.Process(target=self._run, args=(number, self._started), daemon=True)
        process.start()
        return process

    def _run(self, number: int, seed: int) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a killed connection makes libraries say
        if number < WRITERS:
            asyncio.run(self._write(number, seed))
        else:
            asyncio.run(keep_working(self._url, self._deaf_to))

    async def _write(self, number: int, seed: int) -> None:
        """Make changes until all writers together have made so many."""
        async with platform(self._url) as container:
            writer = Writer(container, self._city, seed)
            while sum(self.made) < self._wanted:
                self.made[number] += await writer.change()


async def lacking(container: Container, city: City) -> list[ProviderId]:
    """The providers whose entry does not have all the time that is free."""
    reads, found = container.reads(), []
    for provider_id, _ in city.providers:
        right, stored = await entry_of(provider_id, reads, NOW), await reads.search.get(provider_id)
        assert right is not None
        if right.free.quarters & ~(0 if stored is None else stored.free.quarters):
            found.append(provider_id)
    return found


async def caught_up(container: Container, jobs: SearchJobs) -> None:
    """Do what killed workers have left, and at once what waits to be tried again; without a sweep."""
    left = True
    while left:
        await jobs.reclaim(0)
        async with container.database().connection() as connection:
            await connection.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
        await work(container, jobs)
        async with container.database().connection() as connection:
            [left] = await (await connection.execute(_LEFT)).fetchone() or [False]


async def after_changes(url: str, report: Report | None, deaf_to: tuple[type[Event], ...] = ()) -> list[ProviderId]:
    """The providers whose free time search misses once the relay has caught up, and nobody after the sweep."""
    city = await founded(url)
    company = Company(url, city, CHANGES, deaf_to)
    await company.run()
    async with worker(url, deaf_to) as (container, jobs):
        await caught_up(container, jobs)
        missed = await lacking(container, city)
        reads, executor, clock = container.reads(), container.executor(), container.clock()
        while due := await reads.search.due(NOW.date(), 1_000):
            for provider_id in due:
                await refresh_entry(provider_id, reads=reads, executor=executor, clock=clock)
        for provider_id, _ in city.providers:
            found = await check_entry(provider_id, reads=reads, executor=executor, clock=clock)
            assert found is None, found
        assert await reads.search.findings(SearchFindingFilter()) == []
        assert await lacking(container, city) == []
    if report is not None:
        report(
            28,
            f"{PROVIDERS} providers, {sum(company.made)} changes, {company.killed} processes and as many connections "
            f"killed: free time missed of {len(missed)}",
        )
    return missed


async def test_search_misses_no_free_time_after_changes_and_crashes(postgres: TestServer, report: Report) -> None:
    with postgres.database() as url:
        assert await after_changes(url, report) == []


@pytest.mark.skipif(scale.FULL, reason="once is enough, at the smaller size")
async def test_a_change_that_search_does_not_hear_of_is_noticed(postgres: TestServer) -> None:
    with postgres.database() as url:
        assert await after_changes(url, None, deaf_to=(CalendarChanged,)) != []
