"""Fixtures that run use cases in memory."""

from collections.abc import AsyncIterator

import pytest
from tests.unit.stage import Stage

from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import a_cast
from booking_domain.testing.memory.database import MemoryDatabase
from booking_domain.testing.studio import Studio


@pytest.fixture
async def studio(request: pytest.FixtureRequest) -> AsyncIterator[Studio]:
    """Open a studio with the default terms, or with those of the test's `terms` marker, and check its invariants."""
    marker = request.node.get_closest_marker("terms")
    studio = await Studio.opened(asks=marker.args[0] if marker else None)
    yield studio
    assert await studio.violations() == []


@pytest.fixture
async def stage() -> Stage:
    """Create a stage with a provider and a customer."""
    database, make = MemoryDatabase(), Builder()
    return Stage(await a_cast(database, make), database, make)
