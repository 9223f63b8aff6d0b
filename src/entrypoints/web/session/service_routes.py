"""`/sign-in/service` and `/sign-in/returned`: to a service, and back from it. No GET begins a session."""

from dataclasses import replace
from typing import Any, Final

from litestar import Request, Response, get, post

from booking_domain.identity.errors import (
    IdentityProviderNotConfigured,
    InvalidAssertion,
    InvalidSecondFactor,
)
from booking_domain.identity.external_identities import IdentityProvider
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
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.forms import said
from entrypoints.web.kit.legal import ACCEPTED, accepted_of
from entrypoints.web.kit.pages import Page
from entrypoints.web.session.services import (
    BEGIN,
    NAMES,
    OVER,
    RETURNED,
    SERVICE,
    Began,
    accepting_page,
    address_of,
    returned_page,
)
from entrypoints.web.session.sign_in import BY_CODE, FACTORS, NEXT, SECOND_FACTOR, Typed, address_to, code_page, role_of

LINK: Final = "/account/services/returned"
"""Where who links a service goes on."""
_GUARDED: Final = PUBLIC | FORM | limited_as(AUTH)


async def begin(began: Began, identity: Identity, page: Page) -> Response[Any]:
    """Lead to the service; the browser keeps what it needs when the person is back."""
    if began.service not in page.site.services:
        raise IdentityProviderNotConfigured
    start = await sign_in.begin_openid(identity, began.service)
    return page.see(address_of(start, page), cookies=[began.cookie(start)])


def service_in(text: str) -> IdentityProvider:
    """The service that a form names."""
    try:
        return IdentityProvider(text)
    except ValueError:
        raise IdentityProviderNotConfigured from None


@post(BEGIN, status_code=303, opt=_GUARDED)
async def to_service(
    request: Request[Any, Any, Any], page: Injected[Page], *, identity: Injected[Identity]
) -> Response[Any]:
    """Sign in with a service, or join with it."""
    form = form_of(request)
    onward = said(form, NEXT)
    try:
        service = service_in(said(form, SERVICE))
        began = Began(service=service, flow="", next=onward, accepted=tuple(form.get(ACCEPTED, ())))
        return await begin(began, identity, page)
    except DomainError as error:
        return _refused(error, onward, page)


@get(RETURNED, opt=PUBLIC)
async def show_returned(
    request: Request[Any, Any, Any], page: Injected[Page], *, legal_documents: Injected[LegalDocuments]
) -> Response[Any]:
    """Who is back from the service."""
    began = Began.of(request.cookies)
    if began is None or not page.asked("state"):
        return page.see(page.link(BY_CODE))
    if not page.asked("code"):
        if began.link:
            return page.see(page.link("/account/services", done="left"), cookies=[OVER])
        left = page.say(Phrase("You did not sign in with {service}."), service=page.say(NAMES[began.service]))
        return page.render(replace(code_page(Typed(next=began.next), page), error=left), public=False)
    if ACCEPTED in page.refused:
        return page.render(accepting_page(began, page, legal_documents, accepted=began.accepted), public=False)
    if began.link:
        return page.see(page.link(LINK, **{name: page.asked(name) for name in ("code", "state", "iss")}))
    return page.render(returned_page(began, page), public=False)


@post(RETURNED, status_code=303, opt=_GUARDED)
async def finish(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    identity: Injected[Identity],
    client: Injected[Client],
    client_trace: Injected[ClientTrace],
    session_mode: Injected[SessionMode],
    legal_documents: Injected[LegalDocuments],
) -> Response[Any]:
    """Sign in. The answer of a service is good once: what is missing costs another round through it."""
    form, began = form_of(request), Began.of(request.cookies)
    if began is None:
        return _refused(InvalidAssertion(), "", page)
    try:
        tokens = await sign_in.sign_in_with_openid(
            identity,
            began.back(form),
            client=client,
            client_trace=client_trace,
            second_factor=said(form, SECOND_FACTOR) or None,
            role=role_of(began.next),
            accepted=accepted_of(began.accepted),
            locale=page.language,
        )
    except FACTORS as error:
        factor = page.say.error(error) if isinstance(error, InvalidSecondFactor) else " "
        return await begin(replace(began, factor=factor), identity, page)
    except (AcceptanceRequired, NotTheCurrentVersion) as error:
        asked = accepting_page(began, page, legal_documents, accepted=began.accepted)
        return page.refuse(asked.failed(error, page, field=ACCEPTED) if began.accepted else asked, error, at=page.path)
    except DomainError as error:
        return _refused(error, began.next, page)
    return page.see(page.onward(began.next), cookies=[*session_mode.cookies(tokens), OVER])


def _refused(error: DomainError, onward: str, page: Page) -> Response[Any]:
    """The other ways to sign in, with what was wrong."""
    shown = replace(code_page(Typed(next=onward), page), error=page.say.error(error))
    return page.refuse(shown, error, at=address_to(onward))


handlers: Final = (to_service, show_returned, finish)
