"""`/account/passkeys` and `/sign-in/passkey`: one's passkeys, and signing in by one."""

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from msgspec.json import encode

from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.model import User
from booking_domain.identity.passkeys import Passkey, PasskeyId, PasskeyNotFound
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.own_account import Requester, remove_a_passkey, start_adding_a_passkey
from booking_domain.use_cases.identity.passkeys import (
    AddPasskey,
    RenamePasskey,
    add_passkey,
    list_own_passkeys,
    rename_passkey,
    start_passkey_sign_in,
)
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.identity.sign_in import sign_in_with_passkey
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import ONE_FACTOR, PUBLIC
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.web.account.proof import password_in, unproven
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.pages import Page
from entrypoints.web.security.passkey import OPTIONS, RESPONSE, new_passkey_page, sign_in_page
from entrypoints.web.security.passkeys import NAME, PATH, passkeys_page, remove_page, rename_page
from entrypoints.web.session.sign_in import BY_CODE, BY_PASSKEY, NEXT

_GUARDED: Final = FORM | limited_as(AUTH)


@get(PATH, opt=ONE_FACTOR)
async def show_passkeys(
    page: Injected[Page], *, actor: Injected[Actor], reads: Injected[Reads], csrf: Injected[str]
) -> Response[Any]:
    """One's passkeys; or what the device is asked for another one."""
    if options := said(page.led, OPTIONS):
        return page.render(new_passkey_page(options, said(page.led, NAME), page, csrf=csrf), public=False)
    user, passkeys = await _own(actor, reads)
    return page.render(passkeys_page(user, passkeys, page, csrf=csrf, done=page.asked("done")), public=False)


@post(f"{PATH}/new", status_code=303, opt=_GUARDED | ONE_FACTOR)
async def begin_passkey(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Ask the device for a passkey."""
    form = form_of(request)
    name = said(form, NAME)
    try:
        made = await start_adding_a_passkey(identity, Requester(actor, session_id), password_in(form))
    except DomainError as error:
        user, passkeys = await _own(actor, reads)
        return page.refuse(
            passkeys_page(user, passkeys, page, csrf=csrf, name=name).failed(error, page), error, at=PATH
        )
    options = encode(made).decode()
    asked = new_passkey_page(options, name, page, csrf=csrf)
    return page.lead(asked, page.link(PATH), {OPTIONS: options, NAME: name})


@post(PATH, status_code=303, opt=_GUARDED | ONE_FACTOR)
async def take_passkey(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Add the passkey that the device has made."""
    form = form_of(request)
    name = said(form, NAME)
    try:
        command = AddPasskey(response=said(form, RESPONSE), name=name, second_factor=False, current=session_id)
        await executor.run(add_passkey, command, actor=actor, session_id=session_id)
    except DomainError as error:
        user, passkeys = await _own(actor, reads)
        return page.refuse(
            passkeys_page(user, passkeys, page, csrf=csrf, name=name).failed(error, page), error, at=PATH
        )
    return page.see(page.link(PATH, done="added"), cookies=[FORGOTTEN])


@get(f"{PATH}/{{passkey_id:str}}")
async def show_rename(
    passkey_id: FromPath[PasskeyId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Another name."""
    _, passkey = await _one(passkey_id, actor, reads)
    return page.render(rename_page(passkey, page, csrf=csrf), public=False)


@post(f"{PATH}/{{passkey_id:str}}", status_code=303, opt=FORM)
async def rename(
    passkey_id: FromPath[PasskeyId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Rename a passkey."""
    command = RenamePasskey(passkey_id=passkey_id, name=said(form_of(request), NAME), current=session_id)
    try:
        await executor.run(rename_passkey, command, actor=actor, session_id=session_id)
    except DomainError as error:
        _, passkey = await _one(passkey_id, actor, reads)
        return page.refuse(rename_page(passkey, page, csrf=csrf).failed(error, page, field=NAME), error, at=page.path)
    return page.see(page.link(PATH, done="renamed"))


@get(f"{PATH}/{{passkey_id:str}}/remove")
async def show_removal(
    passkey_id: FromPath[PasskeyId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """The question before a passkey is removed."""
    user, passkey = await _one(passkey_id, actor, reads)
    return page.render(remove_page(user, passkey, page, csrf=csrf), public=False)


@post(f"{PATH}/{{passkey_id:str}}/remove", status_code=303, opt=_GUARDED)
async def remove(
    passkey_id: FromPath[PasskeyId],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Remove a passkey."""
    try:
        password = password_in(form_of(request))
        await remove_a_passkey(identity, Requester(actor, session_id), passkey_id, password)
    except DomainError as error:
        user, passkey = await _one(passkey_id, actor, reads)
        return page.refuse(unproven(remove_page(user, passkey, page, csrf=csrf), error, page), error, at=page.path)
    return page.see(page.link(PATH, done="removed"))


@get(BY_PASSKEY, opt=PUBLIC)
async def show_by_passkey(page: Injected[Page]) -> Response[Any]:
    """What the device is asked."""
    options, onward = said(page.led or page.refused, OPTIONS), page.asked(NEXT)
    if not options:
        return page.see(page.link(BY_CODE, next=onward))
    return page.render(sign_in_page(options, onward, page, action=BY_PASSKEY), public=False)


@post(BY_PASSKEY, status_code=303, opt=PUBLIC | _GUARDED)
async def by_passkey(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    executor: Injected[Executor[Repositories]],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """Ask the device, or sign in with its answer."""
    form = form_of(request)
    onward, error = said(form, NEXT), None
    if RESPONSE in form:
        try:
            tokens = await sign_in_with_passkey(
                identity, said(form, RESPONSE), client=client, client_trace=client_trace
            )
            return page.see(page.onward(onward), cookies=(*session_mode.cookies(tokens), FORGOTTEN))
        except DomainError as refused:
            error = refused
    options = encode(await executor.run(start_passkey_sign_in, None, actor=SYSTEM)).decode()
    text = "" if error is None else page.say.error(error)
    shown = sign_in_page(options, onward, page, action=BY_PASSKEY, error=text)
    if error is not None:
        at = f"{BY_PASSKEY}?{urlencode({NEXT: onward})}"
        return page.refuse(shown, error, at=at, fields={OPTIONS: options})
    return page.lead(shown, page.link(BY_PASSKEY, next=onward), {OPTIONS: options})


async def _own(actor: Actor, reads: Reads) -> tuple[User, tuple[Passkey, ...]]:
    return await get_own_account(actor, reads.users), tuple(await list_own_passkeys(actor, reads.passkeys))


async def _one(passkey_id: PasskeyId, actor: Actor, reads: Reads) -> tuple[User, Passkey]:
    user, passkeys = await _own(actor, reads)
    found = next((each for each in passkeys if each.id == passkey_id), None)
    if found is None:
        raise PasskeyNotFound
    return user, found


handlers: Final = (
    show_passkeys,
    begin_passkey,
    take_passkey,
    show_rename,
    rename,
    show_removal,
    remove,
    show_by_passkey,
    by_passkey,
)
