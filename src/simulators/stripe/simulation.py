"""The components of one running simulator."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from litestar import Request

from simulators.kit.switches import SwitchStore
from simulators.stripe.books import Books
from simulators.stripe.config import SimulatorConfig
from simulators.stripe.events import Events
from simulators.stripe.store import Store
from simulators.stripe.switches import Switches

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """`stopping` is set on shutdown and ends stalled responses."""

    config: SimulatorConfig
    store: Store
    books: Books
    events: Events
    switches: SwitchStore[Switches]
    stopping: asyncio.Event


def simulation_of(request: AnyRequest) -> Simulation:
    """Return the simulation that serves the request."""
    return cast("Simulation", request.app.state.simulation)
