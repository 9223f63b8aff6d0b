"""Booking in a salon: a service, then a person or anybody who is free."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.identity.legal import LegalDocuments
from booking_domain.notifications.notices import LocalTime
from booking_domain.scheduling.services import OfferedService, Service, length_of
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.money import Money
from booking_domain.use_cases.catalogue.salon_queries import SalonPage as Facts
from booking_domain.use_cases.catalogue.salon_slots import SalonSchedules, salon_slots
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.flow import FREE_TIMES, Choice, StepLink, together
from entrypoints.web.booking.services import ServiceChoice, ServicesPage, missing_text
from entrypoints.web.booking.when import Free, Place
from entrypoints.web.booking.you import Typed, fields_of
from entrypoints.web.components.steps import Steps
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.legal import current_documents, links_of
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.session.sign_in import OTHER_CODE, services_to

_STEPS: Final = (
    (Phrase("Service"), ""),
    (Phrase("Person"), "/person"),
    (Phrase("Time"), "/time"),
    (Phrase("You"), "/you"),
    (Phrase("Summary"), ""),
)
SERVICE, PERSON, TIME, YOU = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChoice:
    """Somebody who can be chosen, or anybody."""

    name: str
    about: str
    href: str


@dataclass(frozen=True, kw_only=True)
class PersonPage(PageModel):
    """A person, or anybody who is free."""

    template: ClassVar = "booking/person.html"
    robots: str = "noindex"
    steps: tuple[StepLink, ...]
    summary: str
    people: tuple[PersonChoice, ...]
    none: str
    """What stands in place of people."""


def page_of_salon(facts: Facts) -> str:
    """Its page, without its language."""
    return f"/salons/{facts.view.salon.slug}"


def path_of(facts: Facts) -> str:
    """What the addresses of the steps begin with."""
    return f"{page_of_salon(facts)}/book"


def chosen(choice: Choice, facts: Facts) -> bool:
    """Whether the services can be booked together, and all of them are of the salon."""
    services = _chosen(choice, facts)
    return len(services) == len(set(choice.services)) and together(services)


def _chosen(choice: Choice, facts: Facts) -> list[Service]:
    return [each.service for each, _ in facts.services if each.service.id in choice.services]


def steps_of_salon(at: int, choice: Choice, facts: Facts, page: Page) -> tuple[StepLink, ...]:
    """The steps, those before the present one as links."""
    return tuple(
        StepLink(
            text=page.say(name),
            href=page.link(f"{path_of(facts)}{path}", **choice.query()) if number < at else "",
            current=number == at,
            done=number < at,
        )
        for number, (name, path) in enumerate(_STEPS)
        if number != YOU or not choice.signed_in
    )


def salon_services_page(choice: Choice, facts: Facts, page: Page, *, missing: bool) -> ServicesPage:
    """The services that somebody offers, at their lowest prices."""

    def listed() -> Iterator[ServiceChoice]:
        for each, offers in sorted(facts.services, key=lambda service: service[0].service.add_on):
            if offers:
                cheapest = min((offer.offered for offer in offers), key=lambda offered: offered.price.amount)
                price = page.formats.money(cheapest.price)
                several = len({offer.offered.price.amount for offer in offers}) > 1
                yield ServiceChoice(
                    id=str(each.service.id),
                    name=each.service.name,
                    about=each.service.description,
                    length=page.formats.length(min(offer.offered.minutes for offer in offers)),
                    price=page.say(Phrase("from {price}"), price=price) if several else price,
                    chosen=each.service.id in choice.services,
                )

    return ServicesPage(
        title=page.say(Phrase("What would you like?")),
        main=page_of_salon(facts),
        description=page.say(FREE_TIMES, name=facts.view.salon.name),
        steps=steps_of_salon(SERVICE, choice, facts, page),
        provider=facts.view.salon.name,
        action=page.link(f"{path_of(facts)}/person"),
        field="service",
        services=tuple(listed()),
        error=missing_text(_chosen(choice, facts), page) if missing else "",
        button=page.say(Phrase("Choose a person")),
        hidden=choice.hidden(service=None, slot=None),
    )


def person_page(choice: Choice, facts: Facts, page: Page) -> PersonPage:
    """Who offers all that was chosen; anybody of them comes first."""
    people = tuple(_people(choice, facts, page))
    anybody = PersonChoice(
        name=page.say(Phrase("Anybody who is free")),
        about=page.say(Phrase("The most free times")),
        href=page.link(f"{path_of(facts)}/time", **choice.query()),
    )
    return PersonPage(
        title=page.say(Phrase("With whom?")),
        steps=steps_of_salon(PERSON, choice, facts, page),
        summary=_summary(choice, facts),
        people=(anybody, *people) if people else (),
        none="" if people else page.say(Phrase("Nobody offers all of this. Choose fewer services.")),
    )


def place_of_salon(choice: Choice, facts: Facts, page: Page) -> Place:
    """The times of anybody in the salon."""
    return Place(
        path=path_of(facts),
        time_zone=facts.view.salon.time_zone,
        steps=steps_of_salon(TIME, choice, facts, page),
        summary=_summary(choice, facts),
        page=page_of_salon(facts),
        description=page.say(FREE_TIMES, name=facts.view.salon.name),
        waits=False,
    )


def salon_you_page(
    choice: Choice, facts: Facts, start: datetime, typed: Typed, page: Page, *, documents: LegalDocuments
) -> FormPage:
    """Who books."""
    say = page.say
    path = f"{path_of(facts)}/you"
    before = page.link(path, **choice.query(slot=start.isoformat()))
    here = before.removeprefix(f"/{page.language}")
    return FormPage(
        title=say(Phrase("Almost done")),
        steps=Steps(label=say(Phrase("Steps")), steps=steps_of_salon(YOU, choice, facts, page)),
        lead=_summary(choice, facts),
        facts=(say.values.time(LocalTime(start, facts.view.salon.time_zone)),),
        action=page.link(path),
        fields=(
            *(hidden(*each) for each in choice.hidden(day=None, slot=start.isoformat())),
            *fields_of(typed, documents, page),
        ),
        button=say(Phrase("Continue")) if typed.code_sent else say(Phrase("Send me a code")),
        ways=() if typed.code_sent else services_to(here, page),
        links=((say(OTHER_CODE), before),)
        if typed.code_sent
        else (
            *links_of(current_documents(documents), documents, page),
            (say(Phrase("Sign in another way")), page.link("/sign-in", next=here)),
        ),
    )


def salon_keep_page(choice: Choice, facts: Facts, start: datetime, page: Page, *, csrf: str) -> FormPage:
    """The chosen time of who has signed in meanwhile: no GET keeps it for them."""
    say = page.say
    return FormPage(
        title=say(Phrase("Almost done")),
        lead=_summary(choice, facts),
        facts=(say.values.time(LocalTime(start, facts.view.salon.time_zone)),),
        action=page.link(f"{path_of(facts)}/hold"),
        fields=(hidden("csrf", csrf), *(hidden(*each) for each in choice.hidden(day=None, slot=start.isoformat()))),
        button=say(Phrase("Continue")),
        links=((say(Phrase("Choose another time")), page.link(f"{path_of(facts)}/time", **choice.query(slot=None))),),
    )


def free_in_salon(schedules: SalonSchedules, now: datetime) -> Free:
    """What somebody of the salon has free."""
    found = salon_slots(schedules, now=now)
    starts = tuple(dict.fromkeys(slot.start for slot, _ in found.slots))
    places: Counter[datetime] = Counter()
    for slot, left in found.places.items():
        places[slot.start] += left
    return Free(next(iter(starts), None), starts, places)


def _people(choice: Choice, facts: Facts, page: Page) -> Iterator[PersonChoice]:
    offered: dict[ProviderId, list[OfferedService]] = {}
    for each, offers in facts.services:
        for offer in offers if each.service.id in choice.services else ():
            if offer.offer is not None:
                offered.setdefault(offer.offer.provider_id, []).append(offer.offered)
    for view in facts.providers:
        theirs: Sequence[OfferedService] = offered.get(view.profile.id, ())
        if len(theirs) == len(set(choice.services)):
            price = Money(amount=sum(each.price.amount for each in theirs), currency=theirs[0].price.currency)
            length = page.formats.length(length_of(theirs))
            yield PersonChoice(
                name=view.profile.display_name,
                about=f"{length} · {page.formats.money(price)}",
                href=page.link(f"/book/{view.profile.id}/time", **choice.query()),
            )


def _summary(choice: Choice, facts: Facts) -> str:
    names = [each.service.name for each, _ in facts.services if each.service.id in choice.services]
    return isolated(facts.view.salon.name, *names)
