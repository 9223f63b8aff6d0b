"""The services that sign in to one's account, and the pages to link and to unlink one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.model import User
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import DomainError
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.account.proof import proof_fields
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.session.services import NAMES, answer_fields

PATH: Final = "/account/services"
_DONE: Final = {
    "linked": Phrase("The service is linked: you can sign in with it."),
    "unlinked": Phrase("The service is unlinked."),
    "left": Phrase("No service was linked."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnService:
    """A service, and whether it signs in to the account."""

    name: str
    value: str
    state: str
    begin: str
    """Where a form begins to link it; empty: it cannot be linked here, or a page is before it."""
    ask: str
    """The page that is before linking it."""
    unlink: str
    """The page to unlink it; empty: it is not linked."""


@dataclass(frozen=True, kw_only=True)
class ServicesPage(PageModel):
    """The services that sign in to one's account."""

    template: ClassVar = "account/services.html"
    robots: str = "noindex"
    done: str
    error: str
    services: tuple[OwnService, ...]
    csrf: Field
    account: str


def offered(page: Page) -> tuple[IdentityProvider, ...]:
    """The services that the platform has."""
    return (*page.site.services, *((IdentityProvider.TELEGRAM,) if page.site.bot else ()))


def services_page(
    user: User, linked: Sequence[ExternalIdentity], page: Page, *, csrf: str, error: DomainError | None = None
) -> ServicesPage:
    """The page; a service that the platform does not have any more can be unlinked."""
    say, done = page.say, page.asked("done")
    own = {each.provider: each for each in linked}
    return ServicesPage(
        title=say(Phrase("Google, Apple and Telegram")),
        done=say(_DONE[done]) if done in _DONE and error is None else "",
        error="" if error is None else say.error(error),
        services=tuple(
            _service(each, own.get(each), user, page)
            for each in IdentityProvider
            if each in own or each in offered(page)
        ),
        csrf=hidden("csrf", csrf),
        account=page.link("/account"),
    )


def _service(service: IdentityProvider, linked: ExternalIdentity | None, user: User, page: Page) -> OwnService:
    say = page.say
    telegram = service is IdentityProvider.TELEGRAM
    if linked is None:
        state = say(Phrase("Not linked"))
    else:
        since = say.values.time(LocalTime(linked.linked_at, user.time_zone))
        state = say(Phrase("Linked since {time}"), time=since)
    return OwnService(
        name=say(NAMES[service]),
        value=service.value,
        state=state,
        begin="" if linked or telegram else page.link(f"{PATH}/link"),
        ask=page.link(f"{PATH}/telegram") if telegram and not linked else "",
        unlink=page.link(f"{PATH}/{service.value}/unlink") if linked else "",
    )


def link_page(user: User, service: IdentityProvider, page: Page, *, csrf: str, form: Form | None = None) -> FormPage:
    """The question before a service is linked, from which the person is just back."""
    say, name = page.say, page.say(NAMES[service])
    return FormPage(
        title=say(Phrase("Link {service}?"), service=name),
        facts=(
            say(Phrase("Then you can sign in to this account with {service}."), service=name),
            say(Phrase("All other devices are signed out.")),
        ),
        action=page.link(f"{PATH}/returned"),
        fields=(*answer_fields(page, form), *proof_fields(user, page, csrf)),
        button=say(Phrase("Link")),
        links=((say(Phrase("Back")), page.link(PATH)),),
    )


def telegram_page(user: User, page: Page, *, csrf: str) -> FormPage:
    """The question before Telegram is linked, which ends in the chat with the bot."""
    say, name = page.say, page.say(NAMES[IdentityProvider.TELEGRAM])
    return FormPage(
        title=say(Phrase("Link {service}?"), service=name),
        facts=(
            say(Phrase("You get a link to our bot. Open it, and press Start.")),
            say(Phrase("Then you get messages there, can book, and can sign in.")),
            say(Phrase("All other devices are signed out.")),
        ),
        action=page.link(f"{PATH}/telegram"),
        fields=proof_fields(user, page, csrf),
        button=say(Phrase("Continue")),
        links=((say(Phrase("Back")), page.link(PATH)),),
    )


def unlink_page(user: User, service: IdentityProvider, page: Page, *, csrf: str) -> FormPage:
    """The question before a service is unlinked."""
    say, name = page.say, page.say(NAMES[service])
    return FormPage(
        title=say(Phrase("Unlink {service}?"), service=name),
        facts=(
            say(Phrase("You cannot sign in with {service} any more."), service=name),
            say(Phrase("All other devices are signed out.")),
        ),
        action=page.link(f"{PATH}/{service.value}/unlink"),
        fields=proof_fields(user, page, csrf),
        button=say(Phrase("Unlink")),
        links=((say(Phrase("Back")), page.link(PATH)),),
    )
