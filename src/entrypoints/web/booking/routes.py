"""`/book/{provider}`: services, day and time, who books."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.identity.contacts import ContactInput
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.model import UserStatus
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.scheduling.effort import steps_of, steps_to_first
from booking_domain.scheduling.errors import SlotNotOffered, SlotTaken
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId, SessionId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.queries import ProviderPage, get_provider_page
from booking_domain.use_cases.identity import own_account, sign_in
from booking_domain.use_cases.identity.sign_in import AccountDetails, Tokens
from booking_domain.use_cases.identity.sign_up import ProfileDetails
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.scheduling.queries import get_schedule_to_come, to_come
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.problems import status_of
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import IF_VALID, PUBLIC
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.http.kit.turns import Computation, Turn
from entrypoints.web.booking.flow import STEPS, Choice, address, first_incomplete
from entrypoints.web.booking.services import services_page
from entrypoints.web.booking.when import Free, free_times, when_page
from entrypoints.web.booking.you import CODE, NAME, PHONE, Typed, you_page
from entrypoints.web.kit.pages import Page

_SERVICES, _TIME, _YOU = STEPS
_A_DAY: Final = timedelta(days=1)


@get("/book/{provider_id:str}", opt=PUBLIC)
async def choose_services(
    provider_id: FromPath[ProviderId], page: Injected[Page], reads: Injected[Reads]
) -> Response[Any]:
    """What is to be done."""
    facts, choice = await _facts(provider_id, reads), Choice.of(page.query)
    if not _SERVICES.applies(facts):
        return page.see(address(_TIME, choice, facts, page))
    return page.render(services_page(choice, facts, page, missing=page.asked("missing") == "1"))


@get("/book/{provider_id:str}/time", opt=PUBLIC)
async def choose_time(
    provider_id: FromPath[ProviderId],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    turn: Injected[Turn],
) -> Response[Any]:
    """Day and time. Without a day it opens at the first month with a free one."""
    facts, choice, now = await _facts(provider_id, reads), Choice.of(page.query), clock.now()
    if first_incomplete(choice, facts) is _SERVICES:
        return page.see(page.link(f"/book/{provider_id}", missing=1))
    zone = time_zone(facts.view.time_zone)
    shown = choice.day
    if shown is None:
        first = (await _free(facts, choice, TimeRange(now, now + _A_DAY), now, reads=reads, turn=turn)).first
        shown = (first or now).astimezone(zone).date()
    month = page.formats.month(shown)
    window = TimeRange(
        max(now, datetime.combine(month.before + _A_DAY, time(), zone).astimezone(UTC)),
        max(now + _A_DAY, datetime.combine(month.after, time(), zone).astimezone(UTC)),
    )
    free = await _free(facts, choice, window, now, reads=reads, turn=turn)
    taken = page.asked("taken") == "1"
    return page.render(when_page(choice, facts, free, shown, page, now=now, taken=taken))


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
) -> Response[Any]:
    """Send a code, or sign in with it, and book."""
    form = form_of(request)
    facts, choice = await _facts(provider_id, reads), Choice.of(form)
    step = first_incomplete(choice, facts)
    if step is not _YOU or choice.slot is None:
        return page.see(address(step, choice, facts, page))
    show = partial(you_page, choice, facts, choice.slot, page)
    typed = Typed(name=_said(form, NAME), phone=_said(form, PHONE), code_sent=bool(_said(form, CODE)))
    contact, tokens = ContactInput(phone=typed.phone), None
    csrf = "" if session_id is None else session_cookies.csrf_token(session_id)
    try:
        if actor is None and not typed.code_sent:
            ProfileDetails(name=typed.name)
            await own_account.start_sign_up(identity, contact, page.language, client_trace=client_trace)
            sent = Typed(name=typed.name, phone=typed.phone, code_sent=True)
            return page.render(show(typed=sent), public=False)
        if actor is None:
            code = _said(form, CODE)
            tokens = await _signed_in(identity, contact, code, typed, page, client=client, client_trace=client_trace)
            actor, csrf = tokens.user.actor, session_cookies.csrf_token(tokens.session_id)
            session_id = tokens.session_id
        command = PlaceBooking(provider_id=provider_id, slot=choice.slot, service_ids=choice.services)
        booking = await executor.run(place_booking, command, actor=actor, session_id=session_id)
    except (SlotTaken, SlotNotOffered):
        response = page.see(page.link(f"/book/{provider_id}/time", **choice.query(slot=None), taken=1))
    except DomainError as error:
        status = status_of(type(error))
        response = page.render(show(csrf=csrf, typed=typed, error=error), status=status, public=False)
    else:
        response = page.see(page.link(f"/bookings/{booking.id}"))
    for cookie in () if tokens is None else session_mode.cookies(tokens):
        response.set_cookie(cookie)
    return response


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
    facts: ProviderPage, choice: Choice, window: TimeRange, now: datetime, *, reads: Reads, turn: Turn
) -> Free:
    async def read() -> Computation[Free]:
        schedule = await get_schedule_to_come(
            None, facts.view.profile.id, reads.schedules, reads.salons, now=now, services=choice.services
        )
        steps = steps_of(schedule, window) + steps_to_first(schedule, to_come(now))
        return Computation(partial(free_times, schedule, window, now), steps)

    return await turn.compute(read)


def _said(form: Any, name: str) -> str:
    return str(next(iter(form.get(name, ())), "")).strip()


handlers: Final = (choose_services, choose_time, show_you, book)
