"""Fixtures that run use cases in memory, and the simulators that tests of several folders share."""

from collections.abc import AsyncIterator, Iterator

import pytest
from tests.unit.simulators.qpay.simulator_process import SimulatorProcess
from tests.unit.simulators.stripe.simulator_process import StripeSimulator
from tests.unit.stage import Stage

from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import a_cast
from booking_domain.testing.memory.database import MemoryDatabase
from booking_domain.testing.studio import Studio


@pytest.fixture
async def studio(request: pytest.FixtureRequest) -> AsyncIterator[Studio]:
    """Open a studio with the default terms, or with those of the test's `terms` marker, and check its invariants."""
    marker = request.node.get_closest_marker("terms")
    studio = await Studio.opened(terms=marker.args[0] if marker else None)
    yield studio
    assert await studio.violations() == []


@pytest.fixture
async def stage() -> Stage:
    """Create a stage with a provider and a customer."""
    database, make = MemoryDatabase(), Builder()
    return Stage(await a_cast(database, make), database, make)


@pytest.fixture(scope="session")
def qpay_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(tmp_path_factory.mktemp("qpay") / "state.sqlite") as running:
        yield running


@pytest.fixture(scope="session")
def stripe_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSimulator]:
    with StripeSimulator(tmp_path_factory.mktemp("stripe") / "state.sqlite") as running:
        yield running
