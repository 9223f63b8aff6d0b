"""`/account/contact/{channel}`: change an e-mail address or a number, and confirm the present one."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath

from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.one_time_codes import CodePurpose, ContactChannel
from booking_domain.identity.security import Identity
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity import own_account
from booking_domain.use_cases.identity.own_account import Requester
from booking_domain.use_cases.identity.queries import get_own_account
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.web.account.contact import (
    CODE,
    CONTACT,
    as_input,
    confirm_page,
    contact_of,
    contact_page,
    field_of,
)
from entrypoints.web.account.proof import password_in, unproven
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.pages import Page

_GUARDED: Final = FORM | limited_as(AUTH)


@get("/account/contact/{channel:str}")
async def show_contact(
    channel: FromPath[ContactChannel],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    identity: Injected[Identity],
    csrf: Injected[str],
) -> Response[Any]:
    """Another contact."""
    user = await get_own_account(actor, identity.reads.users)
    typed, sent = said(page.kept, CONTACT), bool(page.led)
    return page.render(contact_page(user, channel, page, csrf=csrf, typed=typed, sent=sent), public=False)


@post("/account/contact/{channel:str}", status_code=303, opt=_GUARDED)
async def change_contact(
    channel: FromPath[ContactChannel],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    client_trace: Injected[ClientTrace],
    csrf: Injected[str],
) -> Response[Any]:
    """Send a code to the new contact, or take it with the code."""
    form, requester = form_of(request), Requester(actor, session_id)
    typed, sent = said(form, CONTACT), CODE in form
    contact = as_input(typed, channel)
    user = await get_own_account(actor, identity.reads.users)
    try:
        if not sent:
            await own_account.start_contact_change(identity, requester, contact, password_in(form))
            asked = contact_page(user, channel, page, csrf=csrf, typed=typed, sent=True)
            return page.lead(asked, page.link(f"/account/contact/{channel.value}"), {CONTACT: typed})
        await own_account.confirm_contact_change(
            identity, requester, contact, said(form, CODE), client_trace=client_trace
        )
    except DomainError as error:
        shown = contact_page(user, channel, page, csrf=csrf, typed=typed, sent=sent)
        return page.refuse(unproven(shown, error, page, field=field_of(error)), error, at=page.path)
    return page.see(page.link("/account", done=channel.value), cookies=[FORGOTTEN])


@get("/account/contact/{channel:str}/confirm")
async def show_confirmation(
    channel: FromPath[ContactChannel],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    identity: Injected[Identity],
    csrf: Injected[str],
) -> Response[Any]:
    """Confirm the present contact."""
    user = await get_own_account(actor, identity.reads.users)
    if not contact_of(user, channel):
        return page.see(page.link(f"/account/contact/{channel.value}"))
    return page.render(confirm_page(user, channel, page, csrf=csrf, sent=bool(page.led)), public=False)


@post("/account/contact/{channel:str}/confirm", status_code=303, opt=_GUARDED)
async def confirm_contact(
    channel: FromPath[ContactChannel],
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    client_trace: Injected[ClientTrace],
    csrf: Injected[str],
) -> Response[Any]:
    """Send a code to the present contact, or confirm it with the code."""
    form, user = form_of(request), await get_own_account(actor, identity.reads.users)
    contact, sent = as_input(contact_of(user, channel), channel), CODE in form
    try:
        if not sent:
            await own_account.send_code(identity, contact, CodePurpose.VERIFY, client_trace=client_trace)
            asked = confirm_page(user, channel, page, csrf=csrf, sent=True)
            here = page.link(f"/account/contact/{channel.value}/confirm")
            return page.lead(asked, here, {CONTACT: contact_of(user, channel)})
        await own_account.verify_with_code(
            identity, contact, said(form, CODE), current=session_id, client_trace=client_trace
        )
    except DomainError as error:
        shown = confirm_page(user, channel, page, csrf=csrf, sent=sent)
        return page.refuse(shown.failed(error, page, field=field_of(error)), error, at=page.path)
    return page.see(page.link("/account", done=channel.value), cookies=[FORGOTTEN])


handlers: Final = (show_contact, change_contact, show_confirmation, confirm_contact)
