"""Who may book for oneself: the consents that one has given, and the page of a provider's link that asks for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.bookings.consents import ConsentStatus, ConsentView
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel

PATH: Final = "/account/consents"
_DONE: Final = {
    "granted": Phrase("They can book for you now."),
    "revoked": Phrase("They cannot book for you any more."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenConsent:
    """A provider who may book, or may not any more."""

    name: str
    state: str
    revoke: str
    """Where it is taken back; empty: it is."""


@dataclass(frozen=True, kw_only=True)
class ConsentsPage(PageModel):
    """Who may book for oneself."""

    template: ClassVar = "account/consents.html"
    robots: str = "noindex"
    done: str
    consents: tuple[GivenConsent, ...]
    csrf: Field
    account: str


def consents_page(given: Sequence[ConsentView], page: Page, *, csrf: str) -> ConsentsPage:
    """The page."""
    say, done = page.say, page.asked("done")
    return ConsentsPage(
        title=say(Phrase("Who may book for you")),
        done=say(_DONE[done]) if done in _DONE else "",
        consents=tuple(_given(each, page) for each in given),
        csrf=hidden("csrf", csrf),
        account=page.link("/account"),
    )


def _given(view: ConsentView, page: Page) -> GivenConsent:
    granted = view.consent.status is ConsentStatus.GRANTED
    return GivenConsent(
        name=view.provider_name,
        state=page.say(Phrase("May book for you")) if granted else page.say(Phrase("May not book for you")),
        revoke=page.link(f"{PATH}/{view.consent.provider_id}/revoke") if granted else "",
    )


def consent_page(facts: ProviderPage, code: str, page: Page, *, csrf: str) -> FormPage:
    """The question that a link of a provider leads to."""
    say, name = page.say, facts.view.profile.display_name
    return FormPage(
        title=say(Phrase("May {name} book for you?"), name=name),
        facts=(
            say(Phrase("You are told of each booking, and can cancel it.")),
            say(Phrase("You can take this back at any time in your account.")),
        ),
        action=page.link(f"/consent/{facts.view.profile.id}/{code}"),
        fields=(hidden("csrf", csrf),),
        button=say(Phrase("Yes, they may")),
        links=((say(Phrase("No")), page.link("/")),),
    )
