"""The fixtures of pages: a server with the demo data, and a browser, both of a test file."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser
from tests.unit.entrypoints.api import Api, serving
from tests.unit.entrypoints.web.pages import SERVICES, browsing, demo


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def city(anyio_backend: str) -> AsyncIterator[Api]:
    """A server with the demo data, which the tests of a file only read."""
    async with serving(**SERVICES) as api:
        await demo(api)
        yield api


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    """A browser; each test opens pages of its own."""
    async with browsing() as browser:
        yield browser


@pytest.fixture
async def api(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Api]:
    """A server without data, with the settings of the test's marker."""
    marker = request.node.get_closest_marker("settings")
    async with serving(**(marker.kwargs if marker else {})) as api:
        yield api
