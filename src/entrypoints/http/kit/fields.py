"""Base classes and types of request and response schemas. Every text, list and number has a bound."""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Final, NamedTuple, TypeVar

from msgspec import Meta, Struct, UnsetType

from booking_domain.scheduling.model import MAX_HORIZON_DAYS
from booking_domain.scheduling.services import MAX_SERVICES_PER_BOOKING
from booking_domain.shared.errors import InvalidValue, inside
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.reminders import EARLIEST_REMINDER, MAX_REMINDERS
from booking_domain.shared.time import LONGEST_APPOINTMENT

Value = TypeVar("Value")
Part = TypeVar("Part")


class Body(Struct, forbid_unknown_fields=True, rename="camel", frozen=True, kw_only=True):
    """A request body, decoded strictly: no unknown members, no numbers written as text."""


class Query(Struct, forbid_unknown_fields=True, rename="camel", frozen=True, kw_only=True):
    """The query parameters of a request."""


class Json(Struct, rename="camel", frozen=True, kw_only=True, omit_defaults=True):
    """A response body. A member without a value is absent, never null: None is the only default that members have."""


Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset, e.g. `2026-11-23T10:00:00+08:00`.")]
Timestamp = Annotated[datetime, Meta(tz=True)]
"""An instant in a response; `tz` makes its schema say `date-time`."""
_MOST: Final = 9_000_000_000_000_000
SignedAmount = Annotated[int, Meta(ge=-_MOST, le=_MOST)]
"""In the minor unit of the currency, with a minus sign for what is taken."""
Amount = Annotated[
    int,
    Meta(
        ge=0,
        le=_MOST,
        description="In the minor unit of the currency (ISO 4217): 20,000 MNT is 2000000.",
    ),
]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217.", examples=["MNT"])]
GatewayName = Annotated[str, Meta(min_length=1, max_length=40, description="A payment gateway, e.g. `qpay`.")]
ZoneName = Annotated[str, Meta(min_length=1, max_length=64, description="IANA time zone, e.g. `Asia/Ulaanbaatar`.")]
Locale = Annotated[
    str,
    Meta(
        min_length=2,
        max_length=35,
        description="A language tag (RFC 5646) of `en`, `mn` or `fa`.",
        examples=["mn", "fa-IR"],
    ),
]
Phone = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=32,
        description="E.164, or a local format. A number without a country code belongs to the platform's country.",
        examples=["+97699112233", "9911 2233"],
    ),
]
Minutes = Annotated[int, Meta(ge=0, le=1_440)]
SomeMinutes = Annotated[int, Meta(ge=1, le=1_440)]
LengthMinutes = Annotated[int, Meta(ge=1, le=LONGEST_APPOINTMENT)]
NoticeMinutes = Annotated[int, Meta(ge=0, le=MAX_HORIZON_DAYS * 1_440)]
HorizonDays = Annotated[int, Meta(ge=0, le=MAX_HORIZON_DAYS)]
ReminderMinutes = Annotated[
    tuple[Annotated[int, Meta(ge=1, le=EARLIEST_REMINDER)], ...],
    Meta(max_length=MAX_REMINDERS, description="How many minutes before the start customers are reminded."),
]
Limit = Annotated[int, Meta(ge=1, le=100, description="The maximum number of items on a page.")]
Cursor = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$", description="`nextCursor` of the previous page.")]
Note = Annotated[str, Meta(max_length=500)]
Moment = Annotated[
    str,
    Meta(
        min_length=10,
        max_length=40,
        description="A date (`2026-11-23`) or an RFC 3339 instant with an offset.",
        extra_json_schema={"anyOf": [{"type": "string", "format": each} for each in ("date", "date-time")]},
    ),
]


def one_of(*kinds: type[StrEnum]) -> Meta:
    """Document that a text of a response is a value of these enumerations."""
    return Meta(extra_json_schema={"enum": sorted({value for kind in kinds for value in kind})})


ServiceIds = Annotated[
    tuple[ServiceId, ...],
    Meta(max_length=MAX_SERVICES_PER_BOOKING, description="The services of one booking, in order."),
]


def service_ids(one: ServiceId | None, several: tuple[ServiceId, ...]) -> tuple[ServiceId, ...]:
    """Return the services of a request: `serviceId`, then `serviceIds`."""
    return several if one is None else (one, *several)


class AnyProviderOf(NamedTuple):
    """Any provider of a salon."""

    salon_id: SalonId


def provider_or_salon(provider_id: ProviderId | None, salon_id: SalonId | None) -> ProviderId | AnyProviderOf:
    """Return whom a request names by `providerId` or `salonId`.

    Raises:
        InvalidValue: it names both or neither.
    """
    if provider_id is not None and salon_id is None:
        return provider_id
    if salon_id is not None and provider_id is None:
        return AnyProviderOf(salon_id)
    raise InvalidValue(field="provider_id", problem="name a provider or a salon")


def parts_of(name: str, parts: Iterable[Part], make: Callable[[Part], Value]) -> tuple[Value, ...]:
    """Make a value of each item of a list; an error names the member and the item."""
    return tuple(inside((name, index), partial(make, part)) for index, part in enumerate(parts))


def given_or_none(value: Value | UnsetType) -> Value | None:
    """Return the value of a member, or None where the request leaves it out."""
    return None if isinstance(value, UnsetType) else value
