"""`/account/statistics`: the figures of one's profile, and of the salons that one manages."""

from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from booking_domain.catalogue.model import ProfileMissing
from booking_domain.catalogue.salons import Salon, SalonNotFound
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import required
from booking_domain.shared.ids import SalonId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.use_cases.catalogue.queries import get_own_provider
from booking_domain.use_cases.catalogue.salon_queries import list_own_salons
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.statistics.queries import get_own_statistics, get_salon_statistics
from entrypoints.http.kit.injection import Injected
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.pages import Page
from entrypoints.web.statistics.statistics import PATH, Asked, Place, statistics_page, without_figures

_FIGURES: Final = "/api/v1/analytics"


def _of_salon(salon: Salon) -> Place:
    return Place(
        name=salon.name,
        zone=salon.time_zone,
        path=f"{PATH}/{salon.id}",
        figures=f"{_FIGURES}/salons/{salon.id}",
    )


@get(PATH)
async def show_own_statistics(
    page: Injected[Page], *, actor: Injected[Actor], replica_reads: Injected[Reads], clock: Injected[Clock]
) -> Response[Any]:
    """The figures of one's profile; managers are led to their first salon."""
    if actor.role is Role.MANAGER:
        salons = await list_own_salons(actor, replica_reads.salons)
        if salons:
            kept = {name: page.asked(name) for name in ("days", "until")}
            return page.see(page.link(_of_salon(salons[0].salon).path, **kept))
        return page.render(without_figures(page, Phrase("You have no salon yet")), public=False)
    authorise(actor, Permission.SEE_EARNINGS)
    try:
        view = await get_own_provider(actor, replica_reads)
    except ProfileMissing:
        return page.render(without_figures(page, Phrase("You have no profile yet")), public=False)
    profile, now = view.profile, clock.now()
    own = Place(name=profile.display_name, zone=view.time_zone, path=PATH, figures=f"{_FIGURES}/providers/me")
    asked = Asked.of(page, own, now)
    report = await get_own_statistics(actor, asked.query, replica_reads, now=now)
    return page.render(statistics_page(report, asked, own, (own,), page), public=False)


@get(f"{PATH}/{{salon_id:str}}")
async def show_statistics_of_salon(
    salon_id: FromPath[SalonId],
    page: Injected[Page],
    *,
    actor: Injected[Actor],
    reads: Injected[Reads],
    clock: Injected[Clock],
) -> Response[Any]:
    """The figures of a salon that one manages."""
    places = {each.salon.id: _of_salon(each.salon) for each in await list_own_salons(actor, reads.salons)}
    place, now = required(places.get(salon_id), SalonNotFound), clock.now()
    asked = Asked.of(page, place, now)
    report = await get_salon_statistics(actor, salon_id, asked.query, reads, now=now)
    return page.render(statistics_page(report, asked, place, tuple(places.values()), page), public=False)


handlers: Final = (show_own_statistics, show_statistics_of_salon)
