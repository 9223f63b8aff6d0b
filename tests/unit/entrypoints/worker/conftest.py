"""The fixtures that open a worker's parts."""

from collections.abc import AsyncIterator, Iterator

import pytest
from tests.contract.backends import Storages, shared_storages
from tests.databases import TestServer
from tests.unit.entrypoints.worker.workshop import Workshop, workshop


@pytest.fixture(scope="package")
def storages(postgres: TestServer) -> Iterator[Storages]:
    """The databases of all files here."""
    with shared_storages(postgres) as storages:
        yield storages


@pytest.fixture
async def shop(storages: Storages) -> AsyncIterator[Workshop]:
    """Open a studio with the parts of a worker on an empty database."""
    async with workshop(storages) as shop:
        yield shop
