"""`/book/{provider}/wait`: join a waiting list; `/waiting`: the entries of who is signed in."""

from dataclasses import replace
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.scheduling.waiting_list import MAX_WAITING_WINDOW
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId, SessionId, WaitingId
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.scheduling.waiting import JoinWaitingList, join_waiting_list, leave_waiting_list
from booking_domain.use_cases.scheduling.waiting_queries import list_own_entries
from entrypoints.http.kit.forms import FORM, Form, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import IF_VALID
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.web.booking.booker import Booker
from entrypoints.web.booking.flow import SERVICES, first_incomplete
from entrypoints.web.booking.you_routes import Joining, typed_again, typed_before, typed_in
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import moment_of
from entrypoints.web.waiting.waiting import AFTER, BEFORE, wait_page, waiting_page


@get("/book/{provider_id:str}/wait", opt=IF_VALID)
async def show_wait(provider_id: FromPath[ProviderId], page: Injected[Page], booker: Injected[Booker]) -> Response[Any]:
    """What is waited for."""
    facts, choice = await booker.facts(provider_id), booker.choice(page.query)
    window = _window(page.query, booker)
    if window is None or first_incomplete(choice, facts) is SERVICES:
        return page.see(page.link(f"/book/{provider_id}/time", **choice.query()))
    model = wait_page(
        choice,
        facts,
        window,
        page,
        csrf=booker.csrf,
        documents=booker.documents,
        typed=typed_before(page),
        now=booker.clock.now(),
    )
    return page.render(model, public=False)


@post("/book/{provider_id:str}/wait", status_code=303, opt=IF_VALID | FORM | limited_as(AUTH))
async def wait(
    provider_id: FromPath[ProviderId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    booker: Injected[Booker],
    joining: Injected[Joining],
    session_mode: Injected[SessionMode],
    session_cookies: Injected[SessionCookies],
) -> Response[Any]:
    """Join the waiting list; a visitor gets a code first."""
    form = form_of(request)
    facts, choice, typed = await booker.facts(provider_id), booker.choice(form), typed_in(form)
    window, tokens, csrf = _window(form, booker), None, booker.csrf
    if window is None or first_incomplete(choice, facts) is SERVICES:
        return page.see(page.link(f"/book/{provider_id}/time", **choice.query()))
    show = partial(wait_page, choice, facts, window, page, documents=booker.documents, now=booker.clock.now())
    actor, session_id = booker.actor, booker.session_id
    command = JoinWaitingList(
        provider_id=provider_id,
        starts_from=window.start,
        starts_before=window.end,
        service_ids=choice.services,
        duration_minutes=choice.duration_minutes,
    )
    try:
        if actor is None:
            tokens = await joining.join(form, page)
            if tokens is None:
                asked = show(csrf="", typed=replace(typed, code_sent=True))
                limits = {AFTER: window.start.isoformat(), BEFORE: window.end.isoformat()}
                address = page.link(f"/book/{provider_id}/wait", **choice.query(), **limits)
                return page.lead(asked, address, typed.fields())
            actor, session_id = tokens.user.actor, tokens.session_id
            csrf = session_cookies.csrf_token(session_id)
        await booker.executor.run(join_waiting_list, command, actor=actor, session_id=session_id)
    except DomainError as error:
        shown = show(csrf=csrf, typed=typed_again(form, error), error=error)
        response = page.refuse(shown, error, at=page.path, session_id=session_id)
    else:
        response = page.see(page.link("/waiting", done="joined"), cookies=[FORGOTTEN])
    for cookie in () if tokens is None else session_mode.cookies(tokens):
        response.set_cookie(cookie)
    return response


@get("/waiting")
async def show_waiting(
    page: Injected[Page], *, actor: Injected[Actor], booker: Injected[Booker], reads: Injected[Reads]
) -> Response[Any]:
    """The open entries, the newest first."""
    entries = await list_own_entries(actor, reads.waiting_list, now=booker.clock.now())
    views = await reads.providers.of_all(list({each.provider_id for each in entries}))
    model = waiting_page(
        entries, {each.profile.id: each for each in views}, page, csrf=booker.csrf, now=booker.clock.now()
    )
    return page.render(model, public=False)


@post("/waiting/{waiting_id:str}/leave", status_code=303, opt=FORM)
async def leave(
    waiting_id: FromPath[WaitingId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Leave a waiting list."""
    await executor.run(leave_waiting_list, waiting_id, actor=actor, session_id=session_id)
    return page.see(page.link("/waiting"))


def _window(given: Form, booker: Booker) -> TimeRange | None:
    """From when to when a time is wished, at most as long as one can wait; None if that is over or not said."""
    now = booker.clock.now()
    start = max(now, moment_of(next(iter(given.get(AFTER, ())), "")) or now)
    end = moment_of(next(iter(given.get(BEFORE, ())), ""))
    return None if end is None or end <= start else TimeRange(start, min(end, start + MAX_WAITING_WINDOW))


handlers: Final = (show_wait, wait, show_waiting, leave)
