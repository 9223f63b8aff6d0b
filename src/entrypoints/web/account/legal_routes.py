"""`/account/terms`: the versions of the terms and the privacy policy that one has accepted, and accepting others."""

from typing import Any, Final

from litestar import Request, Response, get, post

from booking_domain.identity.legal import AcceptanceRequired, LegalDocuments
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SessionId
from booking_domain.use_cases.identity.legal import accept_documents, list_own_documents
from booking_domain.use_cases.identity.queries import get_own_account
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.kit.forms import FORM, form_of
from entrypoints.http.kit.injection import Injected
from entrypoints.web.account.legal import PATH, LegalPage, legal_page
from entrypoints.web.kit.legal import ACCEPTED, accepted_of, current_documents
from entrypoints.web.kit.pages import Page


async def _shown(
    actor: Actor,
    reads: Reads,
    documents: LegalDocuments,
    page: Page,
    *,
    csrf: str,
    error: DomainError | None = None,
) -> LegalPage:
    user = await get_own_account(actor, reads.users)
    states = await list_own_documents(actor, documents, reads.acceptances)
    return legal_page(states, documents, user.time_zone, page, csrf=csrf, error=error)


@get(PATH)
async def show_documents(
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    legal_documents: Injected[LegalDocuments],
    csrf: Injected[str],
) -> Response[Any]:
    """What was accepted, and what is to be."""
    return page.render(await _shown(actor, reads, legal_documents, page, csrf=csrf), public=False)


@post(PATH, status_code=303, opt=FORM)
async def accept(
    request: Request[Any, Any, Any],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    session_id: Injected[SessionId],
    reads: Injected[Reads],
    legal_documents: Injected[LegalDocuments],
    executor: Injected[Executor[Repositories]],
    csrf: Injected[str],
) -> Response[Any]:
    """Accept what was checked. It may be repeated: an acceptance keeps its first time."""
    accepted = accepted_of(form_of(request).get(ACCEPTED, ()))
    try:
        if not accepted:
            raise AcceptanceRequired(missing=current_documents(legal_documents))
        await executor.run(accept_documents, accepted, actor=actor, session_id=session_id)
    except DomainError as error:
        shown = await _shown(actor, reads, legal_documents, page, csrf=csrf, error=error)
        return page.refuse(shown, error, at=PATH)
    return page.see(page.link(PATH, done="accepted"))


handlers: Final = (show_documents, accept)
