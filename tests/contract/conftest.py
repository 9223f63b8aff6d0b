"""Fixtures that open storages."""

from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Protocol, cast

import pytest
from tests.contract.backends import PostgresBackend, Storages, in_memory, shared_storages
from tests.databases import TestServer

from booking_domain.bookings.model import Terms
from booking_domain.testing.backend import Backend, OpenBackend
from booking_domain.testing.identity.memory.security import memory_security_ports
from booking_domain.testing.studio import Studio


@pytest.fixture(scope="module")
def storages(postgres: TestServer) -> Iterator[Storages]:
    """The databases of a file."""
    with shared_storages(postgres) as storages:
        yield storages


@pytest.fixture(params=["memory", "postgres"])
def open_backend(request: pytest.FixtureRequest) -> OpenBackend:
    """Run the test once on each storage; `-k postgres` selects one."""
    if request.param == "memory":
        return in_memory
    return cast("Storages", request.getfixturevalue("storages")).opened


@pytest.fixture
async def backend(open_backend: OpenBackend) -> AsyncIterator[Backend]:
    """Open an empty storage."""
    async with open_backend() as backend:
        yield backend


@pytest.fixture
async def postgres_backend(storages: Storages) -> AsyncIterator[PostgresBackend]:
    async with storages.opened() as backend:
        yield backend


@pytest.fixture
def postgres_url(postgres: TestServer) -> Iterator[str]:
    """Create a migrated database without rows."""
    with postgres.database() as url:
        yield url


class OpenStudio(Protocol):
    """Opens a `Studio` with these terms on the storage under test."""

    def __call__(self, terms: Terms | None = None) -> Awaitable[Studio]: ...


@pytest.fixture
async def open_studio(backend: Backend) -> AsyncIterator[OpenStudio]:
    """Open instances of `Studio` and check their invariants after the test."""
    studios: list[Studio] = []

    async def open_one(terms: Terms | None = None) -> Studio:
        studios.append(await Studio.opened(backend, terms=terms, ports=(memory_security_ports(),)))
        return studios[-1]

    yield open_one
    for studio in studios:
        assert await studio.violations() == []
