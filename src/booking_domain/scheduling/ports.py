"""Ports of scheduling."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Protocol

from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.events import EVENTS
from booking_domain.scheduling.feeds import FeedReads, FeedRepository
from booking_domain.scheduling.model import Block, Calendar, DateException, OpeningHours, SlotSettings
from booking_domain.scheduling.owned_resources import ResourceReads, Resources
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.services import ServiceReads, Services
from booking_domain.scheduling.waiting import WAITING_LIFECYCLE
from booking_domain.scheduling.waiting_list import WaitingList, WaitingReads
from booking_domain.scheduling.weekly import WeeklyRule
from booking_domain.scheduling.workloads import Workload
from booking_domain.shared.contexts import DomainContext
from booking_domain.shared.ids import (
    BlockId,
    ClaimId,
    ExceptionId,
    ProviderId,
    ResourceId,
    RuleId,
    SalonId,
    ServiceId,
    UserId,
)
from booking_domain.shared.time import TimeRange

EXCEPTION_MARGIN: Final = timedelta(days=70)
"""An exception further from a slot than this cannot affect it: open ranges are followed back for 56 days at most."""


def as_stored(claim: Claim) -> Claim:
    """The claim as `Claims` keeps it: the own place, which schedules call by the provider's id, is no venue."""
    return replace(claim, venue="") if claim.venue == str(claim.provider_id) else claim


class ProviderSchedules(Protocol):
    """Provider schedules inside a database transaction."""

    async def lock(
        self,
        provider_id: ProviderId,
        around: TimeRange,
        services: Sequence[ServiceId] = (),
        resources: Sequence[ResourceId] = (),
    ) -> ProviderSchedule | None:
        """Lock the provider's row and return the schedule around a window; None if there is no such provider.

        The schedule has at least all claims (with their buffers) within `claim_margin` of the window, all blocks and
        busy times within `CLAIM_MARGIN`, and all exceptions within `EXCEPTION_MARGIN`; and of `services` those that the
        provider offers, in any order. Of `resources`, and of those that `services` need, it has those that exist, with
        at least what has taken their units within `CLAIM_MARGIN` of the window. If an appointment with `services`, or
        of a length that the provider offers, takes a day or longer, the window ends `length_margin` of it later.

        If the provider travels, each claim and the settings have a venue: see `ProviderSchedule.with_own_place`.

        The database transaction holds the lock until it ends. Every database transaction that claims time or changes
        the calendar takes it, so they run one at a time, and each sees what the previous one committed.
        """
        ...

    async def lock_members(
        self, salon_id: SalonId, services: Sequence[ServiceId], *, start: datetime, now: datetime
    ) -> Sequence[Workload]:
        """Lock the published members of the salon who offer all of the services, in the order of their ids.

        The locks are those of `lock`. Live claims count for the day and the week of `start` in the salon's time zone.
        Each has the turn of the member.
        """
        ...


class ScheduleReads(Protocol):
    """Reads of schedules and calendars, outside any database transaction."""

    async def get(
        self,
        provider_id: ProviderId,
        around: TimeRange,
        services: Sequence[ServiceId] = (),
        resources: Sequence[ResourceId] = (),
    ) -> ProviderSchedule | None:
        """The same as `ProviderSchedules.lock`, without the lock."""
        ...

    async def of_all(
        self, provider_ids: Sequence[ProviderId], around: TimeRange, services: Sequence[ServiceId] = ()
    ) -> Sequence[ProviderSchedule]:
        """What `get` returns for each of these providers, in their order, without those that do not exist."""
        ...

    async def calendar(self, provider_id: ProviderId) -> Calendar | None:
        """The whole calendar without busy times: rules by day and start, exceptions by date, blocks by start."""
        ...


class Claims(Protocol):
    """The claims of all providers, inside a database transaction."""

    async def acquire(self, claim: Claim, now: datetime) -> None:
        """Add a claim, with the units of resources that it needs, and delete expired holds that overlap it.

        The units are those with the lowest numbers that no live claim of anybody has taken in the blocked range. The
        places of an occurrence share its units. A resource that does not exist is not needed. The units are free again
        once the claim is deleted.

        The venue of a claim is the id of one; empty, or the provider's id, is the provider's own place. Between claims
        at two venues lies the way that the provider's settings say, whatever they said when the other was added.

        A claim with a lane is overbooked: it may overlap others, and takes the lowest lane up to `MAX_LANES` in which
        no other claim overlaps it. A claim without a lane overlaps none of them.

        Raises:
            SlotTaken: a live claim of the provider overlaps the blocked range (if the claim is overbooked, in each
                lane) or is too near at another venue (unless it is overbooked), or too few units are free; it names the
                start of the appointment, without buffers, in the provider's time zone. The database transaction can go
                on.
        """
        ...

    async def release(self, provider_id: ProviderId, claim_id: ClaimId) -> None:
        """Delete a claim on the provider's time, if it exists."""
        ...

    async def hold_of(self, customer_id: UserId, hold_id: ClaimId) -> Claim | None:
        """The customer's hold with this id, expired or not."""
        ...

    async def count_holds(self, customer_id: UserId, now: datetime) -> int:
        """How many live holds the customer has. Transactions that count for one customer run one at a time."""
        ...

    async def release_holds(self, provider_id: ProviderId) -> None:
        """Delete all holds on the provider's time, expired or not."""
        ...

    async def remove_expired(self, now: datetime) -> int:
        """Delete the expired holds of all providers and return how many there were."""
        ...


class CalendarSize(NamedTuple):
    """How many entries a calendar has."""

    rules: int
    exceptions: int
    blocks: int


class CalendarRepository(Protocol):
    """Settings, rules, exceptions and blocks of providers, inside a database transaction.

    The first saved settings are version 1 of the calendar. Every successful change, by any method, increments it.
    """

    async def lock_provider_of(self, user_id: UserId) -> ProviderId | None:
        """Lock the provider that this user owns, as `ProviderSchedules.lock` does, and return its id.

        None if there is none, or if its profile is deleted.
        """
        ...

    async def calendar_of(self, provider_id: ProviderId) -> Calendar | None:
        """The whole calendar without busy times: rules by day and start, exceptions by date, blocks by start."""
        ...

    async def size_of(self, provider_id: ProviderId) -> CalendarSize:
        """How many rules, exceptions and blocks the provider has, past ones included; needs the provider's lock."""
        ...

    async def save_settings(self, provider_id: ProviderId, time_zone: str, settings: SlotSettings) -> None:
        """Replace the settings. Terms share the calendar's version, so save them together with the settings."""
        ...

    async def add_rule(self, provider_id: ProviderId, rule: WeeklyRule) -> None:
        """Add a rule."""
        ...

    async def replace_rules(self, provider_id: ProviderId, rules: Sequence[WeeklyRule]) -> None:
        """Replace all rules: one change of the version. Rules that stay have the id that they had."""
        ...

    async def remove_rule(self, provider_id: ProviderId, rule_id: RuleId) -> None:
        """Remove a rule of this provider, or raise `RuleNotFound`."""
        ...

    async def add_exception(self, provider_id: ProviderId, exception: DateException) -> None:
        """Add an exception, or raise `DateHasException`."""
        ...

    async def remove_exception(self, provider_id: ProviderId, exception_id: ExceptionId) -> None:
        """Remove an exception of this provider, or raise `ExceptionNotFound`."""
        ...

    async def add_block(self, provider_id: ProviderId, block: Block) -> None:
        """Add a block."""
        ...

    async def remove_block(self, provider_id: ProviderId, block_id: BlockId) -> None:
        """Remove a block of this provider, or raise `BlockNotFound`."""
        ...


class SalonHours(Protocol):
    """Opening hours of salons, inside a database transaction. The calendars of a salon's members include its hours."""

    async def hours_of(self, salon_id: SalonId) -> OpeningHours | None:
        """The salon's hours in its time zone. Rules and exceptions keep the order in which they were saved."""
        ...

    async def save_hours(self, salon_id: SalonId, hours: OpeningHours) -> None:
        """Replace the rules and exceptions of a locked salon. The hours use the salon's time zone."""
        ...


class SchedulingRepositories(Protocol):
    """What this context adds to the repositories of a database transaction."""

    @property
    def calendars(self) -> CalendarRepository: ...
    @property
    def schedules(self) -> ProviderSchedules: ...
    @property
    def salon_hours(self) -> SalonHours: ...
    @property
    def services(self) -> Services: ...
    @property
    def resources(self) -> Resources: ...
    @property
    def feeds(self) -> FeedRepository: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def waiting_list(self) -> WaitingList: ...


class SchedulingReadGroup(Protocol):
    """What this context adds to the reads outside any database transaction."""

    @property
    def schedules(self) -> ScheduleReads: ...
    @property
    def services(self) -> ServiceReads: ...
    @property
    def resources(self) -> ResourceReads: ...
    @property
    def feeds(self) -> FeedReads: ...
    @property
    def waiting_list(self) -> WaitingReads: ...


CONTEXT: Final = DomainContext(events=EVENTS, lifecycles=(WAITING_LIFECYCLE,), news=frozenset({"service", "waitlist"}))


class Holiday(NamedTuple):
    """A public holiday, with its name in a language that people of the country read, or in English."""

    date: date
    name: str


class PublicHolidays(Protocol):
    """The public holidays of countries."""

    async def of_year(self, country: str, year: int, language: str) -> Sequence[Holiday]:
        """The holidays of a country (ISO 3166-1 alpha-2) in a year, by date; their names in the language if known.

        Raises:
            NoHolidaysKnown: there is no such country, or its holidays are not known.
        """
        ...
