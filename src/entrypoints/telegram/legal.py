"""The legal documents that a person accepts in the chat before what they tapped is done."""

from typing import Final
from zlib import crc32

from booking_domain.identity.legal import AcceptanceRequired, LegalDocument, LegalDocuments
from booking_domain.notifications.chats import Button, ChatMessage
from booking_domain.use_cases.identity.legal import accept_documents
from entrypoints.languages.documents import Phrase, Wording
from entrypoints.telegram.codes import joined
from entrypoints.telegram.screens import Parts, Person

ACCEPT: Final = "A"
"""The first word of the button that accepts; the mark of the versions and what was tapped before follow."""


def asked(say: Wording, refused: AcceptanceRequired, tapped: str, documents: LegalDocuments) -> ChatMessage:
    """Ask for the missing documents, with links to them and a button that accepts them and does what was tapped."""
    names = {
        LegalDocument.TERMS_OF_USE: say(Phrase("Terms of use")),
        LegalDocument.PRIVACY_POLICY: say(Phrase("Privacy policy")),
    }
    links = [
        Button(text=names[each], url=documents.address_of(each, documents.version_of(each), say.language) or "")
        for each in map(LegalDocument, refused.missing)
    ]
    accept = Button(text=say(Phrase("I accept")), data=joined(ACCEPT, _mark(documents), tapped))
    return ChatMessage(text=say.error(refused), rows=(*((link,) for link in links if link.url), (accept,)))


async def accept(person: Person, mark: str, parts: Parts) -> None:
    """Accept the current versions, if they are those that the person was asked for."""
    documents = parts.documents
    if mark == _mark(documents):
        current = {each: version for each in LegalDocument if (version := documents.version_of(each)) is not None}
        await parts.executor.run(accept_documents, current, actor=person.actor)


def _mark(documents: LegalDocuments) -> str:
    """What tells two sets of versions apart; the data of a button has no place for the versions."""
    versions = [documents.version_of(each) for each in LegalDocument]
    return f"{crc32(repr(versions).encode()):08x}"[:4]
