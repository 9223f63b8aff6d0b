"""`/book/{provider}`: services, day and time, who books, the summary."""

from datetime import timedelta
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.identity.sessions import Client
from booking_domain.scheduling.errors import DurationNotOffered, SlotNotOffered, SlotTaken
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.catalogue.booking_links import VisitLink, visit_booking_link
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.scheduling.queries import get_calendar
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.http.kit.visitors import visitor_of
from entrypoints.web.booking import salon_routes, summary_routes, you_routes
from entrypoints.web.booking.booker import Booker
from entrypoints.web.booking.flow import SERVICES, SUMMARY, TIME, Choice, address, by_service, first_incomplete
from entrypoints.web.booking.services import lengths_page, services_page
from entrypoints.web.booking.when import month_window, place_of, when_page
from entrypoints.web.kit.pages import Page

_A_DAY: Final = timedelta(days=1)


@get("/book/{provider_id:str}", opt=IF_VALID)
async def choose_services(
    provider_id: FromPath[ProviderId], page: Injected[Page], booker: Injected[Booker], reads: Injected[Reads]
) -> Response[Any]:
    """What is to be done, or how long it takes."""
    facts, choice = await booker.facts(provider_id), booker.choice(page.query)
    missing = page.asked("missing") == "1"
    if not SERVICES.applies(choice, facts):
        return page.see(address(TIME, choice, facts, page))
    if by_service(facts):
        return page.render(services_page(choice, facts, page, missing=missing))
    shown = await get_calendar(None, provider_id, reads.schedules, reads.providers, reads.salons)
    default = shown.calendar.settings.duration_minutes
    return page.render(lengths_page(choice, facts, default, page, missing=missing))


@get("/book/{provider_id:str}/time", opt=IF_VALID)
async def choose_time(
    provider_id: FromPath[ProviderId], page: Injected[Page], booker: Injected[Booker]
) -> Response[Any]:
    """Day and time. Without a day it opens at the first month with a free one. What the visitor holds is free."""
    facts, choice, now = await booker.facts(provider_id), booker.choice(page.query), booker.clock.now()
    if first_incomplete(choice, facts) is SERVICES:
        return page.see(_again(choice, page, provider_id))
    zone = time_zone(facts.view.time_zone)
    shown = choice.day
    try:
        if shown is None:
            first = (await booker.free(facts, choice, TimeRange(now, now + _A_DAY))).first
            shown = (first or now).astimezone(zone).date()
        free = await booker.free(facts, choice, month_window(page.formats.month(shown), zone, now))
    except DurationNotOffered:
        return page.see(_again(choice, page, provider_id))
    taken = page.asked("taken") == "1"
    model = when_page(choice, place_of(choice, facts, page), free, shown, page, now=now, taken=taken, csrf=booker.csrf)
    return page.render(model, public=not booker.csrf)


@post("/book/{provider_id:str}/hold", status_code=303, opt=FORM)
async def hold(
    provider_id: FromPath[ProviderId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    booker: Injected[Booker],
) -> Response[Any]:
    """Keep the chosen time."""
    facts, choice = await booker.facts(provider_id), booker.choice(form_of(request))
    if choice.slot is None:
        return page.see(address(first_incomplete(choice, facts), choice, facts, page))
    try:
        choice = await booker.holding(provider_id, choice, choice.slot, actor)
    except (SlotTaken, SlotNotOffered):
        return page.see(
            page.link(f"/book/{provider_id}/time", **choice.query(day=None, slot=None, hold=None, until=None), taken=1)
        )
    return page.see(address(SUMMARY, choice, facts, page))


@get("/book/{provider_id:str}/{token:str}", opt=IF_VALID)
async def open_link(
    provider_id: FromPath[ProviderId],
    token: FromPath[str],
    page: Injected[Page],
    *,
    request: Request[Any, Any, Any],
    booker: Injected[Booker],
    client: Injected[Client],
    counted_as: Injected[str],
    link_visitor_key: Injected[bytes],
) -> Response[Any]:
    """Open a booking link: the same steps, and the link counts the visitor, and later the booking."""
    facts = await booker.facts(provider_id)
    day = booker.clock.now().astimezone(time_zone(facts.view.time_zone)).date()
    visitor = visitor_of(request.method, client.user_agent, link_visitor_key, day, counted_as)
    visit = VisitLink(provider_id=provider_id, token=token, day=day, visitor=visitor)
    await booker.executor.run(visit_booking_link, visit, actor=SYSTEM)
    return page.see(page.link(f"/book/{provider_id}", link=token))


def _again(choice: Choice, page: Page, provider_id: ProviderId) -> str:
    """Where what is to be done is chosen, with an error."""
    return page.link(f"/book/{provider_id}", **choice.query(minutes=None), missing=1)


handlers: Final = (
    choose_services,
    choose_time,
    hold,
    *you_routes.handlers,
    *summary_routes.handlers,
    *salon_routes.handlers,
    open_link,
)
