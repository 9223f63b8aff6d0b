"""`/sign-in/telegram`: to the bot, and back from its button with what Telegram has signed."""

from dataclasses import replace
from typing import Any, Final

from litestar import Request, Response, get, post

from booking_domain.identity.errors import TelegramNotConfigured
from booking_domain.identity.known_clients import ClientTrace
from booking_domain.identity.legal import AcceptanceRequired, LegalDocuments, NotTheCurrentVersion
from booking_domain.identity.security import Identity
from booking_domain.identity.sessions import Client
from booking_domain.shared.errors import DomainError
from booking_domain.use_cases.identity import sign_in
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.session_modes import SessionMode
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.legal import ACCEPTED, accepted_of
from entrypoints.web.kit.pages import REFUSED, Page
from entrypoints.web.session.sign_in import FACTORS, NEXT, SECOND_FACTOR, Typed, address_to, code_page
from entrypoints.web.session.telegram import (
    BY_TELEGRAM,
    NEXT_COOKIE,
    bot_page,
    next_cookie,
    signed_in,
    telegram_page,
)

_GUARDED: Final = PUBLIC | FORM | limited_as(AUTH)
_LEGAL: Final = (AcceptanceRequired, NotTheCurrentVersion)


@post(BY_TELEGRAM, status_code=303, opt=_GUARDED)
async def to_telegram(request: Request[Any, Any, Any], page: Injected[Page]) -> Response[Any]:
    """Show the way to the bot."""
    onward = said(form_of(request), NEXT)
    if not page.site.bot:
        error = TelegramNotConfigured()
        shown = replace(code_page(Typed(next=onward), page), error=page.say.error(error))
        return page.refuse(shown, error, at=address_to(onward))
    onward = page.onward(onward).removeprefix(f"/{page.language}")
    return page.see(page.link(BY_TELEGRAM), cookies=[next_cookie(onward)])


@get(BY_TELEGRAM, opt=PUBLIC)
async def show_telegram(page: Injected[Page], *, legal_documents: Injected[LegalDocuments]) -> Response[Any]:
    """Who is back from Telegram, or the way there."""
    if page.asked("hash"):
        signed = {name: values[0] for name, values in page.query.items() if name != REFUSED}
        documents = legal_documents if ACCEPTED in page.refused else None
        shown = telegram_page(signed, page, asks_factor=SECOND_FACTOR in page.refused, documents=documents)
        return page.render(shown, public=False)
    return page.render(bot_page(page), public=False) if page.site.bot else page.see(page.link("/sign-in"))


@post(f"{BY_TELEGRAM}/finish", status_code=303, opt=_GUARDED)
async def by_telegram(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    session_mode: Injected[SessionMode],
    legal_documents: Injected[LegalDocuments],
) -> Response[Any]:
    """Sign in; a second factor that is missing, and what is to be accepted, are asked for in the same form."""
    form = form_of(request)
    proof, onward = signed_in(form), request.cookies.get(NEXT_COOKIE, "")
    try:
        tokens = await sign_in.sign_in_with_telegram(
            identity,
            proof,
            client=client,
            client_trace=client_trace,
            second_factor=said(form, SECOND_FACTOR) or None,
            accepted=accepted_of(form.get(ACCEPTED, ())),
            locale=page.language,
        )
    except (*FACTORS, *_LEGAL) as error:
        legal = isinstance(error, _LEGAL)
        shown = telegram_page(proof.fields, page, asks_factor=not legal, documents=legal_documents if legal else None)
        return page.refuse(shown.failed(error, page, field=ACCEPTED if legal else SECOND_FACTOR), error, at=BY_TELEGRAM)
    except DomainError as error:
        shown = replace(code_page(Typed(next=onward), page), error=page.say.error(error))
        return page.refuse(shown, error, at=address_to(onward))
    return page.see(page.onward(onward), cookies=[*session_mode.cookies(tokens), next_cookie("")])


handlers: Final = (to_telegram, show_telegram, by_telegram)
