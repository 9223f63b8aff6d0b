"""Accept legal documents, at sign-up and later."""

from collections.abc import Sequence
from typing import Final

from booking_domain.identity.legal import (
    Acceptance,
    AcceptanceReads,
    AcceptedVersions,
    DocumentState,
    LegalDocuments,
    Moment,
    NotTheCurrentVersion,
    document_states,
)
from booking_domain.identity.ports import IdentityTx
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import UserId
from booking_domain.shared.permissions import Permission
from booking_domain.shared.queries import Query


def require_current(accepted: AcceptedVersions, context: UseCaseContext) -> None:
    """Raise `NotTheCurrentVersion` for an outdated one."""
    current = context.configured(LegalDocuments)
    if any(version != current.version_of(document) for document, version in accepted.items()):
        raise NotTheCurrentVersion


async def require_accepted(
    moment: Moment, user_id: UserId, accepted: AcceptedVersions, tx: IdentityTx, context: UseCaseContext
) -> None:
    """Record what a user accepts now, and raise `AcceptanceRequired` if something that this moment needs is missing."""
    if accepted:
        await record_acceptances(user_id, accepted, tx, context)
    documents = context.configured(LegalDocuments)
    if moment in documents.required_for:
        earlier = await tx.acceptances.of_user(user_id)
        documents.require(moment, {(each.document, each.document_version) for each in earlier})


async def record_acceptances(
    user_id: UserId, accepted: AcceptedVersions, tx: IdentityTx, context: UseCaseContext
) -> None:
    """Record that a user accepts these versions, or raise `NotTheCurrentVersion`."""
    require_current(accepted, context)
    for document, version in accepted.items():
        await tx.acceptances.add(
            Acceptance(user_id=user_id, document=document, document_version=version, accepted_at=context.now)
        )


async def _accept(accepted: AcceptedVersions, tx: IdentityTx, context: UseCaseContext) -> Sequence[DocumentState]:
    await record_acceptances(context.actor.id, accepted, tx, context)
    return document_states(context.configured(LegalDocuments), await tx.acceptances.of_user(context.actor.id))


async def _list_own(actor: Actor, current: LegalDocuments, acceptances: AcceptanceReads) -> Sequence[DocumentState]:
    return document_states(current, await acceptances.of_user(actor.id))


accept_documents: Final = UseCase(Permission.MANAGE_ACCOUNT, _accept, raises=(NotTheCurrentVersion,))
list_own_documents: Final = Query(_list_own)
