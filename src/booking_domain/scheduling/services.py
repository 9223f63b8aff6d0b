"""Services: what customers book by name. Durations, prices and deposits of the services of one booking add up.

>>> from uuid import UUID
>>> cut, colour = (
...     OfferedService(id=ServiceId(UUID(int=number)), name=name, minutes=minutes,
...                    price=Money.of(price, "MNT"), deposit=Money.zero("MNT"), buffer_after_minutes=buffer)
...     for number, name, minutes, price, buffer in [(1, "Cut", 45, 30_000, None), (2, "Colour", 90, 80_000, 20)]
... )
>>> whole = compose([cut, colour], buffer_before_minutes=0, buffer_after_minutes=10)
>>> whole.minutes, str(whole.price), whole.buffer_after_minutes
(135, '110,000.00 MNT', 20)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Final, Protocol

from booking_domain.scheduling.claims import MAX_CAPACITY
from booking_domain.scheduling.model import MAX_HORIZON_DAYS, require_whole_days
from booking_domain.scheduling.pauses import Pause, require_pauses
from booking_domain.scheduling.resources import MAX_NEEDS, ResourceNeed, most_needed
from booking_domain.scheduling.weekly import ServiceHours
from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound, RuleViolated
from booking_domain.shared.ids import ProviderId, ResourceId, SalonId, ServiceId, UserId, VenueId
from booking_domain.shared.money import Money
from booking_domain.shared.reminders import require_reminders
from booking_domain.shared.time import LONGEST_APPOINTMENT, MINUTES_A_DAY

_MOST_DAYS: Final = LONGEST_APPOINTMENT // MINUTES_A_DAY
MAX_SERVICE_NAME: Final = 120
MAX_SERVICE_DESCRIPTION: Final = 2_000
MAX_CATEGORY: Final = 60
MAX_SERVICES: Final = 200
MAX_SERVICES_PER_BOOKING: Final = 10


class ServiceNotFound(NotFound, code="service.not_found"):
    """There is no such service."""


class NotYourService(Forbidden, code="service.not_yours"):
    """Only the provider or the salon's manager who owns the service can do this."""


class NotOfYourSalon(Forbidden, code="service.not_of_your_salon"):
    """Only members of the salon can offer this service."""


class TooManyServices(Conflict, code="service.too_many"):
    __doc__ = f"There are {MAX_SERVICES} services already; delete one first."


class ServiceNotOffered(RuleViolated, code="booking.service_not_offered", field="service_ids"):
    """The provider does not offer this service."""


class NobodyOffers(RuleViolated, code="booking.nobody_offers", field="service_ids"):
    """No provider of this salon offers these services together."""


class ServiceRequired(RuleViolated, code="booking.service_required", field="service_ids"):
    """Appointments with this provider are booked by service; choose one."""


class OnlyAddOns(RuleViolated, code="booking.only_add_ons", field="service_ids"):
    """An add-on is booked together with another service."""


class ClassAlone(RuleViolated, code="booking.class_alone", field="service_ids"):
    """A class is booked by itself, without other services."""


class SeveralVenues(RuleViolated, code="booking.several_venues", field="service_ids"):
    """These services are given at different places; book them one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOffer:
    """A salon member offers a service of the salon, perhaps at another length or price."""

    service_id: ServiceId
    provider_id: ProviderId
    minutes: int | None = None
    price_amount: int | None = None
    """In minor units of the service's currency. Below the deposit, it is the deposit too."""

    def __post_init__(self) -> None:
        _require_minutes(self.minutes)
        if self.price_amount is not None and self.price_amount < 0:
            raise InvalidValue(field="price_amount", problem="an amount must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedService:
    """A service as one provider offers it. A booking keeps those it was made with."""

    id: ServiceId
    name: str
    minutes: int
    price: Money
    deposit: Money
    buffer_before_minutes: int | None = None
    """None: the provider's."""
    buffer_after_minutes: int | None = None
    min_notice_minutes: int | None = None
    """None: the provider's."""
    horizon_days: int | None = None
    """Never more than the provider's; None: the provider's."""
    reminder_minutes: tuple[int, ...] | None = None
    """How many minutes before the start customers are reminded; None: as the provider does."""
    add_on: bool = False
    capacity: int = 1
    """How many customers can book one appointment, each a place of it. With more than 1 the service is a class."""
    needs: tuple[ResourceNeed, ...] = ()
    """What an appointment takes beside its provider, for all places of a class together."""
    pauses: tuple[Pause, ...] = ()
    """When its provider is free for others."""
    whole_days: bool = False
    """Whether it lasts from the opening of one date to the closing of another: see `SlotSettings.whole_days`."""
    hours: ServiceHours | None = None
    """None: whenever its provider is open."""
    venue_id: VenueId | None = None
    """None: at its provider's own place; an add-on is where the other services are."""

    @property
    def class_id(self) -> ServiceId | None:
        """Its id if it is a class."""
        return self.id if self.capacity > 1 else None


class OnCurrencyChange(StrEnum):
    """What becomes of a provider's services when the provider's currency changes."""

    KEEP_NUMBERS = "keep_numbers"
    """Prices and deposits keep their numbers in the new currency: 20,000 MNT becomes 20,000 JPY."""
    DEACTIVATE = "deactivate"
    """They keep their prices and cannot be booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something bookable with a length and a price, of a provider or of a salon."""

    id: ServiceId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    name: str
    description: str = ""
    category: str = ""
    minutes: int
    price: Money
    deposit: Money
    buffer_before_minutes: int | None = None
    """None: the provider's."""
    buffer_after_minutes: int | None = None
    min_notice_minutes: int | None = None
    """How long before its start it can be booked; None: as the provider says."""
    horizon_days: int | None = None
    """How many days ahead it can be booked, as long as the provider's horizon allows; None: the provider's."""
    reminder_minutes: tuple[int, ...] | None = None
    """How many minutes before the start customers are reminded, the earliest first; None: as the provider does."""
    add_on: bool = False
    """Whether it is booked only together with a service that is none."""
    capacity: int = 1
    """How many customers can book one appointment. Of more than 1, it is a class, and no add-on."""
    needs: tuple[ResourceNeed, ...] = ()
    """The resources of its owner that an appointment takes, each named once."""
    pauses: tuple[Pause, ...] = ()
    """When its provider is free for others. A class has none, nor has an offer of another length."""
    whole_days: bool = False
    """Whether it lasts from the opening of one date to the closing of another. Its minutes are so many days."""
    hours: ServiceHours | None = None
    """When its appointments take place; None: whenever its provider is open."""
    venue_id: VenueId | None = None
    """The venue of its provider where it is given; None: at the provider's own place. An add-on has none."""
    active: bool = True
    """Whether it can be booked."""
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        if (self.provider_id is None) == (self.salon_id is None):
            raise ValueError("a service is of a provider or of a salon")
        if not self.name.strip():
            raise InvalidValue(field="name", problem="a name is required")
        for name, value, most in (
            ("name", self.name, MAX_SERVICE_NAME),
            ("description", self.description, MAX_SERVICE_DESCRIPTION),
            ("category", self.category, MAX_CATEGORY),
        ):
            if len(value) > most:
                raise InvalidValue(field=name, problem=f"at most {most} characters")
        _require_minutes(self.minutes)
        for name, number, least, most in (
            ("buffer_before_minutes", self.buffer_before_minutes, 0, MINUTES_A_DAY),
            ("buffer_after_minutes", self.buffer_after_minutes, 0, MINUTES_A_DAY),
            ("min_notice_minutes", self.min_notice_minutes, 0, MAX_HORIZON_DAYS * MINUTES_A_DAY),
            ("horizon_days", self.horizon_days, 0, MAX_HORIZON_DAYS),
            ("capacity", self.capacity, 1, MAX_CAPACITY),
        ):
            if number is not None and not least <= number <= most:
                raise InvalidValue(field=name, problem=f"must be between {least} and {most}")
        self._require_class()
        self._require_place()
        _require_needs(self.needs)
        require_pauses(self.pauses, self.minutes, besides=("duration_minutes",))
        require_whole_days(self.whole_days and self.minutes, self.pauses)
        if self.price < self.deposit:
            raise InvalidValue(
                field="deposit_amount", problem="a deposit must not exceed the price", besides=("price_amount",)
            )
        if self.reminder_minutes is not None:
            require_reminders(self.reminder_minutes)

    def _require_class(self) -> None:
        if self.capacity == 1:
            return
        if self.add_on:
            raise InvalidValue(field="capacity", problem="an add-on has one place", besides=("add_on",))
        if self.pauses:
            raise InvalidValue(field="pauses", problem="a class has no pauses", besides=("capacity",))

    def _require_place(self) -> None:
        if self.venue_id is None:
            return
        if self.provider_id is None:
            raise InvalidValue(field="venue_id", problem="a salon's services are given in the salon")
        if self.add_on:
            problem = "an add-on is given where the other services are"
            raise InvalidValue(field="venue_id", problem=problem, besides=("add_on",))

    def after_currency_change(self, currency: str, choice: OnCurrencyChange) -> "Service":
        """The service after its provider's currency has changed."""
        if choice == OnCurrencyChange.DEACTIVATE:
            return replace(self, active=False, version=self.version + 1)
        price, deposit = self.price.in_currency(currency), self.deposit.in_currency(currency)
        return replace(self, price=price, deposit=deposit, version=self.version + 1)

    def offered(self, offer: ServiceOffer | None = None) -> OfferedService:
        """The service with what a member's offer overrides. A deposit never exceeds the price."""
        price, minutes = self.price, self.minutes
        if offer is not None:
            minutes = self.minutes if offer.minutes is None else offer.minutes
            price = price if offer.price_amount is None else replace(price, amount=offer.price_amount)
        return OfferedService(
            id=self.id,
            name=self.name,
            minutes=minutes,
            price=price,
            deposit=min(self.deposit, price),
            buffer_before_minutes=self.buffer_before_minutes,
            buffer_after_minutes=self.buffer_after_minutes,
            min_notice_minutes=self.min_notice_minutes,
            horizon_days=self.horizon_days,
            reminder_minutes=self.reminder_minutes,
            add_on=self.add_on,
            capacity=self.capacity,
            needs=self.needs,
            pauses=self.pauses if minutes == self.minutes else (),
            whole_days=self.whole_days and minutes % MINUTES_A_DAY == 0,
            hours=self.hours,
            venue_id=self.venue_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedService:
    """What the services of one booking are together."""

    minutes: int
    price: Money
    deposit: Money
    buffer_before_minutes: int
    buffer_after_minutes: int
    min_notice_minutes: int = 0
    horizon_days: int = MAX_HORIZON_DAYS
    capacity: int = 1
    class_id: ServiceId | None = None
    needs: tuple[ResourceNeed, ...] = ()
    pauses: tuple[Pause, ...] = ()
    whole_days: bool = False
    hours: tuple[ServiceHours, ...] = ()
    venue_id: VenueId | None = None


def compose(
    services: Sequence[OfferedService],
    *,
    buffer_before_minutes: int,
    buffer_after_minutes: int,
    min_notice_minutes: int = 0,
    horizon_days: int = MAX_HORIZON_DAYS,
) -> ComposedService:
    """Add up the services, one after the other without a pause; at least one.

    Each buffer and the notice are the longest of the services, so that every service has its own. The arguments are the
    provider's: those of a service that has none. The horizon is the shortest of the services and of the provider. Of a
    resource the whole appointment takes as much as the service that needs the most. Each service has its pauses. The
    whole appointment lies within the hours of each service that has hours. A class is alone: see `choose`. Beside
    services of whole days, whose days add up, the others take no time of their own, and none has pauses. They are at
    the venue of those that are no add-ons.
    """
    zero = Money.zero(services[0].price.currency)
    return ComposedService(
        minutes=length_of(services),
        price=sum((each.price for each in services), zero),
        deposit=sum((each.deposit for each in services), zero),
        buffer_before_minutes=_longest((each.buffer_before_minutes for each in services), buffer_before_minutes),
        buffer_after_minutes=_longest((each.buffer_after_minutes for each in services), buffer_after_minutes),
        min_notice_minutes=_longest((each.min_notice_minutes for each in services), min_notice_minutes),
        horizon_days=min([horizon_days, *(each.horizon_days for each in services if each.horizon_days is not None)]),
        capacity=min(each.capacity for each in services),
        class_id=services[0].class_id,
        needs=most_needed(need for each in services for need in each.needs),
        pauses=pauses_of(services),
        whole_days=any(each.whole_days for each in services),
        hours=tuple(each.hours for each in services if each.hours is not None),
        venue_id=venue_of(services),
    )


def last_day(services: Sequence[OfferedService], first: date) -> date | None:
    """The last date of an appointment of whole days that begins on a date; None: it takes one, or no whole days."""
    if not any(each.whole_days for each in services):
        return None
    last = first + timedelta(minutes=length_of(services) - MINUTES_A_DAY)
    return last if last > first else None


def venue_of(services: Iterable[OfferedService]) -> VenueId | None:
    """The venue of an appointment with these services; None: the provider's own place."""
    return next((each.venue_id for each in services if each.venue_id is not None), None)


def length_of(services: Iterable[OfferedService]) -> int:
    """How many minutes these services take together; those of whole days so many times 24 hours."""
    services = tuple(services)
    return sum(each.minutes for each in [each for each in services if each.whole_days] or services)


def pauses_of(services: Sequence[OfferedService]) -> tuple[Pause, ...]:
    """The pauses of an appointment with these services, one after the other; none of one that takes whole days."""
    if any(each.whole_days for each in services):
        return ()
    ends = accumulate((each.minutes for each in services), initial=0)
    return tuple(pause.later(begins) for each, begins in zip(services, ends, strict=False) for pause in each.pauses)


def choose(offered: Iterable[OfferedService], service_ids: Sequence[ServiceId]) -> tuple[OfferedService, ...]:
    """Return the wanted services in the order in which they are wanted.

    Raises:
        ServiceNotOffered: one of them is not among the offered.
        OnlyAddOns: all of them are add-ons.
        ClassAlone: they are several, and one is a class.
        SeveralVenues: they are given at several places.
        InvalidValue: they are too many, one is named twice, or several are longer than a day, those of whole days than
            14 days.
    """
    if len(service_ids) > MAX_SERVICES_PER_BOOKING:
        raise InvalidValue(field="service_ids", problem=f"at most {MAX_SERVICES_PER_BOOKING} services")
    if len(set(service_ids)) < len(service_ids):
        raise InvalidValue(field="service_ids", problem="each service must be named once")
    by_id = {each.id: each for each in offered}
    if not by_id.keys() >= set(service_ids):
        raise ServiceNotOffered
    services = tuple(by_id[each] for each in service_ids)
    if all(each.add_on for each in services):
        raise OnlyAddOns
    if len(services) > 1 and any(each.class_id for each in services):
        raise ClassAlone
    if len({each.venue_id for each in services if not each.add_on}) > 1:
        raise SeveralVenues
    whole_days = any(each.whole_days for each in services)
    if length_of(services) > (LONGEST_APPOINTMENT if whole_days or len(services) == 1 else MINUTES_A_DAY):
        together = f"at most {_MOST_DAYS} whole days together"
        problem = together if whole_days else "the services are longer than a day together"
        raise InvalidValue(field="service_ids", problem=problem)
    return services


def shortest(offered: Iterable[OfferedService]) -> OfferedService | None:
    """Return the service that takes the least time, the first of several; an add-on is none."""
    return min((each for each in offered if not each.add_on), key=lambda each: each.minutes, default=None)


def _longest(minutes: Iterable[int | None], default: int) -> int:
    return max(default if each is None else each for each in minutes)


def _require_needs(needs: Sequence[ResourceNeed]) -> None:
    if len(needs) > MAX_NEEDS or len({each.resource_id for each in needs}) < len(needs):
        raise InvalidValue(field="resources", problem=f"at most {MAX_NEEDS} resources, each named once")


def _require_minutes(minutes: int | None) -> None:
    if minutes is not None and not 1 <= minutes <= LONGEST_APPOINTMENT:
        raise InvalidValue(field="duration_minutes", problem=f"1 to {LONGEST_APPOINTMENT} minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """A service, as a provider or a salon offers it."""

    service: Service
    offer: ServiceOffer | None = None
    """What the member of the salon overrides."""
    owner_id: UserId
    """The account of the provider or manager who owns the service."""
    bookable: bool
    """Whether customers can book it, or, of a salon's list, could with a member who offers it."""

    @property
    def offered(self) -> OfferedService:
        """The service with what the offer overrides."""
        return self.service.offered(self.offer)


class Services(Protocol):
    """Services inside a database transaction."""

    async def add(self, service: Service) -> None:
        """Add a service."""
        ...

    async def get(self, service_id: ServiceId) -> Service | None:
        """One service."""
        ...

    async def count_of(self, owner: ProviderId | SalonId) -> int:
        """How many services the provider or salon has; needs its lock."""
        ...

    async def of_provider(self, provider_id: ProviderId) -> Sequence[Service]:
        """The provider's own services, those that cannot be booked included, by id; needs its lock."""
        ...

    async def save(self, service: Service, *, was: Service) -> None:
        """Replace `was` by `service`, or raise `ConcurrentChange` if the stored version is not `was.version`."""
        ...

    async def count_needing(self, resource_id: ResourceId) -> int:
        """How many services need the resource; needs its lock."""
        ...

    async def remove(self, service_id: ServiceId) -> None:
        """Delete a service with its offers, if it exists. Bookings keep what they were made with."""
        ...

    async def save_offer(self, offer: ServiceOffer) -> None:
        """Add or replace a member's offer of a salon's service."""
        ...

    async def offering(self, service_id: ServiceId) -> Sequence[ProviderId]:
        """The members of the salon who offer its service, by id."""
        ...

    async def remove_offer(self, service_id: ServiceId, provider_id: ProviderId) -> None:
        """Delete a member's offer, if there is one."""
        ...


class ServiceReads(Protocol):
    """Reads of services, outside any database transaction. A list is by category, name and id."""

    async def get(self, service_id: ServiceId) -> ServiceView | None:
        """One service, as its owner offers it."""
        ...

    async def of_provider(self, provider_id: ProviderId) -> Sequence[ServiceView]:
        """The provider's services, and those that the provider offers of the salon they are a member of."""
        ...

    async def of_providers(self, provider_ids: Sequence[ProviderId]) -> Mapping[ProviderId, Sequence[ServiceView]]:
        """The services of each of these providers that has any, in no order."""
        ...

    async def of_salon(self, salon_id: SalonId) -> Sequence[ServiceView]:
        """The salon's services."""
        ...

    async def offers_in(self, salon_id: SalonId) -> Sequence[ServiceView]:
        """The offers of the salon's members that can be booked, one view each, by service and id of the provider."""
        ...
