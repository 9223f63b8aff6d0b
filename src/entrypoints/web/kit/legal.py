"""What the platform asks people to accept, as fields of a form."""

from collections.abc import Collection, Iterable
from typing import Final

from booking_domain.identity.legal import AcceptedVersions, LegalDocument, LegalDocuments
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.check import Check
from entrypoints.web.kit.pages import Page

ACCEPTED: Final = "accepted"
_VERSION: Final = " "
"""Between a document and its version, so that what was shown is what is accepted."""
_ACCEPTS: Final = {
    LegalDocument.TERMS_OF_USE: Phrase("I accept the terms of use"),
    LegalDocument.PRIVACY_POLICY: Phrase("I have read the privacy policy"),
}
_READS: Final = {
    LegalDocument.TERMS_OF_USE: Phrase("Read the terms of use"),
    LegalDocument.PRIVACY_POLICY: Phrase("Read the privacy policy"),
}


def current_documents(documents: LegalDocuments) -> tuple[LegalDocument, ...]:
    """The documents that the platform asks for."""
    return tuple(each for each in LegalDocument if documents.version_of(each) is not None)


def checks_of(
    asked: Iterable[LegalDocument], documents: LegalDocuments, page: Page, accepted: Collection[str] = ()
) -> tuple[Check, ...]:
    """A field for each document; `accepted`: those that were checked."""
    values = {each: f"{each}{_VERSION}{documents.version_of(each)}" for each in asked}
    return tuple(
        Check(name=ACCEPTED, value=value, label=page.say(_ACCEPTS[each]), checked=value in accepted)
        for each, value in values.items()
    )


def links_of(asked: Iterable[LegalDocument], documents: LegalDocuments, page: Page) -> tuple[tuple[str, str], ...]:
    """Where each of them can be read: texts and addresses."""
    found = ((each, documents.address_of(each, documents.version_of(each), page.language)) for each in asked)
    return tuple((page.say(_READS[each]), address) for each, address in found if address is not None)


def accepted_of(values: Iterable[str]) -> AcceptedVersions:
    """The versions that were checked; what cannot be understood was not."""
    known = {each.value: each for each in LegalDocument}
    parts = (each.partition(_VERSION) for each in values)
    return {known[name]: version for name, _, version in parts if name in known}
