from collections.abc import AsyncIterator, Iterator

import pytest
from tests.unit.adapters.stripe.simulator_process import SECRET_KEY, StripeSimulator

from adapters.stripe.gateway import StripeGateway


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSimulator]:
    with StripeSimulator(tmp_path_factory.mktemp("stripe") / "state.sqlite") as running:
        yield running


@pytest.fixture
async def simulator(running: StripeSimulator) -> StripeSimulator:
    """The simulator with all switches reset."""
    await running.switch()
    return running


@pytest.fixture
async def gateway(simulator: StripeSimulator) -> AsyncIterator[StripeGateway]:
    async with StripeGateway(secret_key=SECRET_KEY, base_url=simulator.url) as gateway:
        yield gateway
