"""Fixture of the tests of Stripe's simulator and of its adapter."""

import pytest
from tests.unit.simulators.stripe.simulator_process import StripeSimulator


@pytest.fixture
async def simulator(stripe_simulator: StripeSimulator) -> StripeSimulator:
    """The simulator with all switches reset."""
    await stripe_simulator.switch()
    return stripe_simulator
