"""The components of one running simulator."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from litestar import Request

from adapters.stripe.simulator.books import Books
from adapters.stripe.simulator.config import SimulatorConfig
from adapters.stripe.simulator.events import Events
from adapters.stripe.simulator.store import Store
from adapters.stripe.simulator.switches import SwitchStore

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """`stopping` is set on shutdown and ends stalled responses."""

    config: SimulatorConfig
    store: Store
    books: Books
    events: Events
    switches: SwitchStore
    stopping: asyncio.Event


def simulation_of(request: AnyRequest) -> Simulation:
    """Return the simulation that serves the request."""
    return cast("Simulation", request.app.state.simulation)
