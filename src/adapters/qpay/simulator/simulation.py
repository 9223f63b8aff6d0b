"""The components of one running simulator."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, cast

from litestar import Request

from adapters.qpay.simulator.config import SimulatorConfig
from adapters.qpay.simulator.dispatcher import Dispatcher
from adapters.qpay.simulator.state.callbacks import Callbacks
from adapters.qpay.simulator.state.invoices import Invoices
from adapters.qpay.simulator.state.payments import Payments
from adapters.qpay.simulator.state.store import Store
from adapters.qpay.simulator.state.switches import SwitchStore
from adapters.qpay.simulator.state.tokens import Tokens

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """`stopping` is set on shutdown and ends stalled responses."""

    config: SimulatorConfig
    store: Store
    tokens: Tokens
    invoices: Invoices
    payments: Payments
    callbacks: Callbacks
    switches: SwitchStore
    dispatcher: Dispatcher
    stopping: asyncio.Event

    @staticmethod
    def now() -> float:
        """Return Unix seconds."""
        return time.time()


def simulation_of(request: AnyRequest) -> Simulation:
    return cast("Simulation", request.app.state.simulation)
