"""What the page of a salon shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from markupsafe import Markup

from booking_domain.files.ports import ObjectLinks
from booking_domain.packages.model import PackageOffer
from booking_domain.plans.model import PlanOffer
from booking_domain.scheduling.services import ServiceView
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.catalogue.salon_queries import SalonPage as Facts
from booking_domain.use_cases.platform.views import ProviderView
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.offers import Offers
from entrypoints.web.kit.hours import DayHours, week_hours
from entrypoints.web.kit.link_pictures import Shown, address_of, shown_of
from entrypoints.web.kit.maps import MapLinks, map_links
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.pictures import Picture, picture_of
from entrypoints.web.kit.schema_org import json_ld, opening_hours
from entrypoints.web.packages.offers import names_of, packages_of
from entrypoints.web.plans.offers import plans_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCard:
    """Somebody who works there."""

    name: str
    href: str
    photo: Picture | None
    initial: str
    styles: str
    rating: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonService:
    """A service of the salon, and what it costs at least."""

    name: str
    about: str
    length: str
    price: str
    by: str
    """Who offers it."""


@dataclass(frozen=True, kw_only=True)
class SalonPage(PageModel):
    """The page of a salon."""

    template: ClassVar = "salons/salon.html"
    city: str
    address: str
    maps: MapLinks | None
    phone: str
    pictures: tuple[Picture, ...]
    members: tuple[MemberCard, ...]
    book: str
    """Where a booking begins; empty: its people are booked on their own pages."""
    gift: str
    """Where a gift card of it is bought."""
    services: tuple[SalonService, ...]
    packages: Offers | None
    plans: Offers | None
    hours: tuple[DayHours, ...]
    zone: str
    data: Markup


def salon_page(
    facts: Facts,
    page: Page,
    *,
    offers: Sequence[PackageOffer],
    plans: Sequence[PlanOffer],
    links: ObjectLinks,
    now: datetime,
) -> SalonPage:
    """The page of a salon."""
    salon = facts.view.salon
    services = names_of(each for each, _ in facts.services)
    names = {view.profile.id: view.profile.display_name for view in facts.providers}
    pictures = tuple(picture_of(each, links, alt=salon.name) for each in salon.photos)
    address = ", ".join(filter(None, (salon.address, salon.city)))
    today = now.astimezone(time_zone(salon.time_zone)).date()
    return SalonPage(
        title=salon.name,
        description=page.say(Phrase("{salon}: team, services, prices and opening hours."), salon=salon.name),
        picture=address_of(link_picture(facts, page), f"/salons/{salon.slug}", page),
        city=salon.city,
        address=address,
        maps=None if salon.location is None else map_links(salon.location),
        phone=salon.phone,
        pictures=pictures,
        members=tuple(_member(view, page, links) for view in facts.providers),
        gift=page.link("/gift-cards/new", salon=salon.id),
        book=page.link(f"/salons/{salon.slug}/book") if any(offers for _, offers in facts.services) else "",
        services=tuple(_service(each, offers, names, page) for each, offers in facts.services),
        packages=packages_of(offers, services, page),
        plans=plans_of(plans, services, page),
        hours=week_hours(facts.view.hours.rules, page, today),
        zone=page.formats.zone(salon.time_zone),
        data=json_ld(
            {
                "@type": "BeautySalon",
                "name": salon.name,
                "url": f"{page.site.url}{page.link(f'/salons/{salon.slug}')}",
                "address": address,
                "telephone": salon.phone,
                "image": [each.url for each in pictures],
                "openingHoursSpecification": opening_hours(facts.view.hours.rules, today),
                "employee": [{"@type": "Person", "name": name} for name in names.values()],
            }
        ),
    )


def link_picture(facts: Facts, page: Page) -> Shown:
    """What others show beside a link to the page."""
    salon = facts.view.salon
    return shown_of(page, title=salon.name, subtitle=salon.city, photo=next(iter(salon.photos), None))


def _member(view: ProviderView, page: Page, links: ObjectLinks) -> MemberCard:
    profile = view.profile
    return MemberCard(
        name=profile.display_name,
        href=page.link(f"/providers/{profile.slug}"),
        photo=None if profile.photo is None else picture_of(profile.photo, links),
        initial=profile.display_name[:1],
        styles=" · ".join(page.styles(profile.styles[:3])),
        rating="" if profile.rating.average is None else page.formats.rating(profile.rating.average),
    )


def _service(
    each: ServiceView, offers: Sequence[ServiceView], names: Mapping[ProviderId, str], page: Page
) -> SalonService:
    offered = [offer.offered for offer in offers] or [each.offered]
    cheapest = min((offer.price for offer in offered), key=lambda price: price.amount)
    price = page.formats.money(cheapest)
    if len({offer.price.amount for offer in offered}) > 1:
        price = page.say(Phrase("from {price}"), price=price)
    by = [names[offer.offer.provider_id] for offer in offers if offer.offer and offer.offer.provider_id in names]
    return SalonService(
        name=each.service.name,
        about=each.service.description,
        length=page.formats.length(min(offer.minutes for offer in offered)),
        price=price,
        by=page.say.values.listed(by),
    )
