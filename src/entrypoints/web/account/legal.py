"""The terms and the privacy policy in one's account: what one has accepted, when, and what is still to be accepted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.identity.legal import Acceptance, DocumentState, LegalDocument, LegalDocuments
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import DomainError
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.check import Check
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import Fields, hidden, with_error
from entrypoints.web.kit.legal import ACCEPTED, checks_of
from entrypoints.web.kit.pages import Page, PageModel

PATH: Final = "/account/terms"
_NAMES: Final = {
    LegalDocument.TERMS_OF_USE: Phrase("Terms of use"),
    LegalDocument.PRIVACY_POLICY: Phrase("Privacy policy"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalVersion:
    """A version of a document."""

    name: str
    href: str
    """Where it can be read; empty: the platform does not say."""
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDocument:
    """A document, with the version that is still to be accepted and those that were, the newest first."""

    name: str
    versions: tuple[LegalVersion, ...]


@dataclass(frozen=True, kw_only=True)
class LegalPage(PageModel):
    """The terms and the privacy policy in one's account."""

    template: ClassVar = "account/legal.html"
    robots: str = "noindex"
    done: str
    error: str
    action: str
    fields: Fields
    """What is still to be accepted; empty: nothing is."""
    documents: tuple[OwnDocument, ...]
    account: str


def legal_page(
    states: Sequence[DocumentState],
    documents: LegalDocuments,
    zone: str,
    page: Page,
    *,
    csrf: str,
    error: DomainError | None = None,
) -> LegalPage:
    """The page; `zone`: that of the account, on whose clock the times are."""
    say = page.say
    shown = [_document(each, documents, zone, page) for each in states]
    checks: Sequence[Check] = checks_of([each.document for each in states if each.missing], documents, page)
    fields: Fields = (hidden("csrf", csrf), *checks) if checks else ()
    text = "" if error is None else say.error(error)
    return LegalPage(
        title=say(Phrase("Terms and privacy")),
        done=say(Phrase("Thank you. It is accepted.")) if page.asked("done") else "",
        error="" if checks else text,
        action=page.link(PATH),
        fields=with_error(fields, ACCEPTED, text) if text else fields,
        documents=tuple(each for each in shown if each.versions),
        account=page.link("/account"),
    )


def _document(state: DocumentState, documents: LegalDocuments, zone: str, page: Page) -> OwnDocument:
    versions = _versions(state, zone, page)
    return OwnDocument(
        name=page.say(_NAMES[state.document]),
        versions=tuple(
            LegalVersion(
                name=page.say(Phrase("Version {version}"), version=isolated(version)),
                href=documents.address_of(state.document, version, page.language) or "",
                state=text,
            )
            for version, text in versions
        ),
    )


def _versions(state: DocumentState, zone: str, page: Page) -> Iterator[tuple[str, str]]:
    if state.missing and state.current_version is not None:
        yield state.current_version, page.say(Phrase("Not accepted yet"))
    for each in state.acceptances:
        yield each.document_version, _accepted(each, zone, page)


def _accepted(acceptance: Acceptance, zone: str, page: Page) -> str:
    at = page.say.values.time(LocalTime(acceptance.accepted_at, zone))
    return page.say(Phrase("Accepted {time}"), time=at)
