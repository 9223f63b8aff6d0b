"""The components of one running simulator."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, cast

from litestar import Request

from simulators.kit.deliveries import Deliverer
from simulators.kit.switches import SwitchStore
from simulators.qpay.config import SimulatorConfig
from simulators.qpay.state.callbacks import Callbacks, PendingCallback
from simulators.qpay.state.invoices import Invoices
from simulators.qpay.state.payments import Payments
from simulators.qpay.state.store import Store
from simulators.qpay.state.switches import Switches
from simulators.qpay.state.tokens import Tokens

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
    switches: SwitchStore[Switches]
    deliverer: Deliverer[PendingCallback]
    stopping: asyncio.Event

    @staticmethod
    def now() -> float:
        """Return Unix seconds."""
        return time.time()


def simulation_of(request: AnyRequest) -> Simulation:
    return cast("Simulation", request.app.state.simulation)
