"""The JSON of salons."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import UNSET, Meta, UnsetType, structs
from msgspec.json import encode

from booking_domain.catalogue.model import MAX_ADDRESS
from booking_domain.catalogue.salons import (
    MAX_CITY,
    MAX_EMAIL,
    MAX_INSTRUCTIONS,
    MAX_MEMBERS,
    MAX_SALON_NAME,
    MAX_SALONS_PER_MANAGER,
    Member,
    MemberStatus,
    Salon,
)
from booking_domain.files.model import FOLDERS, Folder
from booking_domain.files.ports import ObjectLinks
from booking_domain.scheduling.model import DateException
from booking_domain.scheduling.services import ServiceView
from booking_domain.scheduling.weekly import WeeklyRule
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.shared.turns import EQUAL, MAX_PRIORITY, MAX_WEIGHT
from booking_domain.use_cases.catalogue.salon_queries import SalonPage
from booking_domain.use_cases.catalogue.salon_slots import MAX_OFFERS, SalonSchedules, salon_slots
from booking_domain.use_cases.catalogue.salons import (
    MAX_SALON_EXCEPTIONS,
    MAX_SALON_RULES,
    EditSalon,
    OpenSalon,
    SetSalonHours,
)
from booking_domain.use_cases.platform.views import Invitation, ManagedSalon, MemberView, SalonView
from entrypoints.http.availability.schemas import ExceptionBody, HoursJson, rule_command
from entrypoints.http.kit.answers import Answer
from entrypoints.http.kit.exporting import ExportSource, value
from entrypoints.http.kit.fields import Body, Json, Query, Timestamp, ZoneName, one_of, parts_of
from entrypoints.http.kit.images import ImageJson, picture_json
from entrypoints.http.kit.points import PointBody, PointJson, location_of, point_json
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.weekly_rules import RuleBody
from entrypoints.http.providers.schemas import (
    PROVIDER_ID,
    ProviderJson,
    in_zone,
    provider_json,
    slot_json,
)
from entrypoints.http.services.schemas import ServiceJson, service_json

MAX_PHOTOS: Final = FOLDERS[Folder.SALON_PHOTOS].most
SalonName = Annotated[str, Meta(min_length=1, max_length=MAX_SALON_NAME)]


Address = Annotated[str, Meta(max_length=MAX_ADDRESS)]
City = Annotated[str, Meta(max_length=MAX_CITY)]
SalonPhone = Annotated[
    str, Meta(max_length=32, description="E.164, or a local format of the platform's country; empty for none.")
]
SalonEmail = Annotated[str, Meta(max_length=MAX_EMAIL, description="Empty for none.")]
Instructions = Annotated[str, Meta(max_length=MAX_INSTRUCTIONS)]
DEFAULT_RADIUS_KM: Final = 10


class OpenSalonBody(Body, frozen=True, kw_only=True):
    """A new salon."""

    name: SalonName
    time_zone: ZoneName
    address: Address = ""
    city: City = ""
    location: PointBody | UnsetType = UNSET
    phone: SalonPhone = ""
    email: SalonEmail = ""
    instructions: Instructions = ""


class EditSalonBody(Body, frozen=True, kw_only=True):
    """Changes of a salon; omitted members keep their values."""

    name: SalonName | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    city: City | UnsetType = UNSET
    location: PointBody | UnsetType = UNSET
    phone: SalonPhone | UnsetType = UNSET
    email: SalonEmail | UnsetType = UNSET
    instructions: Instructions | UnsetType = UNSET
    photo_file_ids: Annotated[tuple[FileId, ...], Meta(max_length=MAX_PHOTOS)] | UnsetType = UNSET
    """Files of the folder `salon-photos`, in this order; other photos of the salon are deleted."""


class SalonHoursBody(Body, frozen=True, kw_only=True):
    """All opening hours of a salon, in its time zone."""

    rules: Annotated[tuple[RuleBody, ...], Meta(max_length=MAX_SALON_RULES)]
    exceptions: Annotated[tuple[ExceptionBody, ...], Meta(max_length=MAX_SALON_EXCEPTIONS)] = ()


open_command: Final = projection(OpenSalonBody, OpenSalon, location=location_of)
edit_members: Final = members(EditSalonBody, EditSalon, given=("salon_id", "expected_version"), location=location_of)
hours_members: Final = members(
    SalonHoursBody,
    SetSalonHours,
    given=("salon_id", "expected_version"),
    rules=rule_command,
    exceptions=lambda body: parts_of("exceptions", body.exceptions, ExceptionBody.command),
)


class TurnBody(Body, frozen=True, kw_only=True):
    """How a member comes to the appointments that are booked with any provider of the salon."""

    weight: Annotated[int, Meta(ge=1, le=MAX_WEIGHT)] = EQUAL.weight
    """The share of the work, compared with the weights of the other members."""
    priority: Annotated[int, Meta(ge=0, le=MAX_PRIORITY)] = EQUAL.priority
    """Members with a higher one come first, however busy they are."""


class InviteBody(Body, frozen=True, kw_only=True):
    """The provider to invite."""

    provider_id: ProviderId


class SalonJson(Json, frozen=True, kw_only=True):
    """A salon."""

    id: UUID
    slug: str
    manager_id: UUID
    name: str
    time_zone: str
    address: str
    city: str
    location: PointJson | None = None
    phone: str
    email: str
    instructions: str
    """How customers find and enter the salon."""
    photos: Annotated[tuple[ImageJson, ...], Meta(max_length=MAX_PHOTOS)]
    version: int
    created_at: Timestamp


class SalonRuleJson(HoursJson, frozen=True, kw_only=True):
    """A weekly rule."""

    day: int
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: int


class SalonExceptionJson(Json, frozen=True, kw_only=True):
    """Other hours for one date, or none."""

    date: date
    closed: Literal[True] | None = None
    ranges: tuple[HoursJson, ...] | None = None


class SalonHoursJson(Json, frozen=True, kw_only=True):
    """The opening hours of a salon."""

    time_zone: str
    rules: Annotated[tuple[SalonRuleJson, ...], Meta(max_length=MAX_SALON_RULES)]
    exceptions: Annotated[tuple[SalonExceptionJson, ...], Meta(max_length=MAX_SALON_EXCEPTIONS)]


class MemberOfferJson(Json, frozen=True, kw_only=True):
    """A member who can be booked for a service, with length and price."""

    provider_id: UUID
    duration_minutes: int
    price_amount: int
    deposit_amount: int


class SalonServiceJson(ServiceJson, frozen=True, kw_only=True):
    """A service of the salon, and the published members who offer it."""

    offers: Annotated[tuple[MemberOfferJson, ...], Meta(max_length=MAX_MEMBERS)]
    """The providers who offer the service."""


class SalonPageJson(SalonJson, frozen=True, kw_only=True):
    """A salon, its opening hours, its active services and its published members, best rated first."""

    hours: SalonHoursJson
    """The weekly opening hours."""
    services: tuple[SalonServiceJson, ...]
    providers: Annotated[tuple[ProviderJson, ...], Meta(max_length=MAX_MEMBERS)]
    """The providers."""


class MemberJson(Json, frozen=True, kw_only=True):
    """A provider of a salon; `invited` until the provider has accepted."""

    provider_id: UUID
    display_name: str
    status: Annotated[str, one_of(MemberStatus)]


class ManagedMemberJson(MemberJson, frozen=True, kw_only=True):
    """A provider of a salon, as its manager sees it."""

    weight: int
    """The share of the appointments that are booked with any provider, compared with the other members."""
    priority: int
    """Members with a higher one get these appointments first."""


class InvitedJson(Json, frozen=True, kw_only=True):
    """A membership after a change."""

    provider_id: UUID
    status: Annotated[str, one_of(MemberStatus)]


class TurnJson(Json, frozen=True, kw_only=True):
    """How a member comes to the appointments that are booked with any provider of the salon."""

    provider_id: UUID
    weight: int
    """The share of these appointments, compared with the other members."""
    priority: int
    """Members with a higher one get these appointments first."""


class ManagedSalonJson(SalonJson, frozen=True, kw_only=True):
    """A salon of the caller, with its members and invitations."""

    members: Annotated[tuple[ManagedMemberJson, ...], Meta(max_length=MAX_MEMBERS)]
    """The providers of the salon."""


class ManagedSalonsJson(Json, frozen=True, kw_only=True):
    """The salons of the caller."""

    items: Annotated[tuple[ManagedSalonJson, ...], Meta(max_length=MAX_SALONS_PER_MANAGER)]


class InvitationJson(Json, frozen=True, kw_only=True):
    """An invitation to join a salon."""

    salon: SalonJson
    invited_at: Timestamp
    """When the provider was invited."""


class InvitationsJson(Json, frozen=True, kw_only=True):
    """The invitations of the caller, newest first."""

    items: tuple[InvitationJson, ...]


class MembershipJson(Json, frozen=True, kw_only=True):
    """The salon that the caller is a member of."""

    salon: SalonJson | None = None


class OwnSalonsQuery(Query, frozen=True, kw_only=True):
    """`mine`: only the salons that the caller manages. No other list is supported."""

    mine: Literal["", "true"] = "true"


class MembersJson(Json, frozen=True, kw_only=True):
    """The providers of a salon."""

    items: Annotated[tuple[MemberJson, ...], Meta(max_length=MAX_MEMBERS)]


def salon_json(salon: Salon, links: ObjectLinks) -> SalonJson:
    """Show a salon."""
    return SalonJson(**salon_members(salon, links))


def salon_page_json(page: SalonPage, links: ObjectLinks) -> SalonPageJson:
    """Show a salon with its hours and providers."""
    return SalonPageJson(
        **salon_members(page.view.salon, links),
        hours=hours_json(page.view),
        services=tuple(_service_json(service, offers) for service, offers in page.services),
        providers=tuple(provider_json(view, links) for view in page.providers),
    )


def _service_json(service: ServiceView, offers: Sequence[ServiceView]) -> SalonServiceJson:
    return SalonServiceJson(
        **structs.asdict(service_json(service)),
        offers=tuple(
            MemberOfferJson(
                provider_id=view.offer.provider_id,
                duration_minutes=view.offered.minutes,
                price_amount=view.offered.price.amount,
                deposit_amount=view.offered.deposit.amount,
            )
            for view in offers
            if view.offer is not None
        ),
    )


_salon: Final = members(Salon, SalonJson, given=("photos",), location=point_json)


def salon_members(salon: Salon, links: ObjectLinks) -> dict[str, Any]:
    """Return the members of `SalonJson`."""
    return {"photos": tuple(picture_json(photo, links) for photo in salon.photos), **_salon(salon)}


def hours_json(view: SalonView) -> SalonHoursJson:
    """Show a salon's hours."""
    return SalonHoursJson(
        time_zone=view.salon.time_zone,
        rules=tuple(_rule_json(rule) for rule in view.hours.rules),
        exceptions=tuple(_exception_json(exception) for exception in view.hours.exceptions),
    )


invited_json: Final = projection(Member, InvitedJson)
"""Show a membership after a change."""


member_json: Final = projection(MemberView, MemberJson, display_name="name")
"""Show a member."""


_managed_member_json: Final = projection(
    MemberView, ManagedMemberJson, display_name="name", weight="turn.weight", priority="turn.priority"
)


turn_json: Final = projection(Member, TurnJson, weight="turn.weight", priority="turn.priority")
"""Show the turn of a member."""


def managed_salon_json(view: ManagedSalon, links: ObjectLinks) -> ManagedSalonJson:
    """Show a salon to its manager."""
    return ManagedSalonJson(**salon_members(view.salon, links), members=tuple(map(_managed_member_json, view.members)))


def invitation_json(invitation: Invitation, links: ObjectLinks) -> InvitationJson:
    """Show an invitation to the invited provider."""
    return InvitationJson(salon=salon_json(invitation.salon, links), invited_at=invitation.invited_at)


_rule_json: Final = projection(WeeklyRule, SalonRuleJson, start_time=("hours.start", str), end_time=("hours.end", str))


def _exception_json(exception: DateException) -> SalonExceptionJson:
    ranges = tuple(HoursJson(start_time=str(hours.start), end_time=str(hours.end)) for hours in exception.ranges)
    return SalonExceptionJson(date=exception.date, closed=None if ranges else True, ranges=ranges or None)


class SalonSlotJson(Json, frozen=True, kw_only=True):
    """An offered slot, and the providers that offer it."""

    start: Timestamp
    end: Timestamp
    provider_ids: Annotated[tuple[UUID, ...], Meta(max_length=MAX_MEMBERS)]
    """The providers who are free then."""
    places_left: int | None = None
    """How many places the appointments of these providers have left together: only of a class."""


class SalonSlotsJson(Json, frozen=True, kw_only=True):
    """The slots of all members that start in the window, in order, and the time zone to show them in.

    With `nextFrom`, the answer has only the slots that start before it: repeat the request with it as `from`. Without
    it, the answer is complete. `degraded` names the sources that could not be taken into account.
    """

    time_zone: str
    slots: Annotated[tuple[SalonSlotJson, ...], Meta(max_length=MAX_OFFERS + MAX_MEMBERS)]
    next_from: Timestamp | None = None
    degraded: tuple[str, ...]


def salon_slots_response(
    of: SalonSchedules,
    time_zone: str,
    now: datetime,
    *,
    zone: ZoneInfo | None = None,
    duration_minutes: int | None = None,
) -> Answer:
    """The slots of the members, as JSON."""
    found = salon_slots(of, now=now, duration_minutes=duration_minutes)
    shown = ((slot_json(slot, zone), providers, found.places.get(slot)) for slot, providers in found.slots)
    answer = SalonSlotsJson(
        time_zone=time_zone,
        slots=tuple(
            SalonSlotJson(start=slot.start, end=slot.end, provider_ids=who, places_left=left)
            for slot, who, left in shown
        ),
        next_from=in_zone(found.next_from, zone),
        degraded=found.degraded,
    )
    return Answer(encode(answer), found.until)


async def _salons(source: ExportSource) -> list[SalonJson]:
    return [salon_json(salon, source.links) for salon in await source.reads.salons.of_manager(source.user.id)]


SALONS: Final = value("salons", tuple[SalonJson, ...], _salons, about="The salons that the user manages.")


OPEN: Final[dict[str, Any]] = {
    "name": "Nomad House",
    "timeZone": "Asia/Ulaanbaatar",
    "address": "Peace Avenue 17",
    "city": "Ulaanbaatar",
    "location": {"lat": 47.9184, "lon": 106.9177},
    "phone": "+97699112233",
    "email": "hello@nomad.mn",
    "instructions": "The entrance is in the yard, second floor.",
}
EDIT: Final[dict[str, Any]] = {"name": "Nomad House & Friends"}
SET_HOURS: Final[dict[str, Any]] = {
    "rules": [{"day": 1, "startTime": "09:00", "endTime": "20:00", "everyWeeks": 1}],
    "exceptions": [
        {"date": "2026-12-31", "ranges": [{"startTime": "10:00", "endTime": "14:00"}]},
        {"date": "2027-01-01", "closed": True},
    ],
}
INVITE: Final[dict[str, Any]] = {"providerId": PROVIDER_ID}
TURN: Final[dict[str, Any]] = {"weight": 150, "priority": 50}
