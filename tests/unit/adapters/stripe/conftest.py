from collections.abc import AsyncIterator

import pytest
from tests.unit.simulators.stripe.fixtures import simulator
from tests.unit.simulators.stripe.simulator_process import CARD_KEY, SECRET_KEY, StripeSimulator

from adapters.stripe.gateway import StripeGateway

__all__ = ["simulator"]


@pytest.fixture
async def gateway(simulator: StripeSimulator) -> AsyncIterator[StripeGateway]:
    async with StripeGateway(secret_key=SECRET_KEY, card_key=CARD_KEY, base_url=simulator.url) as gateway:
        yield gateway
