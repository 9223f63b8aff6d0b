"""One running simulator: its set-up, its memory, and the task that delivers callbacks."""

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
from adapters.qpay.simulator.state.switches import SwitchBoard
from adapters.qpay.simulator.state.tokens import Tokens

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """`stopping` is set when the process is to end, so that nothing waits on."""

    config: SimulatorConfig
    store: Store
    tokens: Tokens
    invoices: Invoices
    payments: Payments
    callbacks: Callbacks
    switches: SwitchBoard
    dispatcher: Dispatcher
    stopping: asyncio.Event

    @staticmethod
    def now() -> float:
        """Return Unix seconds."""
        return time.time()


def simulation_of(request: AnyRequest) -> Simulation:
    """Return the simulation that the application of this request runs."""
    return cast("Simulation", request.app.state.simulation)
