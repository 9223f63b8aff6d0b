"""What the contracts of storage ports require of an adapter.

Define a pytest fixture `open_backend` in the test module or in `conftest.py`, and inherit the contracts:

    @pytest.fixture
    def open_backend() -> OpenBackend:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Backend]:
            async with connection_pool() as pool:   # runs in the event loop of the test
                await delete_all_rows(pool)
                yield MyBackend(pool)
        return opened

    class TestUsers(UsersContract): ...

Each test opens one empty backend, `self.backend`, with valid values from `self.make`, and runs at most twenty database
transactions at once. A test that needs a provider and a customer takes the fixture `cast`. The tests are coroutines:
pytest runs them with the plugin of the package `anyio`, without configuration.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Final, Self, TypeVar, cast

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.catalogue.model import Profile, ProfileStatus
from booking_domain.catalogue.salons import Salon
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Session
from booking_domain.scheduling.model import SlotSettings
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import UserId
from booking_domain.shared.unit_of_work import UnitOfWork
from booking_domain.testing.backend import Backend, OpenBackend
from booking_domain.testing.builders import Builder, terms
from booking_domain.testing.kit.asynchronous import TIME_LIMIT, AsyncContract
from booking_domain.use_cases.platform.ports import Reads, Repositories

__all__ = [
    "PATIENCE",
    "TIME_LIMIT",
    "Backend",
    "Cast",
    "OpenBackend",
    "StorageContract",
    "a_cast",
    "a_salon",
    "alone",
    "jumbled",
    "one_wins",
    "present",
    "race",
    "rolled_back",
    "waits",
]

PATIENCE: Final = 0.1
"""Seconds after which a task that has not finished counts as waiting."""

T = TypeVar("T")


class StorageContract(AsyncContract):
    """The base class of the contracts of storage ports. Its subclasses need a fixture `open_backend`."""

    backend: Backend
    make: Builder

    @pytest.fixture(name="backend")
    async def _open_backend(self, open_backend: OpenBackend) -> AsyncIterator[Backend]:
        """Open an empty backend."""
        async with open_backend() as backend:
            yield backend

    @pytest.fixture(name="make")
    def _make_builder(self) -> Builder:
        """Return a builder of valid values."""
        return Builder()

    @pytest.fixture(autouse=True)
    def _keep_both(self, backend: Backend, make: Builder) -> None:
        self.backend, self.make = backend, make

    @pytest.fixture
    async def cast(self) -> "Cast":
        """Store a provider with a calendar and terms, and a customer."""
        return await self.a_cast()

    @pytest.fixture
    async def other(self) -> "Cast":
        """Store another provider and another customer."""
        return await self.a_cast()

    @pytest.fixture
    async def booking(self) -> Booking:
        """Store a booking of a new customer with a new provider."""
        return await self.a_booking()

    @property
    def begin(self) -> UnitOfWork[Repositories]:
        """Begins a database transaction."""
        return self.backend.begin

    @property
    def alone(self) -> Repositories:
        """The repositories, each of whose calls is a database transaction of its own."""
        return alone(self.backend)

    @property
    def reads(self) -> Reads:
        """Reads of committed data."""
        return self.backend.reads

    async def a_user(self) -> User:
        """Store an account."""
        user = self.make.user()
        await self.alone.users.add(user)
        return user

    async def signed_in(self) -> tuple[User, Session]:
        """Store an account and a session of it."""
        user = await self.a_user()
        session = self.make.session(user)
        await self.alone.sessions.add(session)
        return user, session

    async def a_cast(self, status: ProfileStatus = ProfileStatus.APPROVED) -> "Cast":
        """Store a provider with a calendar and terms, and a customer."""
        return await a_cast(self.backend, self.make, status)

    async def casts(self, number: int) -> "list[Cast]":
        """Store providers and customers; the ids are in the order of the list, the rows are not."""
        made = [_new_cast(self.make, ProfileStatus.APPROVED) for _ in range(number)]
        for each in jumbled(*made):
            await _store_cast(self.backend, each)
        return made

    async def a_salon(self, *members: "Cast", **values: Any) -> Salon:
        """Store a salon with its manager and members."""
        return await a_salon(self.backend, self.make, *members, **values)

    async def a_booking(self, cast: "Cast | None" = None) -> Booking:
        """Store a booking of the customer of `cast`, or of a new one."""
        return await a_booking(self.backend, self.make, cast)

    async def store_bookings(self, *bookings: Booking) -> None:
        """Store bookings in one database transaction, each with one event."""
        await store_bookings(self.backend, self.make, *bookings)

    async def excludes(
        self, first: Callable[[Repositories], Awaitable[object]], *others: Callable[[Repositories], Awaitable[object]]
    ) -> None:
        """Make a call in a database transaction. Until that ends, others wait that make these calls, or the same."""

        async def make(call: Callable[[Repositories], Awaitable[object]]) -> None:
            async with self.begin() as tx:
                await call(tx)

        async with asyncio.TaskGroup() as group, self.begin() as tx:
            await first(tx)
            await tx.users.get(UserId(self.make.entropy.new_id()))  # what a storage sends with the next read is sent
            tasks = [group.create_task(make(each)) for each in others or (first,)]
            ended, _ = await asyncio.wait(tasks, timeout=PATIENCE)
            assert not ended, "a database transaction did not wait for what another one has locked"

    async def rolled_back(self, work: Callable[[Repositories], Awaitable[None]]) -> None:
        """Do the work in a database transaction and roll it back with an exception, which must propagate."""
        await rolled_back(self.backend, work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A provider who takes bookings, and a customer."""

    owner: User
    profile: Profile
    customer: User


async def a_cast(backend: Backend, make: Builder, status: ProfileStatus = ProfileStatus.APPROVED) -> Cast:
    """Store a provider with a calendar and terms, and a customer."""
    cast = _new_cast(make, status)
    await _store_cast(backend, cast)
    return cast


def _new_cast(make: Builder, status: ProfileStatus) -> Cast:
    owner = make.user(Role.PROVIDER)
    return Cast(owner=owner, profile=make.profile(owner, status), customer=make.user(Role.CUSTOMER))


async def _store_cast(backend: Backend, cast: Cast) -> None:
    async with backend.begin() as tx:
        await tx.users.add(cast.owner)
        await tx.users.add(cast.customer)
        await tx.profiles.add(cast.profile)
        await tx.calendars.save_settings(cast.profile.id, "Asia/Ulaanbaatar", SlotSettings())
        await tx.bookable_providers.save_terms(cast.profile.id, terms())


async def a_salon(backend: Backend, make: Builder, *members: Cast, **values: Any) -> Salon:
    """Store a salon with its manager and members."""
    manager = make.user(Role.MANAGER)
    salon = replace(make.salon(manager), **values)
    async with backend.begin() as tx:
        await tx.users.add(manager)
        await tx.salons.add(salon)
        await tx.salons.lock(salon.id)
        for member in members:
            await tx.calendars.lock_provider_of(member.owner.id)
            await tx.salons.add_member(salon.id, member.profile.id)
    return salon


async def a_booking(backend: Backend, make: Builder, cast: Cast | None = None) -> Booking:
    """Store a booking of the customer of `cast`, or of a new one."""
    cast = cast or await a_cast(backend, make)
    booking = make.booking(cast.profile, cast.customer)
    await store_bookings(backend, make, booking)
    return booking


async def store_bookings(backend: Backend, make: Builder, *bookings: Booking) -> None:
    """Store bookings in one database transaction, each with one event."""
    async with backend.begin() as tx:
        for booking in bookings:
            await tx.bookings.add(booking, [make.event(booking)])


async def race(attempts: Sequence[Awaitable[T]]) -> tuple[list[T], list[DomainError]]:
    """Run all attempts at once.

    Returns:
        The results of the attempts that succeeded, and the domain errors of those that were rejected.

    Raises:
        TimeoutError: the attempts did not finish within `TIME_LIMIT` seconds, so they are deadlocked.
    """
    results: list[T] = []
    refusals: list[DomainError] = []
    async with asyncio.timeout(TIME_LIMIT):
        outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, DomainError):
            refusals.append(outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            results.append(outcome)
    return results, refusals


async def one_wins(attempts: Sequence[Awaitable[T]], refused: type[DomainError]) -> T:
    """Run all attempts at once and return the result of the one that succeeds; all others are refused."""
    results, refusals = await race(attempts)
    outcome = (len(results), [type(refusal) for refusal in refusals])
    assert outcome == (1, [refused] * (len(attempts) - 1)), outcome
    return results[0]


def jumbled(*rows: T) -> list[T]:
    """Return the rows, given in a promised order, in one to store them in: so a storage that does not sort is noticed.

    >>> jumbled(1, 2, 3)
    [2, 3, 1]
    """
    return [*rows[1:], *rows[:1]]


def present(value: T | None) -> T:
    """Return what must be there."""
    assert value is not None
    return value


def alone(backend: Backend) -> Repositories:
    """The repositories, each of whose calls is a database transaction of its own."""
    return cast("Repositories", _Alone(begin=backend.begin))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alone:
    begin: UnitOfWork[Repositories]
    path: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Self:
        return replace(self, path=(*self.path, name))

    async def __call__(self, *args: object, **kwargs: object) -> object:
        async with self.begin() as tx:
            return await attrgetter(".".join(self.path))(tx)(*args, **kwargs)


class _Rollback(Exception):
    """Rolls back a database transaction."""


async def rolled_back(backend: Backend, work: Callable[[Repositories], Awaitable[None]]) -> None:
    """Do the work in a database transaction and roll it back with an exception, which must propagate."""

    async def work_and_roll_back(tx: Repositories) -> None:
        await work(tx)
        raise _Rollback

    with pytest.raises(_Rollback):
        async with backend.begin() as tx:
            await work_and_roll_back(tx)


async def waits(task: asyncio.Task[T]) -> bool:
    """Return whether the task is still waiting after `PATIENCE` seconds."""
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    return not done
