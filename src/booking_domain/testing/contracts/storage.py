"""What the contracts of the storage ports ask of an adapter, and how their scenarios run.

Define a pytest fixture `open_backend`, in a test module or in `conftest.py`, and inherit the contracts:

    @pytest.fixture
    def open_backend() -> OpenBackend:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Backend]:
            async with a_pool_of_connections() as pool:   # inside of the scenario's own event loop
                await empty_all_tables(pool)
                yield MyBackend(pool)
        return opened

    class TestUsers(UsersContract): ...

A scenario opens one backend, which is empty at first, and has at most twenty transactions at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import pytest

from booking_domain.catalogue.model import Profile, ProfileStatus
from booking_domain.identity.model import User
from booking_domain.scheduling.model import SlotSettings
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import DomainError
from booking_domain.testing.backend import Backend, OpenBackend
from booking_domain.testing.builders import Builder, terms
from booking_domain.workflows.ports import Repositories

__all__ = [
    "PATIENCE",
    "TIME_LIMIT",
    "Backend",
    "Cast",
    "OpenBackend",
    "a_cast",
    "race",
    "regretted",
    "scenario",
    "waits",
]

TIME_LIMIT: Final = 30.0
"""Seconds; a scenario that takes longer has run into a deadlock."""
PATIENCE: Final = 0.1
"""Seconds after which who has not come through is taken to be waiting."""

Contract = TypeVar("Contract", contravariant=True)
T = TypeVar("T")


def scenario(
    body: Callable[[Contract, Backend, Builder], Coroutine[object, object, None]],
) -> Callable[[Contract, OpenBackend], None]:
    """Make a test for pytest of a coroutine: an event loop of its own, an open backend, a builder."""

    def test(self: Contract, open_backend: OpenBackend) -> None:
        async def play() -> None:
            async with asyncio.timeout(TIME_LIMIT), open_backend() as backend:
                await body(self, backend, Builder())

        asyncio.run(play())

    # Not functools.wraps: pytest would look through it and ask for the body's arguments as fixtures.
    test.__name__, test.__qualname__, test.__doc__ = body.__name__, body.__qualname__, body.__doc__
    return test


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays in most scenarios: a provider who takes bookings, and a customer."""

    owner: User
    profile: Profile
    customer: User


async def a_cast(backend: Backend, make: Builder, status: ProfileStatus = ProfileStatus.APPROVED) -> Cast:
    """Put them on stage."""
    cast = Cast(
        owner=(owner := make.user(Role.PROVIDER)),
        profile=make.profile(owner, status),
        customer=make.user(Role.CUSTOMER),
    )
    async with backend.begin() as tx:
        await tx.users.add(cast.owner)
        await tx.users.add(cast.customer)
        await tx.profiles.add(cast.profile)
        await tx.calendars.save_settings(cast.profile.id, "Asia/Ulaanbaatar", SlotSettings())
        await tx.bookable_providers.save_terms(cast.profile.id, terms())
    return cast


async def race(attempts: Sequence[Awaitable[T]]) -> tuple[list[T], list[DomainError]]:
    """Let all of them run at once; return what came of those that succeeded, and the refusals of the others."""
    results: list[T] = []
    refusals: list[DomainError] = []
    for outcome in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(outcome, DomainError):
            refusals.append(outcome)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            results.append(outcome)
    return results, refusals


class _Regret(Exception):
    """Why a scenario leaves a transaction."""


async def regretted(backend: Backend, work: Callable[[Repositories], Awaitable[None]]) -> None:
    """Do the work in a transaction that is then left by an exception, which must come through."""

    async def work_and_regret(tx: Repositories) -> None:
        await work(tx)
        raise _Regret

    with pytest.raises(_Regret):
        async with backend.begin() as tx:
            await work_and_regret(tx)


async def waits(task: asyncio.Task[T]) -> bool:
    """Whether somebody is kept waiting."""
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    return not done
