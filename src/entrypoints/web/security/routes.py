"""`/account/authenticator`: the authenticator app. The list of handlers has those of passkeys, too."""

from typing import Any, Final

from litestar import Request, Response, get, post

from booking_domain.identity.model import User
from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.own_account import NewFactor, Requester, set_up_second_factor
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.identity.second_factor import (
    UseFactor,
    confirm_factor,
    get_factor,
    remove_factor,
    renew_recovery_codes,
)
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import ONE_FACTOR
from entrypoints.web.account.proof import password_in
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.pages import Page
from entrypoints.web.security.authenticator import (
    CODE,
    PATH,
    REMOVE,
    SECRET,
    WISH,
    authenticator_page,
    is_secret,
    new_factor_page,
    recovery_page,
    refused,
)
from entrypoints.web.security.passkey_routes import handlers as passkeys

_CODES: Final = "codes"
_GUARDED: Final = FORM | limited_as(AUTH)


@get(PATH, opt=ONE_FACTOR)
async def show_authenticator(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Whether there is an app; or the secret of a new one, or its recovery codes, which are shown once."""
    user = await get_own_account(actor, identity.reads.users)
    if secret := said(page.led, SECRET):
        return page.render(new_factor_page(_factor(secret, user, identity), page, csrf=csrf), public=False)
    if codes := page.led.get(_CODES):
        shown = page.render(recovery_page(codes, page), public=False)
        shown.set_cookie(FORGOTTEN)
        return shown
    factor = await executor.run(get_factor, session_id, actor=actor, session_id=session_id)
    return page.render(authenticator_page(user, factor, page, csrf=csrf), public=False)


@post(f"{PATH}/new", status_code=303, opt=_GUARDED | ONE_FACTOR)
async def begin_authenticator(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Make a secret and show it; with an active app nothing happens, it is removed first."""
    user = await get_own_account(actor, identity.reads.users)
    factor = await executor.run(get_factor, session_id, actor=actor, session_id=session_id)
    if factor.active:
        return page.see(page.link(PATH))
    try:
        password = password_in(form_of(request))
        made = await set_up_second_factor(identity, Requester(actor, session_id), password=password, code=None)
    except DomainError as error:
        return page.refuse(refused(authenticator_page(user, factor, page, csrf=csrf), error, page), error, at=PATH)
    asked = new_factor_page(made, page, csrf=csrf)
    return page.lead(asked, page.link(PATH), {SECRET: made.secret})


@post(f"{PATH}/confirm", status_code=303, opt=_GUARDED | ONE_FACTOR)
async def confirm_authenticator(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Take the app with its first code, and show the recovery codes."""
    form = form_of(request)
    secret = said(form, SECRET)
    if not is_secret(secret):
        return page.see(page.link(PATH))
    try:
        command = UseFactor(code=said(form, CODE), current=session_id)
        made = await executor.run(confirm_factor, command, actor=actor, session_id=session_id)
    except DomainError as error:
        user = await get_own_account(actor, identity.reads.users)
        shown = new_factor_page(_factor(secret, user, identity), page, csrf=csrf)
        return page.refuse(shown.failed(error, page), error, at=PATH)
    return page.lead(recovery_page(made.texts, page), page.link(PATH), {_CODES: made.texts})


@post(PATH, status_code=303, opt=_GUARDED)
async def change_authenticator(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Remove the app, or make new recovery codes, with a code of it."""
    form = form_of(request)
    command = UseFactor(code=said(form, CODE), current=session_id)
    try:
        if said(form, WISH) == REMOVE:
            await executor.run(remove_factor, command, actor=actor, session_id=session_id)
            return page.see(page.link("/account", done="authenticator"))
        made = await executor.run(renew_recovery_codes, command, actor=actor, session_id=session_id)
    except DomainError as error:
        user = await get_own_account(actor, identity.reads.users)
        factor = await executor.run(get_factor, session_id, actor=actor, session_id=session_id)
        return page.refuse(refused(authenticator_page(user, factor, page, csrf=csrf), error, page), error, at=PATH)
    return page.lead(recovery_page(made.texts, page), page.link(PATH), {_CODES: made.texts})


def _factor(secret: str, user: User, identity: Identity) -> NewFactor:
    uri = identity.security.time_codes.uri(secret, user.email or user.phone or user.name)
    return NewFactor(secret=secret, uri=uri)


handlers: Final = (show_authenticator, begin_authenticator, confirm_authenticator, change_authenticator, *passkeys)
