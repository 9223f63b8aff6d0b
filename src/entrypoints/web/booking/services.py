"""The first step: what is to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.scheduling.services import ClassAlone, OfferedService, OnlyAddOns, Service, SeveralVenues
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import FREE_TIMES, MINUTES, SERVICES, Choice, StepLink, has_class, page_of, step_links
from entrypoints.web.kit.pages import Page, PageModel

CHOOSE_A_TIME: Final = Phrase("Choose a time")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChoice:
    """A service that can be chosen."""

    id: str
    name: str
    about: str
    length: str
    price: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class ServicesPage(PageModel):
    """What is to be done."""

    template: ClassVar = "booking/services.html"
    steps: tuple[StepLink, ...]
    provider: str
    action: str
    field: str
    services: tuple[ServiceChoice, ...]
    error: str
    button: str
    hidden: tuple[tuple[str, str], ...]
    """What was chosen before, and is not chosen here."""


def services_page(choice: Choice, facts: ProviderPage, page: Page, *, missing: bool) -> ServicesPage:
    """The page; `missing`: somebody went on without a choice."""
    return ServicesPage(
        title=page.say(Phrase("What would you like?")),
        accent=facts.view.profile.accent,
        main=page_of(facts),
        description=page.say(FREE_TIMES, name=facts.view.profile.display_name),
        steps=step_links(SERVICES, choice, facts, page),
        provider=facts.view.profile.display_name,
        action=page.link(f"/book/{facts.view.profile.id}/time"),
        field="service",
        services=tuple(
            ServiceChoice(
                id=str(each.offered.id),
                name=each.offered.name,
                about=" · ".join(filter(None, (facts.place_of((each.offered,)), each.service.description))),
                length=page.formats.length(each.offered.minutes),
                price=page.formats.money(each.offered.price),
                chosen=each.offered.id in choice.services,
            )
            for each in sorted(facts.services, key=lambda view: view.offered.add_on)
        ),
        error=missing_text(choice.offered(facts), page) if missing else "",
        button=page.say(CHOOSE_A_TIME),
        hidden=choice.hidden(service=None, slot=None, minutes=None),
    )


def missing_text(chosen: Sequence[OfferedService | Service], page: Page) -> str:
    """What is wrong with services that cannot be booked together."""
    if not chosen:
        return page.say(Phrase("Choose at least one service."))
    if all(each.add_on for each in chosen):
        return page.say.error(OnlyAddOns())
    return page.say.error(ClassAlone() if has_class(chosen) else SeveralVenues())


def lengths_page(choice: Choice, facts: ProviderPage, default: int, page: Page, *, missing: bool) -> ServicesPage:
    """How long an appointment takes, of a provider who is booked by length; `default`: the length that all have."""
    terms = facts.view.terms
    return ServicesPage(
        title=page.say(Phrase("How long?")),
        accent=facts.view.profile.accent,
        main=page_of(facts),
        description=page.say(FREE_TIMES, name=facts.view.profile.display_name),
        steps=step_links(SERVICES, choice, facts, page),
        provider=facts.view.profile.display_name,
        action=page.link(f"/book/{facts.view.profile.id}/time"),
        field=MINUTES,
        services=tuple(
            ServiceChoice(
                id=str(minutes),
                name=page.formats.length(minutes),
                about="",
                length="",
                price=page.formats.money(terms.of_length(minutes).price),
                chosen=minutes == (choice.minutes or default),
            )
            for minutes in sorted({default, *(each.minutes for each in terms.durations)})
        ),
        error=page.say(Phrase("Choose a length.")) if missing else "",
        button=page.say(CHOOSE_A_TIME),
        hidden=choice.hidden(service=None, slot=None, minutes=None),
    )
