"""`/book/{provider}`: services, day and time, who books."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.bookings.model import Booking
from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.model import UserStatus
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.scheduling.claims import ClaimKind
from booking_domain.scheduling.effort import steps_of, steps_to_first
from booking_domain.scheduling.errors import HoldNotFound, SlotNotOffered, SlotTaken, TooManyHolds
from booking_domain.shared.actor import SYSTEM, Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId, SessionId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.booking_links import VisitLink, visit_booking_link
from booking_domain.use_cases.catalogue.queries import ProviderPage, get_provider_page
from booking_domain.use_cases.identity import own_account, sign_in
from booking_domain.use_cases.identity.sign_in import AccountDetails, Tokens
from booking_domain.use_cases.identity.sign_up import ProfileDetails
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold, release_hold
from booking_domain.use_cases.scheduling.queries import get_schedule_to_come, to_come
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import IF_VALID, PUBLIC
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.http.kit.turns import Computation, Turn
from entrypoints.http.kit.visitors import visitor_of
from entrypoints.web.booking.flow import STEPS, Choice, address, first_incomplete
from entrypoints.web.booking.services import services_page
from entrypoints.web.booking.when import Free, free_times, nearest, when_page
from entrypoints.web.booking.you import CODE, INSTEAD, NAME, PHONE, Typed, you_page
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import moment_of

_SERVICES, _TIME, _YOU = STEPS
_A_DAY: Final = timedelta(days=1)
_AROUND: Final = timedelta(days=7)
"""How far from a lost time others are offered."""


@get("/book/{provider_id:str}", opt=PUBLIC)
async def choose_services(
    provider_id: FromPath[ProviderId], page: Injected[Page], reads: Injected[Reads]
) -> Response[Any]:
    """What is to be done."""
    facts, choice = await _facts(provider_id, reads), Choice.of(page.query)
    if not _SERVICES.applies(facts):
        return page.see(address(_TIME, choice, facts, page))
    return page.render(services_page(choice, facts, page, missing=page.asked("missing") == "1"))


@get("/book/{provider_id:str}/time", opt=IF_VALID)
async def choose_time(
    provider_id: FromPath[ProviderId],
    page: Injected[Page],
    *,
    actor: Injected[Actor | None],
    session_id: Injected[SessionId | None],
    session_cookies: Injected[SessionCookies],
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
) -> Response[Any]:
    """Day and time. Without a day it opens at the first month with a free one. What the visitor holds is free."""
    facts, choice, now = await _facts(provider_id, reads), Choice.of(page.query), clock.now()
    if first_incomplete(choice, facts) is _SERVICES:
        return page.see(page.link(f"/book/{provider_id}", missing=1, link=choice.link))
    zone = time_zone(facts.view.time_zone)
    free = partial(_free, facts, choice, now=now, actor=actor, reads=reads, turn=turn)
    shown = choice.day
    if shown is None:
        first = (await free(TimeRange(now, now + _A_DAY))).first
        shown = (first or now).astimezone(zone).date()
    month = page.formats.month(shown)
    window = TimeRange(
        max(now, datetime.combine(month.before + _A_DAY, time(), zone).astimezone(UTC)),
        max(now + _A_DAY, datetime.combine(month.after, time(), zone).astimezone(UTC)),
    )
    csrf = "" if session_id is None else session_cookies.csrf_token(session_id)
    taken = page.asked("taken") == "1"
    model = when_page(choice, facts, await free(window), shown, page, now=now, taken=taken, csrf=csrf)
    return page.render(model, public=not csrf)


@post("/book/{provider_id:str}/hold", status_code=303, opt=FORM)
async def hold(
    provider_id: FromPath[ProviderId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Keep the chosen time for a while, in place of the one that was kept before; who has too many goes on without."""
    facts, choice = await _facts(provider_id, reads), Choice.of(form_of(request))
    if choice.slot is None:
        return page.see(address(first_incomplete(choice, facts), choice, facts, page))
    if choice.hold is not None:
        with suppress(HoldNotFound):
            await executor.run(release_hold, choice.hold, actor=actor)
    command = PlaceHold(provider_id=provider_id, slot=choice.slot, service_ids=choice.services)
    choice = replace(choice, day=None, hold=None, until=None)
    try:
        claim = await executor.run(place_hold, command, actor=actor)
    except (SlotTaken, SlotNotOffered):
        return page.see(page.link(f"/book/{provider_id}/time", **choice.query(slot=None), taken=1))
    except TooManyHolds:
        pass
    else:
        choice = replace(choice, hold=claim.id, until=claim.expires_at)
    return page.see(address(_YOU, choice, facts, page))


@get("/book/{provider_id:str}/{token:str}", opt=PUBLIC)
async def open_link(
    provider_id: FromPath[ProviderId],
    token: FromPath[str],
    page: Injected[Page],
    *,
    request: Request[Any, Any, Any],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    clock: Injected[Clock],
    client: Injected[Client],
    counted_as: Injected[str],
    link_visitor_key: Injected[bytes],
) -> Response[Any]:
    """Open a booking link: the same steps, and the link counts the visitor, and later the booking."""
    facts = await _facts(provider_id, reads)
    day = clock.now().astimezone(time_zone(facts.view.time_zone)).date()
    visitor = visitor_of(request.method, client.user_agent, link_visitor_key, day, counted_as)
    visit = VisitLink(provider_id=provider_id, token=token, day=day, visitor=visitor)
    await executor.run(visit_booking_link, visit, actor=SYSTEM)
    return page.see(page.link(f"/book/{provider_id}", link=token))


@get("/book/{provider_id:str}/you", opt=IF_VALID)
async def show_you(
    provider_id: FromPath[ProviderId],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    session_id: Injected[SessionId | None],
    session_cookies: Injected[SessionCookies],
) -> Response[Any]:
    """Who books, and what is booked."""
    facts, choice = await _facts(provider_id, reads), Choice.of(page.query)
    step = first_incomplete(choice, facts)
    if step is not _YOU or choice.slot is None:
        return page.see(address(step, choice, facts, page))
    csrf = "" if session_id is None else session_cookies.csrf_token(session_id)
    return page.render(you_page(choice, facts, choice.slot, page, csrf=csrf), public=False)


@post("/book/{provider_id:str}/you", status_code=200, opt=IF_VALID | FORM | limited_as(AUTH))
async def book(
    provider_id: FromPath[ProviderId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor | None],
    session_id: Injected[SessionId | None],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    identity: Injected[Identity],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    session_mode: Injected[SessionMode],
    session_cookies: Injected[SessionCookies],
    clock: Injected[Clock],
    turn: Injected[Turn],
) -> Response[Any]:
    """Send a code, or sign in with it, and book. If the time was lost, the form stays, with the nearest others."""
    form = form_of(request)
    facts, choice = await _facts(provider_id, reads), Choice.of(form)
    instead = moment_of(said(form, INSTEAD))
    if instead is not None:
        choice = replace(choice, slot=instead, hold=None, until=None)
    step = first_incomplete(choice, facts)
    if step is not _YOU or choice.slot is None:
        return page.see(address(step, choice, facts, page))
    show = partial(you_page, choice, facts, choice.slot, page)
    typed = Typed(name=said(form, NAME), phone=said(form, PHONE), code_sent=bool(said(form, CODE)))
    contact, tokens = ContactInput(phone=typed.phone), None
    csrf = "" if session_id is None else session_cookies.csrf_token(session_id)
    try:
        if actor is None and not typed.code_sent:
            ProfileDetails(name=typed.name)
            await own_account.start_sign_up(identity, contact, page.language, client_trace=client_trace)
            sent = Typed(name=typed.name, phone=typed.phone, code_sent=True)
            return page.render(show(typed=sent), public=False)
        if actor is None:
            code = said(form, CODE)
            tokens = await _signed_in(identity, contact, code, typed, page, client=client, client_trace=client_trace)
            actor, csrf = tokens.user.actor, session_cookies.csrf_token(tokens.session_id)
            session_id = tokens.session_id
        if instead is not None:
            return page.render(show(csrf=csrf, typed=typed), public=False)
        place = partial(executor.run, place_booking, actor=actor, session_id=session_id)
        booking = await _placed(provider_id, choice.slot, choice, place)
    except (SlotTaken, SlotNotOffered) as error:
        now = clock.now()
        window = TimeRange(max(now, choice.slot - _AROUND), max(now, choice.slot) + _AROUND)
        free = await _free(facts, choice, window, now=now, actor=actor, reads=reads, turn=turn)
        model = show(csrf=csrf, typed=typed, error=error, others=nearest(free, choice.slot))
        response = page.refuse(model, error)
    except DomainError as error:
        response = page.refuse(show(csrf=csrf, typed=typed, error=error), error)
    else:
        response = page.see(page.link(f"/bookings/{booking.id}"))
    for cookie in () if tokens is None else session_mode.cookies(tokens):
        response.set_cookie(cookie)
    return response


async def _placed(
    provider_id: ProviderId, slot: datetime, choice: Choice, place: Callable[[PlaceBooking], Awaitable[Booking]]
) -> Booking:
    """Book in place of the hold; if that has expired, the time may still be free."""
    command = PlaceBooking(
        provider_id=provider_id, slot=slot, service_ids=choice.services, link_token=choice.link or None
    )
    if choice.hold is not None:
        with suppress(HoldNotFound):
            return await place(replace(command, hold_id=choice.hold))
    return await place(command)


async def _signed_in(
    identity: Identity,
    contact: ContactInput,
    code: str,
    typed: Typed,
    page: Page,
    *,
    client: Client,
    client_trace: ClientTrace,
) -> Tokens:
    """Sign in with the code; somebody new gets an account with the name."""
    tokens = await sign_in.sign_in_with_code(
        identity, contact, code, client=client, client_trace=client_trace, purpose=CodePurpose.SIGNUP
    )
    if tokens.user.status is not UserStatus.PENDING:
        return tokens
    details = AccountDetails(
        about=ProfileDetails(name=typed.name, locale=page.language), role=Role.CUSTOMER, password=None, accepted={}
    )
    return await sign_in.complete_profile(
        identity, tokens.user.actor, details, current=tokens.session_id, client=client, client_trace=client_trace
    )


async def _facts(provider_id: ProviderId, reads: Reads) -> ProviderPage:
    return await get_provider_page(provider_id, reads.providers, reads.salons, reads.services, reads.portfolios)


async def _free(
    facts: ProviderPage,
    choice: Choice,
    window: TimeRange,
    *,
    now: datetime,
    actor: Actor | None,
    reads: Reads,
    turn: Turn,
) -> Free:
    """What is free for somebody: what they hold themselves is."""

    async def read() -> Computation[Free]:
        schedule = await get_schedule_to_come(
            None, facts.view.profile.id, reads.schedules, reads.salons, now=now, services=choice.services
        )
        if actor is not None:
            others = tuple(
                each for each in schedule.claims if each.kind is not ClaimKind.HOLD or each.customer_id != actor.id
            )
            schedule = replace(schedule, claims=others)
        steps = steps_of(schedule, window) + steps_to_first(schedule, to_come(now))
        return Computation(partial(free_times, schedule, window, now), steps)

    return await turn.compute(read)


handlers: Final = (choose_services, choose_time, hold, open_link, show_you, book)
