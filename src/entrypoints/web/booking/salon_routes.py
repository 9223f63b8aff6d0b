"""`/salons/{slug}/book`: in a salon a service, a person or anybody, a time; then the steps of the person go on."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.scheduling.effort import steps_of
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.scheduling.services import NobodyOffers
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.bookings.any_provider import WithAnyProvider, hold_with_any_provider
from booking_domain.use_cases.catalogue.salon_queries import SalonPage, find_salon, get_salon_page
from booking_domain.use_cases.catalogue.salon_slots import salon_schedules
from booking_domain.use_cases.scheduling.holds import PlaceHold
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.http.kit.turns import Computation
from entrypoints.web.booking.appointment import field_of
from entrypoints.web.booking.booker import Booker
from entrypoints.web.booking.flow import Choice
from entrypoints.web.booking.salon import (
    chosen,
    free_in_salon,
    path_of,
    person_page,
    place_of_salon,
    salon_keep_page,
    salon_services_page,
    salon_you_page,
)
from entrypoints.web.booking.when import Free, month_window, when_page
from entrypoints.web.booking.you_routes import Joining, typed_again, typed_before, typed_in
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.pages import Page

_MEMBER_STEPS: Final = 250
"""What it costs to read the schedule of a member."""
_LOST: Final = (SlotTaken, SlotNotOffered, NobodyOffers)


@get("/salons/{slug:str}/book", opt=IF_VALID)
async def choose_salon_services(slug: FromPath[str], page: Injected[Page], booker: Injected[Booker]) -> Response[Any]:
    """What is to be done."""
    facts, missing = await _facts(slug, booker), page.asked("missing") == "1"
    return page.render(salon_services_page(booker.choice(page.query), facts, page, missing=missing))


@get("/salons/{slug:str}/book/person", opt=IF_VALID)
async def choose_person(slug: FromPath[str], page: Injected[Page], booker: Injected[Booker]) -> Response[Any]:
    """Who does it."""
    facts, choice = await _facts(slug, booker), booker.choice(page.query)
    if not chosen(choice, facts):
        return page.see(page.link(path_of(facts), **choice.query(), missing=1))
    return page.render(person_page(choice, facts, page))


@get("/salons/{slug:str}/book/time", opt=IF_VALID)
async def choose_salon_time(slug: FromPath[str], page: Injected[Page], booker: Injected[Booker]) -> Response[Any]:
    """The times at which somebody is free."""
    facts, choice, now = await _facts(slug, booker), booker.choice(page.query), booker.clock.now()
    if not chosen(choice, facts):
        return page.see(page.link(path_of(facts), **choice.query(), missing=1))
    zone = time_zone(facts.view.salon.time_zone)
    shown = choice.day or now.astimezone(zone).date()
    free = await _free(facts, choice, month_window(page.formats.month(shown), zone, now), booker)
    if choice.day is None and not free.starts:
        shown = page.formats.month(shown).after
        free = await _free(facts, choice, month_window(page.formats.month(shown), zone, now), booker)
    model = when_page(
        choice,
        place_of_salon(choice, facts, page),
        free,
        shown,
        page,
        now=now,
        taken=page.asked("taken") == "1",
        csrf=booker.csrf,
    )
    return page.render(model, public=not booker.csrf)


@post("/salons/{slug:str}/book/hold", status_code=303, opt=FORM)
async def hold_in_salon(
    slug: FromPath[str],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    booker: Injected[Booker],
) -> Response[Any]:
    """Keep the time, with whoever has the least to do."""
    facts, choice = await _facts(slug, booker), booker.choice(form_of(request))
    if choice.slot is None:
        return page.see(page.link(f"{path_of(facts)}/time", **choice.query()))
    return page.see(await _held(facts, choice, choice.slot, page, actor=actor, booker=booker))


@get("/salons/{slug:str}/book/you", opt=IF_VALID)
async def show_salon_you(slug: FromPath[str], page: Injected[Page], booker: Injected[Booker]) -> Response[Any]:
    """Who books; whoever is signed in keeps the time by a button."""
    facts, choice = await _facts(slug, booker), booker.choice(page.query)
    if choice.slot is None or not chosen(choice, facts):
        return page.see(page.link(f"{path_of(facts)}/time", **choice.query(slot=None)))
    if choice.signed_in:
        return page.render(salon_keep_page(choice, facts, choice.slot, page, csrf=booker.csrf), public=False)
    return page.render(
        salon_you_page(choice, facts, choice.slot, typed_before(page), page, documents=booker.documents), public=False
    )


@post("/salons/{slug:str}/book/you", status_code=303, opt=IF_VALID | FORM | limited_as(AUTH))
async def join_in_salon(
    slug: FromPath[str],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    booker: Injected[Booker],
    joining: Injected[Joining],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """Send a code, or sign in with it and keep the time."""
    form = form_of(request)
    facts, choice, typed = await _facts(slug, booker), booker.choice(form), typed_in(form)
    if choice.slot is None or choice.signed_in or not chosen(choice, facts):
        return page.see(page.link(f"{path_of(facts)}/time", **choice.query(slot=None)))
    show = partial(salon_you_page, choice, facts, choice.slot, documents=booker.documents, page=page)
    try:
        tokens = await joining.join(form, page)
    except DomainError as error:
        return page.refuse(
            show(typed_again(form, error)).failed(error, page, field=field_of(error)), error, at=page.path
        )
    if tokens is None:
        address = page.link(f"{path_of(facts)}/you", **choice.query())
        return page.lead(show(replace(typed, code_sent=True)), address, typed.fields())
    address = await _held(facts, choice, choice.slot, page, actor=tokens.user.actor, booker=booker)
    return page.see(address, cookies=(*session_mode.cookies(tokens), FORGOTTEN))


async def _held(facts: SalonPage, choice: Choice, slot: datetime, page: Page, *, actor: Actor, booker: Booker) -> str:
    """Where the booking goes on, with who was found; or back to the times if nobody is free any more."""
    await booker.release(choice, actor)
    choice = replace(choice, day=None, slot=slot, hold=None, until=None)
    command = WithAnyProvider(
        salon_id=facts.view.salon.id,
        slot=slot,
        service_ids=choice.services,
        order=lambda provider_id: PlaceHold(provider_id=provider_id, slot=slot, service_ids=choice.services),
    )
    try:
        claim = await booker.executor.run(hold_with_any_provider, command, actor=actor)
    except _LOST:
        return page.link(f"{path_of(facts)}/time", **choice.query(slot=None), taken=1)
    choice = replace(choice, hold=claim.id, until=claim.expires_at)
    return page.link(f"/book/{claim.provider_id}/summary", **choice.query())


async def _facts(slug: str, booker: Booker) -> SalonPage:
    reads = booker.reads
    salon = await find_salon(slug, reads.salons)
    return await get_salon_page(salon.id, reads.salons, reads.providers, reads.services)


async def _free(facts: SalonPage, choice: Choice, window: TimeRange, booker: Booker) -> Free:
    async def read() -> Computation[Free]:
        schedules = await salon_schedules(
            facts.view.salon.id, window=window, reads=booker.reads, services=choice.services
        )
        work = partial(free_in_salon, schedules, booker.clock.now())
        return Computation(work, sum(steps_of(each, schedules.window) for each in schedules.schedules))

    return await booker.turn.compute(read, at_least=len(facts.providers) * _MEMBER_STEPS)


handlers: Final = (
    choose_salon_services,
    choose_person,
    choose_salon_time,
    hold_in_salon,
    show_salon_you,
    join_in_salon,
)
