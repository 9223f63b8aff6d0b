"""The ASGI application, for a server or for in-process tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

import httpx
from litestar import Litestar, Router

from simulators.kit.deliveries import Deliverer
from simulators.kit.fault_injection import FaultInjection
from simulators.kit.switches import SwitchStore
from simulators.qpay import control
from simulators.qpay.api import auth, invoices, payments
from simulators.qpay.api.errors import ApiError, error_response
from simulators.qpay.checkout import routes as checkout
from simulators.qpay.config import SimulatorConfig
from simulators.qpay.dispatcher import Dispatcher
from simulators.qpay.simulation import Simulation
from simulators.qpay.state.callbacks import Callbacks
from simulators.qpay.state.invoices import Invoices
from simulators.qpay.state.payments import Payments
from simulators.qpay.state.store import Store
from simulators.qpay.state.switches import Switches
from simulators.qpay.state.tokens import Tokens


def create_simulator(config: SimulatorConfig, stopping: asyncio.Event | None = None) -> Litestar:
    """Build the application; its lifespan opens and closes the state.

    Setting `stopping` ends the delay of stalled responses.
    """
    v2 = Router(
        path="/v2",
        route_handlers=[auth.router, invoices.router, payments.router],
        middleware=[FaultInjection({"error": "SYSTEM_BUSY", "message": "System is busy!"})],
    )

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with _simulation(config, stopping or asyncio.Event()) as simulation:
            app.state.simulation = simulation
            yield

    return Litestar(
        route_handlers=[v2, checkout.router, control.router],
        exception_handlers={ApiError: error_response},
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def _simulation(config: SimulatorConfig, stopping: asyncio.Event) -> AsyncIterator[Simulation]:
    with closing(Store(config.state)) as store:
        async with httpx.AsyncClient(timeout=config.callback_timeout_seconds, trust_env=False) as client:
            callbacks = Callbacks(store)
            dispatcher = Dispatcher(callbacks, client, retry_delays=config.retry_delays)
            deliverer = Deliverer(callbacks.pending, dispatcher.deliver)
            delivery_task = asyncio.create_task(deliverer.run())
            try:
                yield Simulation(
                    config=config,
                    store=store,
                    tokens=Tokens(store, lifetime_seconds=config.token_lifetime_seconds),
                    invoices=Invoices(store),
                    payments=Payments(store),
                    callbacks=callbacks,
                    switches=SwitchStore(store, Switches),
                    deliverer=deliverer,
                    stopping=stopping,
                )
            finally:
                delivery_task.cancel()
                with suppress(asyncio.CancelledError):
                    await delivery_task
