"""The vectors of services: what the services of one booking add up to."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from booking_domain.scheduling.as_json import Json
from booking_domain.scheduling.model import MAX_HORIZON_DAYS, Calendar, SlotSettings
from booking_domain.scheduling.pauses import Pause
from booking_domain.scheduling.services import ComposedService, OfferedService, Service, ServiceOffer, choose, compose
from booking_domain.scheduling.slots import offered_slots
from booking_domain.scheduling.weekly import Hours, ServiceHours, WeeklyRule
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange, WallTime
from booking_domain.testing.conformance.cases import vectors
from booking_domain.testing.conformance.slot_checks import Failure, failures

CURRENCY: Final = "MNT"
STEP: Final = timedelta(minutes=5)
"""The steps of the calendar in which services are booked."""
A_DAY: Final = timedelta(days=1)
DAYS_ASKED: Final = 9
"""For the hours of services: a week, and a day before and after it."""
_SUNDAY: Final = datetime(2025, 11, 23, tzinfo=UTC)
_MEMBER: Final = ProviderId(UUID(int=1))
_SALON: Final = SalonId(UUID(int=2))
_MISSING: Final = ServiceId(UUID(int=9_999))


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What the services of one booking are together. Amounts are in minor units."""

    names: tuple[str, ...]
    """In the order in which they were wanted."""
    minutes: int
    price: int
    deposit: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    min_notice_minutes: int | None = None
    """None, as each of the following: the case does not ask for it."""
    horizon_days: int | None = None
    capacity: int | None = None
    pauses: tuple[Pause, ...] | None = None
    whole_days: bool | None = None
    hours: tuple[WeeklyRule, ...] | None = None
    """In which the whole appointment lies, where its provider is always open: those long enough for it, by weekday."""


@dataclass(frozen=True, kw_only=True)
class ServicesCase:
    """The services of a provider or of a salon, those that a customer wants, and what they are together."""

    id: str
    title: str
    source: str
    json: Json = field(repr=False)
    """The JSON of the file: `settings`, `services`, `wanted`, `expect`."""

    @property
    def services(self) -> Sequence[Json]:
        """The services. With `own`, they are a salon's, and `own` is what the member overrides."""
        found: Sequence[Json] = self.json["services"]
        return found

    @property
    def of_salon(self) -> bool:
        """Whether the services are those of a salon."""
        return any("own" in each for each in self.services)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The names of the wanted services."""
        return tuple(self.json["wanted"])

    @property
    def expected(self) -> Together | str:
        """The expected sum, or the error code that refuses these services."""
        expect = self.json["expect"]
        if "error" in expect:
            return str(expect["error"])
        return Together(
            names=self.wanted,
            minutes=expect["durationMinutes"],
            price=expect["priceAmount"],
            deposit=expect["depositAmount"],
            buffer_before_minutes=expect["bufferBeforeMinutes"],
            buffer_after_minutes=expect["bufferAfterMinutes"],
            min_notice_minutes=expect.get("minNoticeMinutes"),
            horizon_days=expect.get("horizonDays"),
            capacity=expect.get("capacity"),
            pauses=_pauses(expect["pauses"]) if self.asks_for("pauses") else None,
            whole_days=expect.get("wholeDays"),
            hours=_rules(expect["hours"]) if self.asks_for("hours") else None,
        )

    def asks_for(self, name: str) -> bool:
        """Whether the expected sum has this member."""
        return name in self.json["expect"]


def load_services_cases() -> tuple[ServicesCase, ...]:
    """Load all vectors of services."""
    return tuple(
        ServicesCase(id=each["id"], title=each["title"], source=each["source"], json=each)
        for each in vectors("services")
    )


def added_up(case: ServicesCase) -> Together | str:
    """What this library makes of a case."""
    offered = [_offered(each, number) for number, each in enumerate(case.services)]
    ids = {each.name: each.id for each in offered}
    settings = case.json["settings"]
    try:
        chosen = choose(offered, [ids.get(name, _MISSING) for name in case.wanted])
    except DomainError as error:
        return error.code
    whole = compose(
        chosen,
        buffer_before_minutes=settings["bufferBeforeMinutes"],
        buffer_after_minutes=settings["bufferAfterMinutes"],
        min_notice_minutes=settings.get("minNoticeMinutes", 0),
        horizon_days=settings.get("horizonDays", MAX_HORIZON_DAYS),
    )
    return Together(
        names=tuple(each.name for each in chosen),
        minutes=whole.minutes,
        price=whole.price.amount,
        deposit=whole.deposit.amount,
        buffer_before_minutes=whole.buffer_before_minutes,
        buffer_after_minutes=whole.buffer_after_minutes,
        min_notice_minutes=whole.min_notice_minutes if case.asks_for("minNoticeMinutes") else None,
        horizon_days=whole.horizon_days if case.asks_for("horizonDays") else None,
        capacity=whole.capacity if case.asks_for("capacity") else None,
        pauses=whole.pauses if case.asks_for("pauses") else None,
        whole_days=whole.whole_days if case.asks_for("wholeDays") else None,
        hours=_hours(whole) if case.asks_for("hours") else None,
    )


def _hours(whole: ComposedService) -> tuple[WeeklyRule, ...]:
    settings = SlotSettings(step_minutes=STEP // timedelta(minutes=1), duration_minutes=whole.minutes)
    always = WeeklyRule.every_day(Hours.parse("00:00-24:00"))
    calendar = Calendar(time_zone="UTC", rules=always, settings=settings, service_hours=whole.hours)
    window = TimeRange(_SUNDAY, _SUNDAY + DAYS_ASKED * A_DAY)
    slots = offered_slots(calendar, (), window=window, now=_SUNDAY)
    return hours_around((slot.start for slot in slots), _SUNDAY, whole.minutes)


def hours_around(starts: Iterable[datetime], since: datetime, minutes: int) -> tuple[WeeklyRule, ...]:
    """The hours in which appointments of this length start so, one each step, by weekday.

    The starts are those of `DAYS_ASKED` days in UTC; hours that begin on the first or the last of them are left out.
    """
    runs: list[list[datetime]] = []
    for start in starts:
        if not runs or start - runs[-1][-1] != STEP:
            runs.append([])
        runs[-1].append(start)

    def wall(at: datetime) -> WallTime:
        return WallTime(at.hour * 60 + at.minute)

    found = (
        WeeklyRule(day=first.isoweekday() % 7, hours=Hours(wall(first), wall(last + timedelta(minutes=minutes))))
        for first, *_, last in (run if len(run) > 1 else run * 2 for run in runs)
        if since + A_DAY <= first < since + (DAYS_ASKED - 1) * A_DAY
    )
    return tuple(sorted(found, key=lambda rule: (rule.day, rule.hours.start)))


def check_services(
    cases: Iterable[ServicesCase], ask: Callable[[ServicesCase], Together | str] = added_up
) -> list[Failure]:
    """Return the cases in which an implementation adds up something else, or refuses something else."""
    return list(failures(cases, lambda case: _problems(case.expected, ask(case))))


def _problems(expected: Together | str, found: Together | str) -> Iterator[str]:
    if expected != found:
        yield f"  - {expected}  expected"
        yield f"  + {found}  found"


def _pauses(pauses: Iterable[Json]) -> tuple[Pause, ...]:
    """Decode pauses."""
    return tuple(Pause(each["afterMinutes"], each["minutes"]) for each in pauses)


def _rules(rules: Iterable[Json]) -> tuple[WeeklyRule, ...]:
    """Decode weekly hours."""
    return tuple(
        WeeklyRule(day=each["day"], hours=Hours.parse(f"{each['startTime']}-{each['endTime']}")) for each in rules
    )


def _offered(json: Json, number: int) -> OfferedService:
    own: Json | None = json.get("own")
    service = Service(
        id=ServiceId(UUID(int=number)),
        provider_id=_MEMBER if own is None else None,
        salon_id=None if own is None else _SALON,
        name=json["name"],
        minutes=json["durationMinutes"],
        price=Money(amount=json["priceAmount"], currency=CURRENCY),
        deposit=Money(amount=json["depositAmount"], currency=CURRENCY),
        buffer_before_minutes=json.get("bufferBeforeMinutes"),
        buffer_after_minutes=json.get("bufferAfterMinutes"),
        min_notice_minutes=json.get("minNoticeMinutes"),
        horizon_days=json.get("horizonDays"),
        add_on=json.get("addOn", False),
        capacity=json.get("capacity", 1),
        pauses=_pauses(json.get("pauses", ())),
        whole_days=json.get("wholeDays", False),
        hours=ServiceHours(_rules(json["hours"])) if "hours" in json else None,
        created_at=datetime(2025, 11, 24, tzinfo=UTC),
    )
    return service.offered(None if own is None else _offer(service.id, own))


def _offer(service_id: ServiceId, own: dict[str, Any] | Json) -> ServiceOffer:
    return ServiceOffer(
        service_id=service_id,
        provider_id=_MEMBER,
        minutes=own.get("durationMinutes"),
        price_amount=own.get("priceAmount"),
    )
