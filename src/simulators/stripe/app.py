"""The ASGI application, for a server or for in-process tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

import httpx
from litestar import Litestar
from litestar.config.cors import CORSConfig

from simulators.kit.switches import SwitchStore
from simulators.stripe import api, checkout, control, elements
from simulators.stripe.books import Books
from simulators.stripe.config import SimulatorConfig
from simulators.stripe.errors import ApiError
from simulators.stripe.events import Events
from simulators.stripe.responses import error_response
from simulators.stripe.simulation import Simulation
from simulators.stripe.store import Store
from simulators.stripe.switches import Switches


def create_simulator(config: SimulatorConfig, stopping: asyncio.Event | None = None) -> Litestar:
    """Build the application; its lifespan opens and closes the state.

    Setting `stopping` ends the delay of stalled responses.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with _simulation(config, stopping or asyncio.Event()) as simulation:
            app.state.simulation = simulation
            yield

    return Litestar(
        route_handlers=[api.router, checkout.router, control.router, elements.script],
        cors_config=CORSConfig(),  # front ends confirm intents
        exception_handlers={ApiError: error_response},
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def _simulation(config: SimulatorConfig, stopping: asyncio.Event) -> AsyncIterator[Simulation]:
    with closing(Store(config.state)) as store:
        async with httpx.AsyncClient(timeout=config.webhook_timeout_seconds, trust_env=False) as client:
            switches = SwitchStore(store, Switches)
            events = Events(
                store,
                switches,
                client,
                url=config.webhook_url,
                secret=config.webhook_secret,
                retry_delays=config.retry_delays,
            )
            delivery = asyncio.create_task(events.deliverer.run())
            try:
                yield Simulation(
                    config=config,
                    store=store,
                    books=Books(store, events.happened),
                    events=events,
                    switches=switches,
                    stopping=stopping,
                )
            finally:
                delivery.cancel()
                with suppress(asyncio.CancelledError):
                    await delivery
