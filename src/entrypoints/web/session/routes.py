"""`/sign-in`, `/sign-out`, and `/renew`: a session whose access token has expired goes on, and leads back."""

from dataclasses import replace
from typing import Any, Final

from litestar import Request, Response, get, post

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.legal import LegalDocuments
from booking_domain.identity.model import UserStatus
from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity import own_account, sign_in
from booking_domain.use_cases.identity.sign_in import AccountDetails, Tokens
from booking_domain.use_cases.identity.sign_up import ProfileDetails
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import PENDING_TOO, PUBLIC
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.forms import FormPage, said
from entrypoints.web.kit.kept import FORGOTTEN
from entrypoints.web.kit.legal import ACCEPTED, accepted_of
from entrypoints.web.kit.pages import Page
from entrypoints.web.session.service_routes import handlers as services
from entrypoints.web.session.sign_in import (
    BY_CODE,
    BY_PASSWORD,
    CODE,
    CONTACT,
    FACTORS,
    NAME,
    NEW_PASSWORD,
    NEXT,
    PASSWORD,
    SECOND_FACTOR,
    WELCOME,
    Typed,
    code_page,
    failed,
    new_password_page,
    password_page,
    role_of,
    welcome_page,
)
from entrypoints.web.session.telegram_routes import handlers as telegram

_GUARDED: Final = PUBLIC | FORM | limited_as(AUTH)


@get(BY_CODE, opt=PUBLIC)
async def show_code(page: Injected[Page]) -> Response[Any]:
    """Sign in with a code; also whose session has ended while they typed into a form."""
    shown = code_page(_typed_before(page), page, sent=bool(page.led) or CODE in page.refused)
    if page.asked("ended"):
        shown = replace(shown, lead=page.say(Phrase("Your session has ended. Sign in, then repeat what you did.")))
    return page.render(shown, public=False)


@get(BY_PASSWORD, opt=PUBLIC)
async def show_password(page: Injected[Page]) -> Response[Any]:
    """Sign in with a password."""
    return page.render(password_page(_typed_before(page), page), public=False)


@get(NEW_PASSWORD, opt=PUBLIC)
async def show_new_password(page: Injected[Page]) -> Response[Any]:
    """Set another password."""
    return page.render(
        new_password_page(_typed_before(page), page, sent=bool(page.led) or CODE in page.refused), public=False
    )


@post(BY_CODE, status_code=303, opt=_GUARDED)
async def by_code(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """Send a code, or sign in with it. Somebody new gets an account, and is asked for the name."""
    form, typed = form_of(request), _typed(request)
    sent = CODE in form
    try:
        if not sent:
            await own_account.start_sign_up(identity, typed.input(), page.language, client_trace=client_trace)
            asked, address = code_page(typed, page, sent=True), page.link(BY_CODE, next=typed.next)
            return page.lead(asked, address, {CONTACT: typed.contact})
        tokens = await sign_in.sign_in_with_code(
            identity,
            typed.input(),
            said(form, CODE),
            client=client,
            client_trace=client_trace,
            second_factor=said(form, SECOND_FACTOR) or None,
            purpose=CodePurpose.SIGNUP,
        )
    except DomainError as error:
        return _refused(code_page(_again(typed, error, form), page, sent=sent), error, page)
    pending = tokens.user.status is UserStatus.PENDING
    onward = page.link(WELCOME, next=typed.next) if pending else page.onward(typed.next)
    return page.see(onward, cookies=(*session_mode.cookies(tokens), FORGOTTEN))


@post(BY_PASSWORD, status_code=303, opt=_GUARDED)
async def by_password(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """Sign in with a password."""
    form, typed = form_of(request), _typed(request)
    try:
        tokens = await sign_in.sign_in_with_password(
            identity,
            typed.input(),
            _secret(form),
            client=client,
            client_trace=client_trace,
            second_factor=said(form, SECOND_FACTOR) or None,
        )
    except DomainError as error:
        return _refused(password_page(_again(typed, error, form), page), error, page)
    return _signed_in(tokens, page.onward(typed.next), page, session_mode)


@post(NEW_PASSWORD, status_code=303, opt=_GUARDED)
async def set_password(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    client_trace: Injected[ClientTrace],
) -> Response[Any]:
    """Send a code, or replace the password with it."""
    form, typed = form_of(request), _typed(request)
    sent = CODE in form
    try:
        if not sent:
            await own_account.forget_password(identity, typed.input(), client_trace=client_trace)
            asked, address = new_password_page(typed, page, sent=True), page.link(NEW_PASSWORD, next=typed.next)
            return page.lead(asked, address, {CONTACT: typed.contact})
        await own_account.reset_password(
            identity, typed.input(), said(form, CODE), _secret(form), client_trace=client_trace
        )
    except DomainError as error:
        return _refused(new_password_page(typed, page, sent=sent), error, page)
    return page.see(page.link(BY_PASSWORD, next=typed.next), cookies=[FORGOTTEN])


@get(WELCOME, opt=PENDING_TOO)
async def show_welcome(
    page: Injected[Page],
    *,
    csrf: Injected[str],
    legal_documents: Injected[LegalDocuments],
) -> Response[Any]:
    """Ask for the name, and for what is to be accepted."""
    typed = Typed(next=page.asked(NEXT))
    return page.render(welcome_page(typed, page, legal_documents, csrf=csrf), public=False)


@post(WELCOME, status_code=303, opt=PENDING_TOO | FORM | limited_as(AUTH))
async def welcome(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    identity: Injected[Identity],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    session_mode: Injected[SessionMode],
    csrf: Injected[str],
    legal_documents: Injected[LegalDocuments],
) -> Response[Any]:
    """Complete the account."""
    form, typed = form_of(request), _typed(request)
    name, accepted = said(form, NAME), form.get(ACCEPTED, ())
    try:
        about = ProfileDetails(name=name or None, locale=page.language)
        tokens = await sign_in.complete_profile(
            identity,
            actor,
            AccountDetails(about=about, role=role_of(typed.next), accepted=accepted_of(accepted)),
            current=session_id,
            client=client,
            client_trace=client_trace,
        )
    except DomainError as error:
        again = welcome_page(typed, page, legal_documents, csrf=csrf, name=name, accepted=accepted)
        return _refused(again, error, page)
    return _signed_in(tokens, page.onward(typed.next), page, session_mode)


@post("/sign-out", status_code=303, opt=_GUARDED)
async def sign_out(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """End the session of the cookies, and go on. It may be repeated, and a form of another site is refused."""
    token = session_mode.refresh_token(None)
    if token is not None:
        await sign_in.log_out(identity, None, token)
    return page.see(page.onward(said(form_of(request), NEXT)), cookies=session_mode.no_cookies())


@get("/renew", opt=PUBLIC | FORM | limited_as(AUTH))
async def renew(
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    client: Injected[Client],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """Trade the refresh token of the cookie for new tokens. It may be repeated."""
    return _signed_in(await _renewed(identity, client, session_mode), page.onward(page.asked(NEXT)), page, session_mode)


@post("/renew", status_code=307, opt=_GUARDED)
async def renew_and_send(
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    client: Injected[Client],
    session_mode: Injected[SessionMode],
) -> Response[Any]:
    """The same in the middle of a form, which the browser then sends again to where it was sent before."""
    tokens = await _renewed(identity, client, session_mode)
    return page.see(page.onward(page.asked(NEXT)), status=307, cookies=session_mode.cookies(tokens))


async def _renewed(identity: Identity, client: Client, session_mode: SessionMode) -> Tokens:
    token = session_mode.refresh_token(None)
    if token is None:
        raise InvalidToken
    return await sign_in.refresh(identity, token, client=client)


def _typed(request: Request[Any, Any, Any]) -> Typed:
    form = form_of(request)
    return Typed(contact=said(form, CONTACT), next=said(form, NEXT))


def _typed_before(page: Page) -> Typed:
    """Whom a code was sent to, where they go on to, and whether they are asked for a second factor."""
    return Typed(contact=said(page.kept, CONTACT), next=page.asked(NEXT), second_factor=SECOND_FACTOR in page.refused)


def _again(typed: Typed, error: DomainError, form: Any) -> Typed:
    """What was typed; a second factor that is needed is asked for."""
    return Typed(
        contact=typed.contact,
        next=typed.next,
        second_factor=isinstance(error, FACTORS) or SECOND_FACTOR in form,
    )


def _secret(form: Any) -> str:
    """A password as it was typed, spaces included."""
    return str(next(iter(form.get(PASSWORD, ())), ""))


def _refused(form: FormPage, error: DomainError, page: Page) -> Response[Any]:
    return page.refuse(failed(form, error, page), error, at=page.path)


def _signed_in(tokens: Tokens, address: str, page: Page, session_mode: SessionMode) -> Response[Any]:
    return page.see(address, cookies=session_mode.cookies(tokens))


handlers: Final = (
    show_code,
    by_code,
    show_password,
    by_password,
    show_new_password,
    set_password,
    show_welcome,
    welcome,
    sign_out,
    renew,
    renew_and_send,
    *services,
    *telegram,
)
