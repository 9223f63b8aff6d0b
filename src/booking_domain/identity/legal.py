"""Legal documents: the terms of use and the privacy policy of the platform, and who accepted which version of them.

The current versions are configuration, with an address for each version and language; a document without a version is
not asked for. An acceptance is of the current version, is kept with its time, and is never changed. With a new version
the acceptance of the former one does not count any more: the document is *missing* until its user accepts it. The
configuration says at which moments a missing document is an obstacle.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import quote

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Facts, Forbidden
from booking_domain.shared.ids import UserId

MAX_DOCUMENT_VERSION: Final = 40


class LegalDocument(StrEnum):
    """A document that users accept."""

    TERMS_OF_USE = "terms_of_use"
    PRIVACY_POLICY = "privacy_policy"


class Moment(StrEnum):
    """When the platform may insist on the current versions."""

    SIGN_UP = "sign-up"
    BOOKING = "booking"


class AcceptanceRequired(Forbidden, code="legal.acceptance_required"):
    """Please read and accept the current terms of use and privacy policy first."""

    missing: tuple[str, ...]
    """The documents to accept."""

    @property
    def facts(self) -> Facts:
        return {"missing": self.missing}


class NotTheCurrentVersion(Conflict, code="legal.not_the_current_version"):
    """This is not the current version of the document; show the current one to the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class LegalDocuments:
    """The current versions. Use cases find them in their context."""

    terms_of_use: str | None = None
    privacy_policy: str | None = None
    addresses: Mapping[LegalDocument, str] = field(default_factory=dict)
    """The address of each document, with `{version}` and `{language}` in the places of these."""
    required_for: frozenset[Moment] = frozenset()

    def address_of(self, document: LegalDocument, version: str | None, language: str) -> str | None:
        """Where a version of a document can be read in a language."""
        address = self.addresses.get(document)
        if address is None or version is None:
            return None
        return address.replace("{version}", quote(version, safe="")).replace("{language}", language)

    def require(self, moment: Moment, accepted: Collection[tuple[LegalDocument, str]]) -> None:
        """Raise `AcceptanceRequired` unless the current versions are accepted that this moment needs."""
        current = {each: version for each in LegalDocument if (version := self.version_of(each)) is not None}
        missing = tuple(each for each in current if (each, current[each]) not in accepted)
        if moment in self.required_for and missing:
            raise AcceptanceRequired(missing=missing)

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
