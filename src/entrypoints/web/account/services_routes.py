"""`/account/services`: the services that sign in to one's account, linking and unlinking them."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.identity.errors import (
    AccountLocked,
    InvalidAssertion,
    SignInTooOld,
    TelegramNotConfigured,
    WrongPassword,
)
from booking_domain.identity.security import Identity
from booking_domain.identity.telegram_links import LinkCodes
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.own_account import Requester, link_openid, start_telegram_link, unlink
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.web.account.proof import password_in, unproven
from entrypoints.web.account.services import PATH, link_page, services_page, telegram_page, unlink_page
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.pages import Page
from entrypoints.web.session.service_routes import LINK, begin, service_in
from entrypoints.web.session.services import OVER, SERVICE, Began
from entrypoints.web.session.telegram import bot_page

_GUARDED: Final = FORM | limited_as(AUTH)
_CODE: Final = "code"
_UNPROVEN: Final = (AccountLocked, SignInTooOld, WrongPassword)


@get(PATH)
async def show_services(
    page: Injected[Page], *, actor: Injected[Actor], reads: Injected[Reads], csrf: Injected[str]
) -> Response[Any]:
    """The services that sign in to one's account."""
    return await _shown(page, actor, reads, csrf)


async def _shown(page: Page, actor: Actor, reads: Reads, csrf: str, error: DomainError | None = None) -> Response[Any]:
    user = await get_own_account(actor, reads.users)
    linked = await reads.external_identities.of_user(actor.id)
    shown = services_page(user, linked, page, csrf=csrf, error=error)
    return page.render(shown, public=False) if error is None else page.refuse(shown, error, at=PATH)


@post(f"{PATH}/link", status_code=303, opt=_GUARDED)
async def begin_link(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    identity: Injected[Identity],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Lead to the service that is to be linked."""
    try:
        service = service_in(said(form_of(request), SERVICE))
        return await begin(Began(service=service, flow="", next=PATH, link=True), identity, page)
    except DomainError as error:
        return await _shown(page, actor, reads, csrf, error)


@get(LINK)
async def show_link(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """The question before the service is linked from which the person is back."""
    began = Began.of(request.cookies)
    if began is None or not page.asked("code"):
        return page.see(page.link(PATH))
    user = await get_own_account(actor, reads.users)
    return page.render(link_page(user, began.service, page, csrf=csrf), public=False)


@post(LINK, status_code=303, opt=_GUARDED)
async def link(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Link it. The answer of the service is used up only once the password is right."""
    form, began = form_of(request), Began.of(request.cookies)
    if began is None:
        return await _shown(page, actor, reads, csrf, InvalidAssertion())
    try:
        await link_openid(identity, Requester(actor, session_id), began.back(form), password_in(form))
    except _UNPROVEN as error:
        user = await get_own_account(actor, reads.users)
        asked = link_page(user, began.service, page, csrf=csrf, form=form)
        return page.refuse(unproven(asked, error, page, path=PATH), error, at=page.path)
    except DomainError as error:
        return await _shown(page, actor, reads, csrf, error)
    return page.see(page.link(PATH, done="linked"), cookies=[OVER])


@get(f"{PATH}/telegram")
async def show_telegram(
    page: Injected[Page], *, actor: Injected[Actor], reads: Injected[Reads], csrf: Injected[str]
) -> Response[Any]:
    """The question before Telegram is linked; after it, the link that opens the bot."""
    if code := said(page.led, _CODE):
        return page.render(bot_page(page, code=code), public=False)
    user = await get_own_account(actor, reads.users)
    return page.render(telegram_page(user, page, csrf=csrf), public=False)


@post(f"{PATH}/telegram", status_code=303, opt=_GUARDED)
async def link_telegram(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    reads: Injected[Reads],
    link_codes: Injected[LinkCodes],
    csrf: Injected[str],
) -> Response[Any]:
    """Make the link that opens the bot."""
    password = password_in(form_of(request))
    try:
        if not page.site.bot:
            raise TelegramNotConfigured
        code, _ = await start_telegram_link(identity, link_codes, Requester(actor, session_id), password)
    except DomainError as error:
        user = await get_own_account(actor, reads.users)
        return page.refuse(unproven(telegram_page(user, page, csrf=csrf), error, page, path=PATH), error, at=page.path)
    return page.lead(bot_page(page, code=code), page.link(f"{PATH}/telegram"), {_CODE: code})


@get(f"{PATH}/{{service:str}}/unlink")
async def show_unlink(
    service: FromPath[str],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """The question before a service is unlinked."""
    user = await get_own_account(actor, reads.users)
    return page.render(unlink_page(user, service_in(service), page, csrf=csrf), public=False)


@post(f"{PATH}/{{service:str}}/unlink", status_code=303, opt=_GUARDED)
async def unlink_service(
    service: FromPath[str],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Unlink it; the last way to sign in stays."""
    found = service_in(service)
    try:
        await unlink(identity, Requester(actor, session_id), found, password_in(form_of(request)))
    except DomainError as error:
        user = await get_own_account(actor, reads.users)
        asked = unlink_page(user, found, page, csrf=csrf)
        return page.refuse(unproven(asked, error, page, path=PATH), error, at=page.path)
    return page.see(page.link(PATH, done="unlinked"))


handlers: Final = (
    show_services,
    begin_link,
    show_link,
    link,
    show_telegram,
    link_telegram,
    show_unlink,
    unlink_service,
)
