"""Legal documents: the terms of use and the privacy policy of the platform, and who accepted which version of them.

The current versions are configuration; a document without a version is not asked for. An acceptance is of the current
version, is kept with its time, and is never changed. With a new version the acceptance of the former one does not count
any more: the document is *missing* until its user accepts it. Nothing is refused while it is missing; that is up to the
client.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict
from booking_domain.shared.ids import UserId

MAX_DOCUMENT_VERSION: Final = 40


class LegalDocument(StrEnum):
    """A document that users accept."""

    TERMS_OF_USE = "terms_of_use"
    PRIVACY_POLICY = "privacy_policy"


class NotTheCurrentVersion(Conflict, code="legal.not_the_current_version"):
    """This is not the current version of the document; show the current one to the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalDocuments:
    """The current versions. Use cases find them in their context."""

    terms_of_use: str | None = None
    privacy_policy: str | None = None

    def version_of(self, document: LegalDocument) -> str | None:
        """The current version of a document; None: it is not asked for."""
        version: str | None = getattr(self, document.value)
        return version


AcceptedVersions = Mapping[LegalDocument, str]
"""The versions that a user accepts at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Acceptance:
    """A version of a document that a user has accepted."""

    user_id: UserId
    document: LegalDocument
    document_version: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class DocumentState:
    """A document as a user has accepted it."""

    document: LegalDocument
    current_version: str | None
    acceptances: Sequence[Acceptance]
    """The newest first."""

    @property
    def missing(self) -> bool:
        """Whether the user has yet to accept the current version."""
        accepted = {acceptance.document_version for acceptance in self.acceptances}
        return self.current_version is not None and self.current_version not in accepted


def document_states(current: LegalDocuments, acceptances: Sequence[Acceptance]) -> Sequence[DocumentState]:
    """All documents, with the user's acceptances in their order."""
    return [
        DocumentState(
            document=document,
            current_version=current.version_of(document),
            acceptances=[each for each in acceptances if each.document is document],
        )
        for document in LegalDocument
    ]


class Acceptances(Protocol):
    """The acceptances of a database transaction."""

    async def add(self, acceptance: Acceptance) -> None:
        """Add an acceptance; an earlier one of the same version stays as it is."""
        ...

    async def of_user(self, user_id: UserId) -> Sequence[Acceptance]:
        """A user's acceptances, the newest first."""
        ...


class AcceptanceReads(Protocol):
    """Reads of acceptances, outside any database transaction."""

    async def of_user(self, user_id: UserId) -> Sequence[Acceptance]:
        """A user's acceptances, the newest first."""
        ...
