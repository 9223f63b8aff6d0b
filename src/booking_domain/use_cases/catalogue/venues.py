"""Venues: add, change and delete those of one's profile, and see those of any provider."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from booking_domain.catalogue.model import Location, ProfileMissing
from booking_domain.catalogue.venues import (
    MAX_VENUES,
    TooManyVenues,
    Venue,
    VenueInUse,
    VenueNotFound,
    VenueReads,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, StaleVersion, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import ProviderId, VenueId
from booking_domain.shared.permissions import Permission, may, owned
from booking_domain.shared.queries import Query
from booking_domain.shared.unset import UNSET, Unset, changed
from booking_domain.shared.user_texts import require_plain_name
from booking_domain.shared.versions import ExpectedVersion, require_expected_version
from booking_domain.use_cases.platform.ports import ProviderReads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class AddVenue:
    """Add a venue to the actor's profile: at most `MAX_VENUES`."""

    name: str
    address: str = ""
    location: Location | None = None

    def __post_init__(self) -> None:
        require_plain_name(self.name, field="name")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditVenue:
    """Change a venue. Bookings at it show what it is called now, and where it is."""

    venue_id: VenueId
    name: str | Unset = UNSET
    address: str | Unset = UNSET
    location: Location | Unset | None = UNSET
    expected_version: ExpectedVersion = None

    def __post_init__(self) -> None:
        require_plain_name(self.name, field="name")


async def _add(command: AddVenue, tx: Repositories, context: UseCaseContext) -> Venue:
    provider_id = required(await tx.calendars.lock_provider_of(context.actor.id), ProfileMissing)
    if len(await tx.venues.of_provider(provider_id)) >= MAX_VENUES:
        raise TooManyVenues
    venue = Venue(
        id=VenueId(context.entropy.new_id()),
        provider_id=provider_id,
        name=command.name,
        address=command.address,
        location=command.location,
        created_at=context.now,
    )
    await tx.venues.add(venue)
    return venue


async def _edit(command: EditVenue, tx: Repositories, context: UseCaseContext) -> Venue:
    before = await _own(command.venue_id, tx, context)
    require_expected_version(before.version, command.expected_version)
    after = replace(changed(before, command), version=before.version + 1)
    await tx.venues.save(after, was=before)
    return after


async def _remove(venue_id: VenueId, tx: Repositories, context: UseCaseContext) -> None:
    """Its ways end with it."""
    venue = await _own(venue_id, tx, context)
    if uses := await tx.venues.count_uses(venue):
        raise VenueInUse(uses=uses)
    calendar = required(await tx.calendars.calendar_of(venue.provider_id), VenueNotFound)
    ways = tuple(way for way in calendar.settings.ways if str(venue_id) not in way.venues)
    if ways != calendar.settings.ways:
        settings = replace(calendar.settings, ways=ways)
        await tx.calendars.save_settings(venue.provider_id, calendar.time_zone, settings)
    await tx.venues.remove(venue_id)


async def _own(venue_id: VenueId, tx: Repositories, context: UseCaseContext) -> Venue:
    """Lock the provider of a venue that the actor may change, and return the venue, or raise `VenueNotFound`."""
    venue = required(await tx.venues.get(venue_id), VenueNotFound)
    owner_id = required(await tx.profiles.get(venue.provider_id), VenueNotFound).owner_id
    if not may(context.actor, Permission.MANAGE_SERVICES, owned(context.actor, owner_id)):
        raise VenueNotFound
    await tx.calendars.lock_provider_of(owner_id)
    return required(await tx.venues.get(venue_id), VenueNotFound)


async def _list(
    actor: Actor | None, provider_id: ProviderId, venues: VenueReads, providers: ProviderReads
) -> Sequence[Venue]:
    """The venues of a published provider, or of one's own profile, by name and id; of others none."""
    return await venues.of_provider(provider_id) if await _visible(provider_id, actor, providers) else ()


async def _get(actor: Actor | None, venue_id: VenueId, venues: VenueReads, providers: ProviderReads) -> Venue:
    venue = await venues.get(venue_id)
    if venue is None or not await _visible(venue.provider_id, actor, providers):
        raise VenueNotFound
    return venue


async def _visible(provider_id: ProviderId, actor: Actor | None, providers: ProviderReads) -> bool:
    view = await providers.get(provider_id)
    return view is not None and (
        view.profile.published or may(actor, Permission.MANAGE_SERVICES, owned(actor, view.profile.owner_id))
    )


get_venue: Final = Query(_get, (VenueNotFound,))
list_venues: Final = Query(_list)
add_venue: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _add,
    lambda _, venue: Subject("venue", venue.id),
    raises=(ProfileMissing, TooManyVenues, InvalidValue),
)
edit_venue: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _edit,
    lambda command, _: Subject("venue", command.venue_id),
    audited_as="venue.edit",
    raises=(VenueNotFound, InvalidValue, StaleVersion),
)
remove_venue: Final = UseCase(
    Permission.MANAGE_SERVICES,
    _remove,
    lambda venue_id, _: Subject("venue", venue_id),
    audited_as="venue.remove",
    raises=(VenueNotFound, VenueInUse),
)
