"""`/account`: name, language, zone, notifications, devices, deletion."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.security import Identity
from booking_domain.notifications.push import PushRules
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.shared.languages import LANGUAGES
from booking_domain.use_cases.accounts.delete_account import delete_own_account
from booking_domain.use_cases.files.pictures import edit_account
from booking_domain.use_cases.identity.accounts import EditAccount
from booking_domain.use_cases.identity.own_account import Requester, check_password
from booking_domain.use_cases.identity.queries import get_own_account, list_own_sessions
from booking_domain.use_cases.identity.sessions import EndSession, end_session
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.web.account.account import (
    LANGUAGE,
    NAME,
    account_page,
    delete_page,
    preferences_of,
    retyped,
)
from entrypoints.web.account.consents_routes import handlers as consents
from entrypoints.web.account.contact_routes import handlers as contact
from entrypoints.web.account.legal_routes import handlers as legal
from entrypoints.web.account.packages_routes import handlers as packages
from entrypoints.web.account.picture import own_picture
from entrypoints.web.account.picture_routes import handlers as picture_handlers
from entrypoints.web.account.points_routes import handlers as points
from entrypoints.web.account.proof import password_in, unproven
from entrypoints.web.account.referral_routes import handlers as referrals
from entrypoints.web.account.services_routes import handlers as services
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.zones import ZONE

_FIELDS: Final = {"locale": LANGUAGE}


@get("/account")
async def show_account(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
    push_rules: Injected[PushRules],
    csrf: Injected[str],
) -> Response[Any]:
    """The account."""
    user = await get_own_account(actor, reads.users)
    now, pushes = clock.now(), bool(push_rules.public_key)
    sessions = await list_own_sessions(actor, session_id, reads.sessions, now=now)
    picture = own_picture(user, object_storage, page)
    shown = account_page(
        user, sessions, session_id, page, csrf=csrf, picture=picture, pushes=pushes, now=now, done=page.asked("done")
    )
    return page.render(shown, public=False)


@post("/account", status_code=303, opt=FORM)
async def save_account(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    clock: Injected[Clock],
    object_storage: Injected[ObjectLinks],
    push_rules: Injected[PushRules],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Save name, language and zone; the next page is in the language that was chosen."""
    form = form_of(request)
    language = said(form, LANGUAGE)
    command = EditAccount(name=said(form, NAME), locale=language, time_zone=said(form, ZONE), current=session_id)
    try:
        await executor.run(edit_account, command, actor=actor, session_id=session_id)
    except DomainError as error:
        user = await get_own_account(actor, reads.users)
        now, pushes = clock.now(), bool(push_rules.public_key)
        sessions = await list_own_sessions(actor, session_id, reads.sessions, now=now)
        picture = own_picture(user, object_storage, page)
        shown = account_page(user, sessions, session_id, page, csrf=csrf, picture=picture, pushes=pushes, now=now)
        named = str(next(iter(error.field_path), error.parameters.get("field", "")))
        return page.refuse(retyped(shown, form, page.say.error(error), _FIELDS.get(named, named)), error, at=page.path)
    return page.see(f"/{language if language in LANGUAGES else page.language}/account?done=saved")


@post("/account/notifications", status_code=303, opt=FORM)
async def save_notifications(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Save what is sent, and over what."""
    user = await get_own_account(actor, reads.users)
    preferences = preferences_of(form_of(request), user.preferences)
    command = EditAccount(preferences=preferences, expected_version=user.version, current=session_id)
    await executor.run(edit_account, command, actor=actor, session_id=session_id)
    return page.see(page.link("/account", done="notified"))


@post("/account/sessions/{ended_id:str}/end", status_code=303, opt=FORM)
async def end_elsewhere(
    ended_id: FromPath[SessionId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Sign out another device."""
    command = EndSession(session_id=ended_id, current=session_id)
    await executor.run(end_session, command, actor=actor, session_id=session_id)
    return page.see(page.link("/account", done="ended"))


@get("/account/delete")
async def show_deletion(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """What a deletion does, and what stays."""
    user = await get_own_account(actor, reads.users)
    return page.render(delete_page(user, page, csrf=csrf), public=False)


@post("/account/delete", status_code=303, opt=FORM | limited_as(AUTH))
async def delete_account(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """Delete the account, with its password if it has one."""
    try:
        proof = await check_password(identity, Requester(actor, session_id), password_in(form_of(request)))
        await executor.run(delete_own_account, proof, actor=actor, session_id=session_id)
    except DomainError as error:
        user = await get_own_account(actor, reads.users)
        return page.refuse(unproven(delete_page(user, page, csrf=csrf), error, page), error, at=page.path)
    return page.see(page.link("/"), cookies=(*session_mode.no_cookies(), FORGOTTEN))


handlers: Final = (
    show_account,
    save_account,
    save_notifications,
    end_elsewhere,
    show_deletion,
    delete_account,
    *contact,
    *picture_handlers,
    *services,
    *consents,
    *legal,
    *referrals,
    *packages,
    *points,
)
