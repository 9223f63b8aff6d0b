"""Provider profiles: approved ones are public, the others are for their owner and admins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.catalogue.model import ProfileAction, ProfileMissing, ProfileStatus, ProviderFilter
from booking_domain.catalogue.salons import Salon
from booking_domain.catalogue.venues import Venue
from booking_domain.files.model import FileOwner, Folder
from booking_domain.files.ports import FileReads
from booking_domain.portfolio.ports import PortfolioView
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.scheduling.services import OfferedService, ServiceView, shortest, venue_of
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.ids import ProviderId, ServiceId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.shared.slugs import id_in, tail_in
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.catalogue.profiles import missing_parts
from booking_domain.use_cases.platform.ports import ProviderReads, Reads
from booking_domain.use_cases.platform.views import ProviderView


async def _get_provider(provider_id: ProviderId, providers: ProviderReads) -> ProviderView:
    """A provider that is public."""
    view = await providers.get(provider_id)
    if view is None or view.profile.status is not ProfileStatus.APPROVED:
        raise ProviderNotFound
    return view


async def _find_provider(slug: str, providers: ProviderReads) -> ProviderView:
    """The public provider of a slug, a former slug or an id. If ids end alike, the whole slug decides."""
    found, tail = id_in(slug), tail_in(slug)
    if found is not None:
        return await _get_provider(ProviderId(found), providers)
    views = [] if tail is None else await providers.with_tail(tail)
    public = [each for each in views if each.profile.published]
    if not public:
        raise ProviderNotFound
    return next((each for each in public if each.profile.slug == slug), public[0])


PORTFOLIO_SHOWN: Final = 12
"""How many items of the portfolio a page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPage:
    """A provider that is public, its salon, its services and its portfolio."""

    view: ProviderView
    salon: Salon | None
    services: tuple[ServiceView, ...]
    """What customers can book, by category and name."""
    venues: tuple[Venue, ...]
    """If one of them is given elsewhere than at the own place: where the provider gives services."""
    portfolio: tuple[PortfolioView, ...]
    """The first items of the portfolio, and one more if there are more than `PORTFOLIO_SHOWN`."""

    def place_of(self, services: Iterable[OfferedService]) -> str:
        """The name and address of the venue where an appointment with these services is; empty at the own place."""
        at = venue_of(services)
        return next((each.place for each in self.venues if each.id == at), "")

    @property
    def quickest(self) -> tuple[ServiceId, ...]:
        """The service that takes the least time, of a provider who is booked by service."""
        service = shortest(view.offered for view in self.services)
        return () if service is None else (service.id,)


async def _get_provider_page(provider_id: ProviderId, reads: Reads) -> ProviderPage:
    view = await _get_provider(provider_id, reads.providers)
    services = tuple(each for each in await reads.services.of_provider(provider_id) if each.bookable)
    elsewhere = any(each.service.venue_id is not None for each in services)
    return ProviderPage(
        view=view,
        salon=await reads.salons.of_provider(provider_id),
        services=services,
        venues=tuple(await reads.venues.of_provider(provider_id)) if elsewhere else (),
        portfolio=tuple(await reads.portfolios.of_provider(provider_id, None, PORTFOLIO_SHOWN + 1)),
    )


async def _list_providers(criteria: ProviderFilter, providers: ProviderReads) -> Sequence[ProviderView]:
    """The providers of a filter that are public, whatever status it names."""
    return await providers.page(replace(criteria, status=ProfileStatus.APPROVED))


async def _get_own_provider(actor: Actor, reads: Reads) -> ProviderView:
    """The actor's provider with its documents and what it lacks, whatever its status, unless it is deleted."""
    view = await reads.providers.by_owner(actor.id)
    if view is None or view.profile.status is ProfileStatus.DELETED:
        raise ProfileMissing
    if view.profile.can(ProfileAction.SUBMIT):
        calendar = await reads.schedules.calendar(view.profile.id)
        view = replace(view, missing=() if calendar is None else missing_parts(calendar))
    return await _with_documents(view, reads.files)


async def _get_profile(actor: Actor, provider_id: ProviderId, reads: Reads) -> ProviderView:
    """Any provider with its documents, for those who decide on profiles."""
    authorise(actor, Permission.DECIDE_ON_PROFILES)
    view = required(await reads.providers.get(provider_id), ProviderNotFound)
    return await _with_documents(view, reads.files)


async def _with_documents(view: ProviderView, files: FileReads) -> ProviderView:
    owner = FileOwner(folder=Folder.DOCUMENTS, id=view.profile.id)
    return replace(view, documents=await files.of(owner))


async def _list_profiles(actor: Actor, criteria: ProviderFilter, providers: ProviderReads) -> Sequence[ProviderView]:
    """The providers of a filter, for those who decide on profiles."""
    authorise(actor, Permission.DECIDE_ON_PROFILES)
    return await providers.page(criteria)


async def _get_time_zone(provider_id: ProviderId, providers: ProviderReads) -> ZoneInfo:
    """The provider's time zone, in which clients may write dates. Not private."""
    view = required(await providers.get(provider_id), ProviderNotFound)
    return time_zone(view.time_zone)


get_provider: Final = Query(_get_provider, (ProviderNotFound,))
find_provider: Final = Query(_find_provider, (ProviderNotFound,))
get_provider_page: Final = Query(_get_provider_page, (ProviderNotFound,))
list_providers: Final = Query(_list_providers)
get_own_provider: Final = Query(_get_own_provider, (ProfileMissing,))
get_profile: Final = Query(_get_profile, (NotPermitted, ProviderNotFound))
list_profiles: Final = Query(_list_profiles, (NotPermitted,))
get_time_zone: Final = Query(_get_time_zone, (ProviderNotFound,))
