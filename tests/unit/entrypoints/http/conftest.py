"""The fixture that serves the API."""

from collections.abc import AsyncIterator

import pytest
from tests.unit.entrypoints.api import Api, serving


@pytest.fixture
async def api(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """Serve an API with the default settings, or with those of the test's `settings` marker."""
    marker = request.node.get_closest_marker("settings")
    async with serving(**(marker.kwargs if marker else {})) as api:
        yield api
