"""The first step: what is to be done."""

from dataclasses import dataclass
from typing import ClassVar

from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import SERVICES, Choice, StepLink, step_links
from entrypoints.web.kit.pages import Page, PageModel


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
    services: tuple[ServiceChoice, ...]
    error: str
    link: str
    """The token of the booking link by which the visitor came."""


def services_page(choice: Choice, facts: ProviderPage, page: Page, *, missing: bool) -> ServicesPage:
    """The page; `missing`: somebody went on without a choice."""
    return ServicesPage(
        title=page.say(Phrase("What would you like?")),
        robots="noindex",
        steps=step_links(SERVICES, choice, facts, page),
        provider=facts.view.profile.display_name,
        action=page.link(f"/book/{facts.view.profile.id}/time"),
        services=tuple(
            ServiceChoice(
                id=str(each.offered.id),
                name=each.offered.name,
                about=each.service.description,
                length=page.formats.length(each.offered.minutes),
                price=page.formats.money(each.offered.price),
                chosen=each.offered.id in choice.services,
            )
            for each in facts.services
        ),
        error=page.say(Phrase("Choose at least one service.")) if missing else "",
        link=choice.link,
    )
