"""`/links/{action}` and `/b`: what the links in messages open, without an account. GET changes nothing."""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from booking_domain.bookings.action_links import ActionLinkTokens, InvalidActionLink, LinkAction
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import required
from booking_domain.shared.executor import Executor
from booking_domain.use_cases.bookings.action_links import open_action_link
from booking_domain.use_cases.identity.not_me_links import InvalidNotMeLink, NotMeTokens, disown_bank_account
from booking_domain.use_cases.identity.unsubscribe import (
    InvalidUnsubscribeToken,
    UnsubscribeTokens,
    resubscribe,
    unsubscribe,
)
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.web.bookings.desk import LINK_COOKIE
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.links.links import (
    LINK,
    not_me_page,
    open_page,
    subscribed_page,
    token_of,
    unsubscribe_page,
    unsubscribed_page,
)

_KEPT_FOR: Final = 3_600
"""How long a browser keeps a link that it has followed, in seconds: to choose another time, or to pay."""
_STEPS: Final = {LinkAction.MOVE: "/move", LinkAction.CANCEL: "/cancel"}
"""The pages of actions that have one; the others are on that of the booking."""
_ADDRESSES: Final = ["/b", *(f"/links/{each.value}" for each in LinkAction if each is not LinkAction.MANAGE)]
_DONE: Final = "/unsubscribe/done"
_UNSUBSCRIBED: Final = "__Host-unsubscribed"
"""The token of the link by which e-mails have ended, for a while, to take it back."""
_GUARDED: Final = PUBLIC | FORM | limited_as(AUTH)


@get(_ADDRESSES, opt=PUBLIC)
async def show_link(page: Injected[Page]) -> Response[Any]:
    """The page of a link to a booking."""
    return page.render(open_page(page), public=False)


@post("/links", status_code=303, opt=_GUARDED)
async def follow(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    clock: Injected[Clock],
    action_link_tokens: Injected[ActionLinkTokens],
) -> Response[Any]:
    """Keep the link in a cookie, and lead to what it is for. The pages there ask before anything changes."""
    typed = said(form_of(request), LINK)
    token = token_of(typed)
    try:
        opened = await open_action_link(token, None, tokens=action_link_tokens, reads=reads, now=clock.now())
    except InvalidActionLink as error:
        refused, came = open_page(page, typed=typed).failed(error, page, field=LINK), urlsplit(page.came_from).path
        return page.refuse(refused, error, at=came if came in _ADDRESSES else _ADDRESSES[0])
    link = opened.link
    response = page.see(page.link(f"/bookings/{link.booking_id}{_STEPS.get(link.action, '')}"))
    response.set_cookie(
        Cookie(key=LINK_COOKIE, value=token, max_age=_KEPT_FOR, secure=True, httponly=True, samesite="strict")
    )
    return response


@get("/links/not-me", opt=PUBLIC)
async def show_not_me(page: Injected[Page]) -> Response[Any]:
    """Ask whether somebody else has changed the account."""
    return page.render(not_me_page(page), public=False)


@post("/links/not-me", status_code=303, opt=_GUARDED)
async def not_me(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    not_me_tokens: Injected[NotMeTokens],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Put right what somebody else has changed; then a new password is set."""
    typed = said(form_of(request), LINK)
    try:
        link = required(not_me_tokens.read(token_of(typed)), InvalidNotMeLink)
        await executor.run(disown_bank_account, link, actor=SYSTEM)
    except InvalidNotMeLink as error:
        refused = not_me_page(page, typed=typed).failed(error, page, field=LINK)
        return page.refuse(refused, error, at=page.path)
    return page.see(page.link("/sign-in/new-password"))


@get("/unsubscribe", opt=PUBLIC)
async def show_unsubscribe(page: Injected[Page]) -> Response[Any]:
    """Ask whether one kind of e-mails ends. Mail programs send a POST to the API instead (RFC 8058)."""
    return page.render(unsubscribe_page(page), public=False)


@post("/unsubscribe", status_code=303, opt=_GUARDED)
async def end_messages(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    unsubscribe_tokens: Injected[UnsubscribeTokens],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """End it. It may be repeated."""
    typed = said(form_of(request), LINK)
    try:
        found = required(unsubscribe_tokens.read(token_of(typed)), InvalidUnsubscribeToken)
    except InvalidUnsubscribeToken as error:
        return page.refuse(unsubscribe_page(page, typed=typed).failed(error, page, field=LINK), error, at=page.path)
    await executor.run(unsubscribe, found, actor=SYSTEM)
    return page.see(page.link(_DONE), cookies=[_unsubscribed(token_of(typed), _KEPT_FOR)])


@get(_DONE, opt=PUBLIC)
async def show_unsubscribed(request: Request[Any, Any, Any], page: Injected[Page]) -> Response[Any]:
    """Say that it has ended, or has been taken back."""
    if page.asked("again"):
        return page.render(subscribed_page(page), public=False)
    return page.render(unsubscribed_page(page, kept=_UNSUBSCRIBED in request.cookies), public=False)


@post("/unsubscribe/undo", status_code=303, opt=_GUARDED)
async def send_again(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    unsubscribe_tokens: Injected[UnsubscribeTokens],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Take it back, with the link that the browser has kept. It may be repeated."""
    found = unsubscribe_tokens.read(request.cookies.get(_UNSUBSCRIBED, ""))
    if found is None:
        return page.see(page.link("/account"))
    await executor.run(resubscribe, found, actor=SYSTEM)
    return page.see(page.link(_DONE, again=1), cookies=[_unsubscribed("", 0)])


def _unsubscribed(token: str, age: int) -> Cookie:
    return Cookie(key=_UNSUBSCRIBED, value=token, max_age=age, secure=True, httponly=True, samesite="strict")


handlers: Final = (
    show_link,
    follow,
    show_not_me,
    not_me,
    show_unsubscribe,
    end_messages,
    show_unsubscribed,
    send_again,
)
