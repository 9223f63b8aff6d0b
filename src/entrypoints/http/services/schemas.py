"""The JSON of services."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from booking_domain.scheduling.claims import MAX_CAPACITY
from booking_domain.scheduling.pauses import MAX_PAUSES, Pause
from booking_domain.scheduling.services import (
    MAX_CATEGORY,
    MAX_SERVICE_DESCRIPTION,
    MAX_SERVICE_NAME,
    ServiceOffer,
    ServiceView,
)
from booking_domain.scheduling.weekly import MAX_SERVICE_RULES, ServiceHours, WeeklyRule
from booking_domain.shared.ids import ProviderId, SalonId, VenueId
from booking_domain.use_cases.catalogue.services import (
    AddService,
    OfferService,
    ServiceChange,
)
from entrypoints.http.kit.fields import (
    Amount,
    Body,
    Currency,
    HorizonDays,
    Json,
    LengthMinutes,
    Minutes,
    NoticeMinutes,
    Query,
    ReminderMinutes,
    SomeMinutes,
    Timestamp,
    parts_of,
)
from entrypoints.http.kit.projection import members, projection
from entrypoints.http.kit.weekly_rules import RuleBody, weekly_rule
from entrypoints.http.resources import NeedJson, Needs, need, need_json

ServiceName = Annotated[str, Meta(min_length=1, max_length=MAX_SERVICE_NAME)]
Description = Annotated[str, Meta(max_length=MAX_SERVICE_DESCRIPTION)]
Capacity = Annotated[int, Meta(ge=1, le=MAX_CAPACITY, description="How many customers can book one appointment.")]
Category = Annotated[str, Meta(max_length=MAX_CATEGORY, description="The category, by which lists are sorted.")]


class PauseBody(Body, frozen=True, kw_only=True):
    """A pause of an appointment: its provider is free for others, who may book the time."""

    after_minutes: SomeMinutes
    """How long after the start of the appointment it begins."""
    minutes: SomeMinutes
    """How long it lasts."""


pause: Final = projection(PauseBody, Pause)
"""Return the value of the domain."""
Pauses = Annotated[tuple[PauseBody, ...], Meta(max_length=MAX_PAUSES)]


class PauseJson(Json, frozen=True, kw_only=True):
    """A pause of an appointment."""

    after_minutes: int
    """How long after the start of the appointment it begins."""
    minutes: int
    """How long it lasts."""


class ServiceRuleBody(RuleBody, frozen=True, kw_only=True):
    """Weekly hours of a service, in the time zone of the provider who is booked."""


ServiceRules = Annotated[tuple[ServiceRuleBody, ...], Meta(max_length=MAX_SERVICE_RULES)]


def _hours(rules: tuple[ServiceRuleBody, ...]) -> ServiceHours | None:
    return ServiceHours(parts_of("hours", rules, weekly_rule)) if rules else None


class ServiceRuleJson(Json, frozen=True, kw_only=True):
    """Weekly hours of a service, in the time zone of the provider who is booked."""

    day: int
    start_time: str
    end_time: str
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: int


_rule_json: Final = projection(
    WeeklyRule, ServiceRuleJson, start_time=("hours.start", str), end_time=("hours.end", str)
)


def _hours_json(view: ServiceView) -> tuple[ServiceRuleJson, ...]:
    hours = view.service.hours
    return () if hours is None else tuple(map(_rule_json, hours.rules))


class AddServiceBody(Body, frozen=True, kw_only=True):
    """A new service; `salonId` makes it the salon's, `providerId` that of a member of your salon."""

    salon_id: SalonId | None = None
    provider_id: ProviderId | None = None
    name: ServiceName
    description: Description = ""
    category: Category = ""
    duration_minutes: LengthMinutes
    price_amount: Amount
    deposit_amount: Amount = 0
    currency: Currency | None = None
    """The currency of a salon's service. Default: the platform's. A provider's service has the provider's currency."""
    buffer_before_minutes: Minutes | None = None
    """Without it, the provider's."""
    buffer_after_minutes: Minutes | None = None
    """Without it, the provider's."""
    min_notice_minutes: NoticeMinutes | None = None
    """How long before its start it can be booked. Without it, the provider's notice."""
    horizon_days: HorizonDays | None = None
    """How many days ahead it can be booked; never further than the provider's horizon, which it has without it."""
    reminder_minutes: ReminderMinutes | None = None
    """Absent: the provider's reminders. With several services, the first that sets any counts. `[]`: no reminders."""
    add_on: bool = False
    """Whether it can only be booked together with another service."""
    capacity: Capacity = 1
    """With more than 1 place, the service is a class: it is booked alone, and is no add-on."""
    resources: Needs = ()
    """What each appointment takes beside its provider: resources of the same owner."""
    pauses: Pauses = ()
    """When the provider is free for others, in order, with work before and after each. A class has none."""
    whole_days: bool = False
    """Whether it takes `durationMinutes` / 1,440 whole days: from the first opening to the last closing."""
    hours: ServiceRules = ()
    """When its appointments take place, while the provider is open. Without rules, whenever the provider is open."""
    venue_id: VenueId | None = None
    """The provider's venue at which it is given. Without it, at the own place, as those of salons are."""
    active: bool = True


class EditServiceBody(Body, frozen=True, kw_only=True):
    """New values of a service; omitted members keep theirs.

    Null for a buffer, the notice, the horizon or reminders: those of the provider.
    """

    name: ServiceName | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    duration_minutes: LengthMinutes | UnsetType = UNSET
    price_amount: Amount | UnsetType = UNSET
    deposit_amount: Amount | UnsetType = UNSET
    buffer_before_minutes: Minutes | UnsetType | None = UNSET
    buffer_after_minutes: Minutes | UnsetType | None = UNSET
    min_notice_minutes: NoticeMinutes | UnsetType | None = UNSET
    horizon_days: HorizonDays | UnsetType | None = UNSET
    reminder_minutes: ReminderMinutes | UnsetType | None = UNSET
    add_on: bool | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    """With fewer than are booked, the bookings stay."""
    resources: Needs | UnsetType = UNSET
    """What each new appointment takes; bookings keep what they have taken."""
    pauses: Pauses | UnsetType = UNSET
    """When the provider is free for others; bookings keep those that they were made with."""
    whole_days: bool | UnsetType = UNSET
    """Whether it takes whole days; bookings stay as they are."""
    hours: ServiceRules | UnsetType = UNSET
    """When its appointments take place; `[]`: whenever the provider is open. Bookings keep theirs for moves."""
    venue_id: VenueId | UnsetType | None = UNSET
    """Where it is given; null: at the provider's own place. Bookings stay where they are."""
    active: bool | UnsetType = UNSET
    """Whether the service can be booked."""


class OfferBody(Body, frozen=True, kw_only=True):
    """The values of this member of the salon; omitted ones are those of the service."""

    duration_minutes: LengthMinutes | None = None
    price_amount: Amount | None = None


add_command: Final = projection(
    AddServiceBody,
    AddService,
    minutes="duration_minutes",
    rest=projection(
        AddServiceBody,
        ServiceChange,
        minutes="duration_minutes",
        needs=("resources", need),
        pauses=("pauses", pause),
        hours=("hours", _hours),
        unused=("salon_id", "provider_id", "currency"),
    ),
)
service_change: Final = projection(
    EditServiceBody,
    ServiceChange,
    minutes="duration_minutes",
    needs=("resources", need),
    pauses=("pauses", pause),
    hours=("hours", _hours),
)
offer_members: Final = members(OfferBody, OfferService, given=("service_id",), minutes="duration_minutes")


class ServicesQuery(Query, frozen=True, kw_only=True):
    """The provider or the salon whose services to list."""

    provider_id: UUID | None = None
    salon_id: UUID | None = None


class ServiceJson(Json, frozen=True, kw_only=True):
    """A service, in a provider's list at the length and price at which this provider offers it."""

    id: UUID
    provider_id: UUID | None = None
    salon_id: UUID | None = None
    name: str
    description: str
    category: str
    duration_minutes: int
    price_amount: int
    deposit_amount: int
    currency: str
    buffer_before_minutes: int | None = None
    buffer_after_minutes: int | None = None
    min_notice_minutes: int | None = None
    horizon_days: int | None = None
    reminder_minutes: tuple[int, ...] | None = None
    add_on: bool
    capacity: int
    """How many customers can book one appointment. With more than 1 place, it is a class."""
    resources: tuple[NeedJson, ...]
    """What each appointment takes beside its provider."""
    pauses: tuple[PauseJson, ...]
    """When the provider is free for others."""
    whole_days: bool
    """Whether it takes whole days: from the opening of one to the closing of the last."""
    hours: tuple[ServiceRuleJson, ...]
    """When its appointments take place. Without rules, whenever the provider is open."""
    venue_id: UUID | None = None
    """The venue at which it is given: see `GET /venues`. Without it, at the provider's own place."""
    active: bool
    """Whether the service can be booked."""
    version: int
    created_at: Timestamp


class ServicesJson(Json, frozen=True, kw_only=True):
    """Services by category and name."""

    items: tuple[ServiceJson, ...]


class OfferedJson(Json, frozen=True, kw_only=True):
    """A member's offer of a salon's service."""

    service_id: UUID
    provider_id: UUID
    duration_minutes: int | None = None
    price_amount: int | None = None


_AS_OFFERED: Final[dict[str, Any]] = {
    "duration_minutes": "offered.minutes",
    "price_amount": "offered.price.amount",
    "deposit_amount": "offered.deposit.amount",
    "currency": "offered.price.currency",
    "resources": ("service.needs", need_json),
    "pauses": ("offered.pauses", projection(Pause, PauseJson)),
    "whole_days": "offered.whole_days",
    "hours": _hours_json,
}
service_json: Final = projection(ServiceView, ServiceJson, within="service", **_AS_OFFERED)
"""Show a service."""
service_members: Final = members(ServiceView, ServiceJson, given=(), within="service", **_AS_OFFERED)
"""Return the members of `ServiceJson`."""
offered_json: Final = projection(ServiceOffer, OfferedJson, duration_minutes="minutes")
