"""The application: its resources, its middleware, and the adapters that are open while it runs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from litestar import Litestar, Request, Response, Router

from entrypoints.http import (
    action_links,
    adjustments,
    announcements,
    booking_links,
    calendars,
    consents,
    customers,
    desk_payments,
    email_bounces,
    favourites,
    files,
    flags,
    health,
    holds,
    ideas,
    legal,
    loyalty,
    loyalty_programmes,
    message_templates,
    movable_clock,
    notifications,
    objects,
    orders,
    parked_jobs,
    payment_notifications,
    payments,
    portfolio,
    promotions,
    push,
    receipts,
    reconciliation,
    referrals,
    resources,
    reviews,
    scheduling,
    sms,
    telegram_bot,
    text_messages,
    usage,
    venues,
    waitlist,
)
from entrypoints.http.accounts import openid, telegram
from entrypoints.http.accounts import routes as accounts
from entrypoints.http.admin import routes as administration
from entrypoints.http.availability import routes as availability
from entrypoints.http.bookings import routes as bookings
from entrypoints.http.container import HttpContainer, dependencies
from entrypoints.http.disputes import routes as disputes
from entrypoints.http.docs import routes as docs
from entrypoints.http.docs.wording import WORDING
from entrypoints.http.earnings import routes as earnings
from entrypoints.http.gift_cards import routes as gift_cards
from entrypoints.http.kit.access_log import log_requests
from entrypoints.http.kit.again import answer_again
from entrypoints.http.kit.bodies import bound_reading
from entrypoints.http.kit.compression import Compression
from entrypoints.http.kit.exporting import sections_of
from entrypoints.http.kit.heads import answer_head
from entrypoints.http.kit.injection import resolve_sequentially
from entrypoints.http.kit.known_answers import answer_what_is_known
from entrypoints.http.kit.pages import Pages, in_pages
from entrypoints.http.kit.problems import answer_exception
from entrypoints.http.kit.read_after import read_after_writes
from entrypoints.http.kit.registration import Application
from entrypoints.http.kit.request_heads import require_one_host
from entrypoints.http.kit.response_headers import add_response_headers
from entrypoints.http.kit.stopping import when_stopping
from entrypoints.http.kit.strict_json import StrictJson
from entrypoints.http.kit.tracing import trace_requests
from entrypoints.http.live import routes as live
from entrypoints.http.packages import routes as packages
from entrypoints.http.plans import routes as plans
from entrypoints.http.providers import admin
from entrypoints.http.providers import routes as providers
from entrypoints.http.refunds import routes as refunds
from entrypoints.http.salons import admin as salon_admin
from entrypoints.http.salons import routes as salons
from entrypoints.http.search import routes as search
from entrypoints.http.services import routes as services
from entrypoints.http.statistics import routes as statistics
from entrypoints.http.users import access
from entrypoints.http.users import routes as users
from entrypoints.http.users.export import export_route
from entrypoints.http.webhook_endpoints import routes as webhook_endpoints
from entrypoints.languages.catalogues import read_catalogues
from entrypoints.languages.values import written_for
from entrypoints.logs import write_gathered
from entrypoints.observe.platform import PlatformMetrics
from entrypoints.observe.processes import api_metrics, gateway_metrics, pool_metrics
from entrypoints.wiring.root import opened

PREFIX: Final = "/api/v1"


RESOURCES: Final = (
    accounts.routes,
    telegram.routes,
    openid.routes,
    providers.routes,
    admin.routes,
    administration.routes,
    availability.routes,
    salons.routes,
    salon_admin.routes,
    booking_links.routes,
    scheduling.routes,
    search.routes,
    search.admin_routes,
    search.providers,
    search.salons,
    search.services,
    search.works,
    services.routes,
    resources.routes,
    venues.routes,
    holds.routes,
    bookings.routes,
    action_links.routes,
    ideas.routes,
    consents.routes,
    customers.routes,
    users.routes,
    access.routes,
    calendars.routes,
    waitlist.routes,
    reviews.routes,
    gift_cards.routes,
    packages.offers,
    packages.routes,
    plans.offers,
    plans.routes,
    promotions.routes,
    orders.routes,
    loyalty.routes,
    loyalty_programmes.routes,
    referrals.routes,
    statistics.routes,
    usage.routes,
    favourites.routes,
    payments.routes,
    payment_notifications.routes,
    refunds.routes,
    desk_payments.routes,
    adjustments.routes,
    receipts.routes,
    reconciliation.routes,
    disputes.routes,
    earnings.routes,
    notifications.routes,
    sms.routes,
    text_messages.routes,
    webhook_endpoints.routes,
    files.routes,
    portfolio.routes,
    legal.routes,
    announcements.routes,
    flags.routes,
    parked_jobs.routes,
    live.routes,
    push.routes,
    telegram_bot.routes,
    email_bounces.routes,
    message_templates.routes,
)
"""The routers of the API, in the order of registration; a new resource adds its own."""
API: Final = Router(PREFIX, route_handlers=[*RESOURCES, export_route(sections_of(RESOURCES)), health.routes()])
"""Litestar copies it into each application."""


def create_app(container: HttpContainer, pages: Pages | None = None) -> Litestar:
    """Create the application from a container, whose providers tests may override; `app.state` keeps the container.

    With `pages` it serves people with a browser as well.
    """
    settings = container.settings()
    read_catalogues()
    first = [Router("/", route_handlers=[docs.start])] if pages is None else pages.routes
    moving = [movable_clock.routes_of(container.test_clock())] if settings.test_clock else []
    routers = [API, health.routes(), docs.routes, objects.routes, *moving, *first]
    app = Application(
        route_handlers=routers,
        dependencies=dependencies(container, routers),
        dto=StrictJson,
        return_dto=None,
        before_request=_guarded(container),
        middleware=[Compression()],
        exception_handlers={Exception: answer_exception if pages is None else in_pages(pages, answer_exception)},
        lifespan=[_lifespan],
        request_max_body_size=settings.max_body_bytes,
        openapi_config=None,
        logging_config=None,
    )
    app.state.container = container
    app.state.wording = WORDING
    app.state.default_language = settings.default_language
    # Those that wait for nothing of their own return the awaitable: the event loop resumes fewer coroutines.
    resolve_sequentially(app)
    answer_head(app)
    answer_again(app)
    bound_reading(app, seconds=settings.body_timeout, most_bytes=settings.max_body_bytes)
    require_one_host(app)
    add_response_headers(app, container.cross_origin)
    answer_what_is_known(app, container.known_answers)
    if settings.replica_url is not None:
        read_after_writes(app)
    log_requests(app, container.metrics, container.tally)
    trace_requests(app, container.traces, container.clients)
    return app


def _guarded(container: HttpContainer) -> Callable[[Request[Any, Any, Any]], Awaitable[Response[Any] | None]]:
    async def guard(request: Request[Any, Any, Any]) -> Response[Any] | None:
        return await container.request_guard()(request)

    return guard


def _measure(container: HttpContainer) -> None:
    """Let Prometheus read what the parts of the process count."""
    metrics = container.metrics()
    metrics.read(lambda: pool_metrics(container.database()))
    metrics.read(lambda: gateway_metrics(container.gateways()))
    metrics.read(lambda: api_metrics(container.answers(), container.live_hub(), container.computing()))
    metrics.registry.register(
        PlatformMetrics(container.database(), container.reads(), container.clock(), container.replica())
    )


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    container: HttpContainer = app.state.container
    container.database().when_access_is_reduced(container.live_sessions().forget)
    container.database().when_public_versions_change(container.known_versions().forget)
    _measure(container)
    adapters = opened(
        *container.observers(),
        container.database(),
        *((replica,) if (replica := container.replica()) else ()),
        container.listening(),
        container.gateways(),
        container.sms_sender(),
        container.object_storage(),
        container.openid_providers(),
        container.chats(),
        *((container.redis_cache(),) if container.settings().cache.url else ()),
        container.metrics_port(),
        container.usage_keeper(),
    )
    async with adapters, AsyncExitStack() as stack:
        stack.callback(write_gathered)
        stack.enter_context(written_for(container.settings().region))
        stack.push_async_callback(container.computing().close)
        hub, sockets = container.live_hub(), container.live_sockets()
        stack.push_async_callback(hub.aclose)
        draining = container.draining()
        stack.enter_context(when_stopping(draining.begin, draining.over))
        stack.enter_context(when_stopping(hub.stop))
        stack.enter_context(when_stopping(sockets.stop, sockets.drained))
        stack.push_async_callback(container.image_encoder().close)
        container.password_hasher()  # computes a dummy hash at construction, so do it before the first request
        yield
