"""`/providers/me/booking-links`: a provider's booking links; `/book`: the page that a link opens."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.catalogue.booking_links import (
    DAYS_SHOWN,
    MAX_LINK_NAME,
    MAX_LINKS,
    BookingLink,
    CountedLink,
    LinkDay,
)
from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import BookingLinkId, ProviderId
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.catalogue import queries as providers
from booking_domain.use_cases.catalogue.booking_links import (
    VisitLink,
    add_booking_link,
    list_own_booking_links,
    regenerate_booking_link,
    remove_booking_link,
    visit_booking_link,
)
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.scheduling import queries as availability
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run
from entrypoints.http.kit.turns import TURN_ERRORS, Turn
from entrypoints.http.kit.visitors import visitor_of
from entrypoints.http.providers.schemas import ProviderPageJson, provider_page_json
from entrypoints.http.providers.slots import AppointmentQuery, first_free


class NewLinkBody(Body, frozen=True, kw_only=True):
    """A new booking link."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_LINK_NAME, description="The campaign, e.g. `Instagram`.")]


class LinkDayJson(Json, frozen=True, kw_only=True):
    """Visitors and bookings of a link on one day, in the provider's time zone."""

    date: date
    visitors: int
    """How many people opened the link."""
    bookings: int
    """How many bookings were made through the link on this day."""


class BookingLinkJson(Json, frozen=True, kw_only=True):
    """A booking link."""

    id: UUID
    name: str
    link_token: str
    path: str
    """The path of the API that shows the provider's page and counts the visitor."""
    created_at: Timestamp


class CountedLinkJson(BookingLinkJson, frozen=True, kw_only=True):
    """A booking link with its bookings and its visitors of each day: distinct addresses, bots excluded."""

    visitors: int
    """The sum of all days."""
    bookings: int
    """How many bookings were made through the link."""
    days: Annotated[tuple[LinkDayJson, ...], Meta(max_length=DAYS_SHOWN + 1)]
    """Of the last 30 days, those with a visitor or a booking."""


class BookingLinksJson(Json, frozen=True, kw_only=True):
    """Booking links, oldest first."""

    items: Annotated[tuple[CountedLinkJson, ...], Meta(max_length=MAX_LINKS)]


_NEW: Final = {"name": "Instagram"}


@post(
    "/providers/me/booking-links",
    opt=documented(add_booking_link, body=_NEW),
    operation_id="addBookingLink",
)
async def add_link(data: JSONBody[NewLinkBody], run: Injected[Run]) -> Response[BookingLinkJson]:
    """Add a named booking link for the caller to give out. A provider has at most 50."""
    return await run(add_booking_link, data.name, answer=_link_json)


@get(
    "/providers/me/booking-links",
    opt=documented(list_own_booking_links),
    operation_id="listMyBookingLinks",
)
async def list_links(actor: Injected[Actor], reads: Injected[Reads], clock: Injected[Clock]) -> BookingLinksJson:
    """List the caller's booking links with their visitors and bookings."""
    found = await list_own_booking_links(actor, clock.now().date(), reads.booking_links, reads.providers)
    return BookingLinksJson(items=tuple(map(_counted_json, found)))


@post(
    "/providers/me/booking-links/{link_id:str}/regenerate",
    status_code=200,
    opt=documented(regenerate_booking_link),
    operation_id="regenerateBookingLink",
)
async def regenerate_link(link_id: FromPath[BookingLinkId], run: Injected[Run]) -> Response[BookingLinkJson]:
    """Give the link a new address. The former one answers 404 from now on; the counts stay."""
    return await run(regenerate_booking_link, link_id, answer=_link_json)


@delete(
    "/providers/me/booking-links/{link_id:str}", opt=documented(remove_booking_link), operation_id="deleteBookingLink"
)
async def remove_link(link_id: FromPath[BookingLinkId], run: Injected[Run]) -> None:
    """Remove the link with its counts."""
    await run(remove_booking_link, link_id)


@get(
    "/book/{provider_id:str}/{token:str}",
    opt=PUBLIC
    | documented(
        visit_booking_link,
        providers.get_provider_page,
        availability.get_schedule_to_come,
        raises=(InvalidValue, *TURN_ERRORS),
    ),
    operation_id="openBookingLink",
)
async def open_link(
    provider_id: FromPath[ProviderId],
    token: FromPath[str],
    request: Request[Any, Any, Any],
    params: Injected[AppointmentQuery],
    *,
    reads: Injected[Reads],
    run: Injected[Run],
    clock: Injected[Clock],
    turn: Injected[Turn],
    client: Injected[Client],
    counted_as: Injected[str],
    link_visitor_key: Injected[bytes],
    object_storage: Injected[ObjectLinks],
) -> ProviderPageJson:
    """Open a booking link: the provider's public page. Book with `linkToken`, so that the link counts the booking.

    An address (a /64 network of IPv6) counts as one visitor a day, whatever its user agents; bots do not count. The
    address is kept only as a hash, which is deleted later.
    """
    page = await providers.get_provider_page(provider_id, reads)
    now = clock.now()
    day = now.astimezone(time_zone(page.view.time_zone)).date()
    visitor = visitor_of(request.method, client.user_agent, link_visitor_key, day, counted_as)
    visit = VisitLink(provider_id=page.view.profile.id, token=token, day=day, visitor=visitor)
    await run(visit_booking_link, visit, actor=SYSTEM)
    free = await first_free(page, params, None, reads=reads, clock=clock, turn=turn)
    return provider_page_json(page, free, object_storage)


def _path(link: BookingLink) -> str:
    return f"/api/v1/book/{link.provider_id}/{link.link_token}"


_link_json: Final = projection(BookingLink, BookingLinkJson, path=_path)
_counted_json: Final = projection(
    CountedLink, CountedLinkJson, within="link", path=("link", _path), days=projection(LinkDay, LinkDayJson, date="day")
)


async def _of_user(source: ExportSource) -> list[CountedLinkJson]:
    own = await source.reads.providers.by_owner(source.user.id)
    found = () if own is None else await source.reads.booking_links.of_provider(own.profile.id, date.min)
    return list(map(_counted_json, found))


routes: Final = Router(
    "",
    route_handlers=[add_link, list_links, regenerate_link, remove_link, open_link],
    opt=about("book", "Booking links of providers, opened without an account.")
    | exporting(
        value(
            "booking_links",
            tuple[CountedLinkJson, ...],
            _of_user,
            about="The booking links of the provider.",
        )
    ),
)
