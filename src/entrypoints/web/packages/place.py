"""Where a package is used, as pages name it."""

from dataclasses import dataclass

from booking_domain.packages.model import PackageOffer
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.web.packages.offers import Names, names_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The provider or the salon at which a package is used."""

    name: str = ""
    """Empty: the salon was deleted."""
    path: str = ""
    """Of its page; empty: it has none, and sells nothing."""
    book: str = ""
    """Where a visit is booked; empty as well."""
    accent: str = ""
    services: Names


async def place_of(offer: PackageOffer, reads: Reads) -> Place:
    """At whom the package of an offer is used."""
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
