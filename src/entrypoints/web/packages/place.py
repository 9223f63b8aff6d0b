"""Where a package or a plan is used, as pages name it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from booking_domain.packages.model import Package, PackageOffer
from booking_domain.plans.model import Plan, PlanOffer
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.web.kit.pages import Page
from entrypoints.web.packages.offers import Names, names_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The provider or the salon at which it is used."""

    name: str = ""
    """Empty: the salon was deleted."""
    path: str = ""
    """Of its page; empty: it has none, and sells nothing."""
    book: str = ""
    """Where a visit is booked; empty as well."""
    accent: str = ""
    services: Names


Link = tuple[str, str]
"""A name, and the address of its page."""


async def place_of(offer: PackageOffer | PlanOffer, reads: Reads) -> Place:
    """At whom what is offered is used."""
    if offer.salon_id is not None:
        salon = await reads.salons.get(offer.salon_id)
        if salon is None:
            return Place(services={})
        path = f"/salons/{salon.salon.slug}"
        services = names_of(await reads.services.of_salon(offer.salon_id))
        return Place(name=salon.salon.name, path=path, book=path, services=services)
    view = None if offer.provider_id is None else await reads.providers.get(offer.provider_id)
    if view is None:
        return Place(services={})
    profile = view.profile
    return Place(
        name=profile.display_name,
        path=f"/providers/{profile.slug}" if profile.published else "",
        book=f"/book/{profile.id}" if profile.published else "",
        accent=profile.accent,
        services=names_of(await reads.services.of_provider(profile.id)),
    )


async def places_of(held: Sequence[Package] | Sequence[Plan], page: Page, reads: Reads) -> Mapping[UUID | None, Link]:
    """At whom packages or plans are used, by the ids of providers and salons."""
    views = await reads.providers.of_all([each.provider_id for each in held if each.provider_id is not None])
    salon_ids = {each.salon_id for each in held if each.salon_id is not None}
    salons = [view.salon for each in salon_ids if (view := await reads.salons.get(each)) is not None]
    found: dict[UUID | None, Link] = {
        each.profile.id: (each.profile.display_name, page.link(f"/providers/{each.profile.slug}")) for each in views
    }
    return found | {each.id: (each.name, page.link(f"/salons/{each.slug}")) for each in salons}
