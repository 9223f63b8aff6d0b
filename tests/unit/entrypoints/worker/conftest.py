"""The fixture that opens a worker's parts."""

from collections.abc import AsyncIterator

import pytest
from tests.databases import TestServer
from tests.unit.entrypoints.worker.workshop import Workshop, workshop


@pytest.fixture
async def shop(postgres: TestServer) -> AsyncIterator[Workshop]:
    """Open a studio with the parts of a worker on an empty database."""
    async with workshop(postgres) as shop:
        yield shop
