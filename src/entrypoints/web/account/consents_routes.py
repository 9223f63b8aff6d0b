"""`/consent/{provider}/{code}`, a link that providers give to customers, and `/account/consents`, the answers."""

from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath

from booking_domain.bookings.consents import ConsentCodeNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ProviderId, SessionId
from booking_domain.use_cases.bookings.consents import GrantConsent, grant_consent, list_given_consents, revoke_consent
from booking_domain.use_cases.catalogue.queries import get_provider_page
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM
from entrypoints.http.kit.injection import Injected
from entrypoints.web.account.consents import PATH, consent_page, consents_page
from entrypoints.web.kit.forms import FormPage
from entrypoints.web.kit.pages import Page

_LINK: Final = "/consent/{provider_id:str}/{code:str}"
_MOST: Final = 100


@get(_LINK)
async def show_question(
    provider_id: FromPath[ProviderId],
    code: FromPath[str],
    page: Injected[Page],
    *,
    reads: Injected[Reads],
    csrf: Injected[str],
) -> Response[Any]:
    """Ask whether the provider may book for who is signed in."""
    return page.render(await _question(provider_id, code, page, reads, csrf), public=False)


async def _question(provider_id: ProviderId, code: str, page: Page, reads: Reads, csrf: str) -> FormPage:
    facts = await get_provider_page(provider_id, reads)
    return consent_page(facts, quote(code, safe=""), page, csrf=csrf)


@post(_LINK, status_code=303, opt=FORM)
async def grant(
    provider_id: FromPath[ProviderId],
    code: FromPath[str],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Let the provider book. It may be repeated."""
    try:
        command = GrantConsent(provider_id=provider_id, code=code)
        await executor.run(grant_consent, command, actor=actor, session_id=session_id)
    except ConsentCodeNotFound as error:
        asked = await _question(provider_id, code, page, reads, csrf)
        return page.refuse(asked.failed(error, page), error, at=page.path)
    return page.see(page.link(PATH, done="granted"))


@get(PATH)
async def show_consents(
    page: Injected[Page], *, actor: Injected[Actor], reads: Injected[Reads], csrf: Injected[str]
) -> Response[Any]:
    """Who may book for who is signed in."""
    given = await list_given_consents(actor, None, _MOST, reads)
    return page.render(consents_page(given, page, csrf=csrf), public=False)


@post(f"{PATH}/{{provider_id:str}}/revoke", status_code=303, opt=FORM)
async def revoke(
    provider_id: FromPath[ProviderId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    executor: Injected[Executor[Repositories]],
) -> Response[Any]:
    """Take it back. It may be repeated."""
    await executor.run(revoke_consent, provider_id, actor=actor, session_id=session_id)
    return page.see(page.link(PATH, done="revoked"))


handlers: Final = (show_question, grant, show_consents, revoke)
