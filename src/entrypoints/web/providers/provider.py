"""What the page of a provider shows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any, ClassVar, Final

from markupsafe import Markup

from booking_domain.files.ports import ObjectLinks
from booking_domain.packages.model import PackageOffer
from booking_domain.plans.model import PlanOffer
from booking_domain.reviews.ports import ReviewView
from booking_domain.scheduling.model import Calendar, Slot
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import OfferedService, ServiceView
from booking_domain.scheduling.slots import slots_in_order
from booking_domain.shared.ids import ServiceId
from booking_domain.shared.time import TimeRange, time_zone
from booking_domain.use_cases.catalogue.queries import ProviderPage as Facts
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.booking.flow import Choice, by_service
from entrypoints.web.components.offers import Offers
from entrypoints.web.kit.hours import DayHours, week_hours
from entrypoints.web.kit.link_pictures import Shown, address_of, shown_of
from entrypoints.web.kit.maps import MapLinks, map_links
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.pictures import Picture, picture_of
from entrypoints.web.kit.policies import policy_sentences
from entrypoints.web.kit.schema_org import json_ld, opening_hours
from entrypoints.web.packages.offers import names_of, packages_of
from entrypoints.web.plans.offers import plans_of
from entrypoints.web.providers.work import WORK_BY, work_path

REVIEWS_SHOWN: Final = 6
_DAYS_SHOWN: Final = 4
_MOST_SLOTS: Final = 600
_SPOKEN: Final = {
    "mn": Phrase("Mongolian"),
    "en": Phrase("English"),
    "fa": Phrase("Persian"),
    "ru": Phrase("Russian"),
    "zh": Phrase("Chinese"),
    "ko": Phrase("Korean"),
    "ja": Phrase("Japanese"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime:
    """A free time that can be booked."""

    text: str
    at: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """A service with its length and price."""

    name: str
    href: str
    """Where its times are; empty of an add-on."""
    about: str
    where: str
    """The venue, with its address; empty at the provider's own place."""
    length: str
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGroup:
    """The services of a category; empty: those without one."""

    category: str
    services: tuple[ServiceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewText:
    """What a customer says."""

    author: str
    when: str
    stars: str
    rating: str
    text: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLink:
    """The first picture of a work, and where its page is."""

    picture: Picture
    href: str


@dataclass(frozen=True, kw_only=True)
class ProviderPage(PageModel):
    """The page of a provider."""

    template: ClassVar = "providers/provider.html"
    subtitle: str
    rating: str
    review_count: str
    pictures: tuple[Picture, ...]
    """The photo, and the pictures of the portfolio."""
    works: tuple[WorkLink, ...]
    bio: str
    services: tuple[ServiceGroup, ...]
    packages: Offers | None
    plans: Offers | None
    free: tuple[FreeTime, ...]
    book: str
    """Where a booking begins; empty: there is no free time."""
    first: str
    """The first free time, beside that."""
    save: str
    """Where it is saved."""
    gift: str
    """Where a gift card of it is bought."""
    no_free: str
    """What stands in place of times."""
    zone: str
    reviews: tuple[ReviewText, ...]
    hours: tuple[DayHours, ...]
    address: str
    maps: MapLinks | None
    salon: str
    salon_href: str
    languages: str
    instagram: str
    deposit: str
    policy: tuple[str, ...]
    data: Markup


def first_slots(schedule: ProviderSchedule, now: datetime) -> list[Slot]:
    """The first slot of each of the next days that have one."""
    calendar, _ = schedule.calendar_at(now)
    window = TimeRange(now, now + timedelta(days=calendar.settings.horizon_days + 1))
    slots = islice(slots_in_order(calendar, schedule.claims, window=window, now=now), _MOST_SLOTS)
    days = groupby(slots, key=lambda slot: slot.start.astimezone(calendar.zone).date())
    return [next(of_day) for _, of_day in islice(days, _DAYS_SHOWN)]


def provider_page(
    facts: Facts,
    slots: Sequence[Slot],
    calendar: Calendar,
    reviews: Sequence[ReviewView],
    page: Page,
    *,
    offers: Sequence[PackageOffer],
    plans: Sequence[PlanOffer],
    links: ObjectLinks,
    now: datetime,
) -> ProviderPage:
    """The page of a provider."""
    say, formats, profile, terms = page.say, page.formats, facts.view.profile, facts.view.terms
    zone = time_zone(facts.view.time_zone)
    today, length = now.astimezone(zone).date(), calendar.settings.duration_minutes
    salon, average = facts.salon, profile.rating.average
    usual = say(WORK_BY, name=profile.display_name)
    shown = [
        (each.item, [picture_of(image, links, alt=each.item.description or usual) for image in each.item.images])
        for each in facts.portfolio
    ]
    works = [picture for _, pictures in shown for picture in pictures]
    photo = [] if profile.photo is None else [picture_of(profile.photo, links, alt=profile.display_name)]
    address = profile.address or ("" if salon is None else ", ".join(filter(None, (salon.address, salon.city))))
    location = profile.location or (None if salon is None else salon.location)
    languages = [say(_SPOKEN[each]) if each in _SPOKEN else each for each in profile.languages]
    return ProviderPage(
        title=profile.display_name,
        accent=profile.accent,
        description=profile.bio[:160] or say(Phrase("Free times, services and prices.")),
        picture=address_of(link_picture(facts, page), f"/providers/{profile.slug}", page),
        subtitle=_subtitle(facts, page),
        rating="" if average is None else formats.rating(average),
        review_count="" if average is None else say.count(_REVIEWS, profile.rating.count),
        pictures=(*photo, *works),
        works=tuple(WorkLink(picture=pictures[0], href=page.link(work_path(facts, item))) for item, pictures in shown),
        bio=profile.bio,
        services=tuple(_services(facts, length, page)),
        packages=packages_of(offers, names_of(facts.services), page),
        plans=plans_of(plans, names_of(facts.services), page),
        free=tuple(
            FreeTime(
                text=formats.moment(local, today),
                at=local.isoformat(),
                href=_steps(page, facts, facts.quickest, length, slot=local.isoformat()),
            )
            for local in (slot.start.astimezone(zone) for slot in slots)
        ),
        book=page.link(f"/book/{profile.id}") if slots else "",
        first=say(Phrase("Next free time: {time}"), time=formats.moment(slots[0].start.astimezone(zone), today))
        if slots
        else "",
        save=page.link(f"/saved/{profile.id}"),
        gift=page.link("/gift-cards/new", provider=profile.id),
        no_free="" if slots else say(Phrase("No free time at the moment.")),
        zone=formats.zone(facts.view.time_zone),
        reviews=tuple(_review(each, page) for each in reviews),
        hours=week_hours(calendar.rules, page, today),
        address=address,
        maps=None if location is None else map_links(location),
        salon="" if salon is None else salon.name,
        salon_href="" if salon is None else page.link(f"/salons/{salon.slug}"),
        languages=say.values.listed(languages),
        instagram=profile.instagram,
        deposit=_payment(facts, page),
        policy=tuple(policy_sentences(terms.cancellation, say)),
        data=json_ld(
            _schema_org(facts, page, [each.url for each in photo + works][:6], address)
            | {"openingHoursSpecification": opening_hours(calendar.rules, today)}
        ),
    )


def link_picture(facts: Facts, page: Page) -> Shown:
    """What others show beside a link to the page."""
    profile, rating = facts.view.profile, facts.view.profile.rating
    works = (image for item in facts.portfolio for image in item.item.images)
    count = page.say.count(_REVIEWS, rating.count)
    return shown_of(
        page,
        title=profile.display_name,
        subtitle=_subtitle(facts, page),
        stars="" if rating.average is None else f"{page.formats.rating(rating.average)} · {count}",
        accent=profile.accent,
        photo=profile.photo or next(works, None),
    )


def _subtitle(facts: Facts, page: Page) -> str:
    styles, salon = page.say.values.listed(page.styles(facts.view.profile.styles[:4])), facts.salon
    return " · ".join(filter(None, (styles, salon.name if salon else "")))


_REVIEWS: Final = Plural("{count} review", "{count} reviews")


def _steps(page: Page, facts: Facts, services: Iterable[ServiceId], minutes: int, *, slot: str = "") -> str:
    """Where services or an appointment of a length are booked: a time is chosen first, unless it is given."""
    choice = Choice(services=tuple(services), minutes=0 if by_service(facts) else minutes)
    return page.link(f"/book/{facts.view.profile.id}/{'you' if slot else 'time'}", **choice.query(slot=slot))


def _services(facts: Facts, default: int, page: Page) -> Iterator[ServiceGroup]:
    """The services by category, add-ons last; the lengths of who is booked by length."""
    terms = facts.view.terms
    if not by_service(facts):
        rows = [
            ServiceRow(
                name=page.say(Phrase("Appointment")),
                href=_steps(page, facts, (), minutes),
                about="",
                where="",
                length=page.formats.length(minutes),
                price=page.formats.money(terms.of_length(minutes).price),
            )
            for minutes in sorted({default, *(each.minutes for each in terms.durations)})
        ]
        yield ServiceGroup(category="", services=tuple(rows))
    by_category: dict[str, list[ServiceView]] = {}
    for each in sorted(facts.services, key=lambda view: view.offered.add_on):
        by_category.setdefault(each.service.category, []).append(each)
    for category, services in by_category.items():
        yield ServiceGroup(
            category=category,
            services=tuple(
                ServiceRow(
                    name=each.offered.name,
                    href="" if each.offered.add_on else _steps(page, facts, (each.offered.id,), 0),
                    about=each.service.description,
                    where=facts.place_of((each.offered,)),
                    length=" · ".join((page.formats.length(each.offered.minutes), *_deposit(each.offered, page))),
                    price=page.formats.money(each.offered.price),
                )
                for each in services
            ),
        )


def _deposit(service: OfferedService, page: Page) -> Iterator[str]:
    if service.deposit:
        yield page.say(Phrase("deposit {amount}"), amount=page.formats.money(service.deposit))


def _payment(facts: Facts, page: Page) -> str:
    """When what is paid."""
    deposit = facts.view.terms.deposit
    if by_service(facts):
        if any(each.offered.deposit for each in facts.services):
            return page.say(Phrase("A deposit, the rest at the appointment"))
    elif deposit:
        amount = page.formats.money(deposit)
        return page.say(Phrase("Deposit {amount}, the rest at the appointment"), amount=amount)
    return page.say(Phrase("Pay at the appointment"))


def _review(view: ReviewView, page: Page) -> ReviewText:
    review = view.review
    return ReviewText(
        author=view.author_name.partition(" ")[0],
        when=page.formats.ago(review.created_at.date()),
        stars="★" * review.rating + "☆" * (5 - review.rating),
        rating=page.say(_STARS, number=page.formats.number(review.rating)),
        text=review.text,
        reply=review.reply or "",
    )


_STARS: Final = Phrase("{number} of 5 stars")


_KINDS: Final = {
    "TattooParlor": ("tattoo", "fine line", "шивээс", "تتو", "تاتو"),
    "NailSalon": ("nail", "manicure", "хумс", "маникюр", "ناخن"),
    "HairSalon": ("hair", "cut", "beard", "braid", "үс", "сахал", "مو", "ریش"),
}
"""Types of schema.org, and what styles and services of such a place are called."""
_ANY_KIND: Final = "HealthAndBeautyBusiness"


def _schema_org(facts: Facts, page: Page, pictures: Sequence[str], address: str) -> dict[str, Any]:
    profile, location = facts.view.profile, facts.view.profile.location
    styles = " ".join((*profile.styles, *(each.offered.name for each in facts.services))).lower()
    data: dict[str, Any] = {
        "@type": next((kind for kind, words in _KINDS.items() if any(word in styles for word in words)), _ANY_KIND),
        "name": profile.display_name,
        "url": f"{page.site.url}{page.link(f'/providers/{profile.slug}')}",
        "description": profile.bio,
        "image": list(pictures),
        "address": address,
        "currenciesAccepted": facts.view.terms.price.currency,
    }
    if location is not None:
        data["geo"] = {"@type": "GeoCoordinates", "latitude": location.lat, "longitude": location.lon}
    if profile.rating.average is not None:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": profile.rating.average,
            "reviewCount": profile.rating.count,
        }
    if facts.services:
        data["hasOfferCatalog"] = {
            "@type": "OfferCatalog",
            "name": page.say(Phrase("Services")),
            "itemListElement": [
                {
                    "@type": "Offer",
                    "price": str(each.offered.price.decimal()),
                    "priceCurrency": each.offered.price.currency,
                    "itemOffered": {"@type": "Service", "name": each.offered.name},
                }
                for each in facts.services
            ],
        }
    return data
