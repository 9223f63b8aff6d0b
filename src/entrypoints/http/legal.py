"""`/legal-documents` and `/users/me/legal-documents`: terms of use, privacy policy, and their acceptances."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.identity.legal import Acceptance, DocumentState, LegalDocument, LegalDocuments
from booking_domain.shared.actor import Actor
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.identity.legal import accept_documents, list_own_documents
from booking_domain.use_cases.identity.queries import list_documents_of_user
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.accounts.schemas import AcceptedBody
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import ExportSource, exporting, value
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.running import Run

_ACCEPT: Final[dict[str, Any]] = {"accepted": {"termsOfUse": "2026-11"}}


class AcceptDocumentsBody(Body, frozen=True, kw_only=True):
    """The versions that the user accepts."""

    accepted: AcceptedBody
    """The versions that the user accepts."""


class LegalDocumentVersionJson(Json, frozen=True, kw_only=True):
    """A legal document."""

    document: LegalDocument
    current_version: str | None = None
    """Null: users are not asked to accept it."""
    url: str | None = None
    """Where the current version can be read, in the caller's language."""


class LegalDocumentVersionsJson(Json, frozen=True, kw_only=True):
    """The legal documents."""

    items: tuple[LegalDocumentVersionJson, ...]


class AcceptedVersionJson(Json, frozen=True, kw_only=True):
    """A version of a document that the user has accepted."""

    version: str
    """The version of the document."""
    accepted_at: Timestamp


class ReadableVersionJson(AcceptedVersionJson, frozen=True, kw_only=True):
    """A version of a document that the user has accepted, and where it can be read."""

    url: str | None = None
    """Where this version can be read, in the caller's language."""


class OwnLegalDocumentJson(LegalDocumentVersionJson, frozen=True, kw_only=True):
    """A legal document, and which versions of it the user has accepted."""

    missing: bool
    """Whether the user has yet to accept the current version."""
    accepted: tuple[ReadableVersionJson, ...]
    """The newest first."""


class OwnLegalDocumentsJson(Json, frozen=True, kw_only=True):
    """The legal documents, and which versions of them the user has accepted."""

    items: tuple[OwnLegalDocumentJson, ...]


class ExportedAcceptanceJson(AcceptedVersionJson, frozen=True, kw_only=True):
    """A version of a document that the user has accepted."""

    document: LegalDocument


_state: Final = members(DocumentState, OwnLegalDocumentJson, given=("url", "accepted"), unused=("acceptances",))
_version: Final = members(Acceptance, ReadableVersionJson, given=("url",), version="document_version")


def _own_json(documents: LegalDocuments, language: str, states: Sequence[DocumentState]) -> OwnLegalDocumentsJson:
    def address(document: LegalDocument, version: str | None) -> str | None:
        return documents.address_of(document, version, language)

    return OwnLegalDocumentsJson(
        items=tuple(
            OwnLegalDocumentJson(
                url=address(state.document, state.current_version),
                accepted=tuple(
                    ReadableVersionJson(url=address(state.document, each.document_version), **_version(each))
                    for each in state.acceptances
                ),
                **_state(state),
            )
            for state in states
        )
    )


_exported: Final = projection(Acceptance, ExportedAcceptanceJson, version="document_version")


async def _acceptances(source: ExportSource) -> list[ExportedAcceptanceJson]:
    return [_exported(each) for each in await source.reads.acceptances.of_user(source.user.id)]


_EXPORT: Final = value(
    "acceptances",
    tuple[ExportedAcceptanceJson, ...],
    _acceptances,
    about="The legal documents that the user accepted.",
)


@get("/legal-documents", opt=PUBLIC | documented())
async def list_legal_documents(
    request: Request[Any, Any, Any], legal_documents: Injected[LegalDocuments]
) -> LegalDocumentVersionsJson:
    """List the current versions of the terms of use and of the privacy policy, and where users read them."""
    language, versions = language_for(request), {each: legal_documents.version_of(each) for each in LegalDocument}
    items = tuple(
        LegalDocumentVersionJson(
            document=document,
            current_version=version,
            url=legal_documents.address_of(document, version, language),
        )
        for document, version in versions.items()
    )
    return LegalDocumentVersionsJson(items=items)


@get(
    "/users/me/legal-documents",
    opt=documented(list_own_documents),
    operation_id="listMyLegalDocuments",
)
async def list_my_legal_documents(
    request: Request[Any, Any, Any],
    actor: Injected[Actor],
    *,
    reads: Injected[Reads],
    legal_documents: Injected[LegalDocuments],
) -> OwnLegalDocumentsJson:
    """List which versions of the legal documents you have accepted.

    A document is `missing` until you accept its current version. A new version makes it `missing` again.
    """
    found = await list_own_documents(actor, legal_documents, reads.acceptances)
    return _own_json(legal_documents, language_for(request), found)


@post(
    "/users/me/legal-documents",
    status_code=200,
    opt=documented(accept_documents, body=_ACCEPT),
    operation_id="acceptLegalDocuments",
)
async def accept_legal_documents(
    data: JSONBody[AcceptDocumentsBody],
    request: Request[Any, Any, Any],
    *,
    run: Injected[Run],
    legal_documents: Injected[LegalDocuments],
) -> Response[OwnLegalDocumentsJson]:
    """Accept the current versions of the legal documents. A version that you accepted before keeps its first time.

    An outdated version is refused: show the current one to the user.
    """
    return await run(
        accept_documents, data.accepted.versions(), answer=partial(_own_json, legal_documents, language_for(request))
    )


@get(
    "/admin/users/{user_id:str}/legal-documents",
    opt=documented(list_documents_of_user),
    operation_id="listLegalDocumentsOfUser",
)
async def list_legal_documents_of_user(
    user_id: FromPath[UserId],
    request: Request[Any, Any, Any],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    legal_documents: Injected[LegalDocuments],
) -> OwnLegalDocumentsJson:
    """List which versions of the legal documents an account has accepted, and when; for admins."""
    found = await list_documents_of_user(actor, user_id, reads.users, legal_documents, reads.acceptances)
    return _own_json(legal_documents, language_for(request), found)


routes: Final = Router(
    "/",
    route_handlers=[
        list_legal_documents,
        list_my_legal_documents,
        accept_legal_documents,
        list_legal_documents_of_user,
    ],
    opt=about("legal-documents", "The terms of use and the privacy policy.") | exporting(_EXPORT),
)
