"""The providers of a city: accounts, salons, profiles, services, open hours, and what search finds them by."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types.json import Jsonb

from adapters.postgres.search.marks import marks_of, vector_of_marks
from adapters.postgres.search.tables import ENTRY, places_of, vector_of
from adapters.postgres.search.words import meanings_of
from benchmarks.city.words import (
    BEGINNINGS,
    BIOS,
    ENDINGS,
    LANGUAGES,
    PRICE_DIVISOR,
    STREETS,
    SYLLABLES,
    TOWNS,
    TRADES,
    Town,
    Trade,
)
from booking_domain.search.free_time import DAYS, FreeTime
from booking_domain.search.model import Place, SearchEntry, Term, TermKind, completeness_of
from booking_domain.search.words import keys_of_all
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, ServiceId
from booking_domain.shared.time import TimeRange

HOURS: Final = ((9, 19), (10, 20), (11, 21))
"""When a provider is open, on the days that are not closed: ten hours, so five cells of two hours."""
CELLS_A_DAY: Final = 5
SALON_OPEN: Final = (8 * 60, 22 * 60)
MEMBERS: Final = 4
SALON_OF: Final = 20
"""There is a salon for as many providers."""
PAST_DAYS: Final = 730
FUTURE_DAYS: Final = 60
MOST: Final = (PAST_DAYS + FUTURE_DAYS) * CELLS_A_DAY * 9 // 10
"""How many appointments a provider is asked for at most."""
_WEEKDAYS: Final = (0.6, 0.6, 0.7, 0.75, 0.95, 1.0, 0.8)
_MONTHS: Final = (0.7, 0.95, 0.75, 0.75, 0.8, 0.85, 0.7, 0.75, 0.85, 0.75, 0.8, 1.0)
_CLOSED: Final = ((6,), (0,), (6, 0), (1,), ())
_LONGEST_LEAD_DAYS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a city has. Equal plans make equal cities."""

    providers: int
    bookings: int
    """About how many."""
    now: datetime
    seed: int = 1
    password_hash: str | None = None
    """Of all accounts."""

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return max(20, self.bookings // 10, self.providers // 2)

    @property
    def first_day(self) -> datetime:
        """When the first appointments were."""
        return datetime.combine(self.now.date() - timedelta(days=PAST_DAYS), time())


Rows = dict[str, list[tuple[Any, ...]]]

COLUMNS: Final[Mapping[str, str]] = {
    "users": "id, email, name, role, status, locale, time_zone, password_hash, created_at, email_verified_at, version",
    "salons": "id, manager_id, name, time_zone, hours, version, created_at, address, city, lat, lon",
    "providers": "id, owner_id, display_name, bio, styles, address, lat, lon, status, review_note, version, created_at,"
    " time_zone, step_minutes, duration_minutes, horizon_days, booking_mode, currency, price_amount,"
    " cancellation_policy, salon_id, languages",
    "services": "id, provider_id, salon_id, name, description, category, minutes, currency, price_amount,"
    " deposit_amount, add_on, active, version, created_at",
    "service_offers": "service_id, provider_id",
    "availability_rules": "id, provider_id, day, start_minute, end_minute, every_weeks",
    "public_versions": "id, version",
    "search_entries": ", ".join((*(column.name for column in ENTRY.columns), "places", "places_version", "put_at")),
    "search_terms": "provider_id, kind, term, words",
    "search_parts": "provider_id, kind, id, words, labels, price, currency, minutes",
    "search_words": "word, means",
    "city_providers": "number, id, owner_id, zone, opens, closed, request_mode, wanted, before, offers",
    "city_offers": "provider, number, service",
}


@dataclass(slots=True)
class Providers:
    """Makes the rows of all providers, some at a time."""

    plan: Plan
    words: dict[str, set[str]] = field(default_factory=dict)
    """What the words of search mean."""
    _random: random.Random = field(init=False)
    _wanted: list[int] = field(init=False)
    _before: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.plan.seed)  # noqa: S311 - the same city for the same seed
        # A few are asked for far more than most.
        weights = [(1.0 - self._random.random()) ** -0.6 for _ in range(self.plan.providers)]
        asked = self.plan.bookings / sum(weights) / _mean_weight(self.plan.now)
        self._wanted = [min(MOST, round(weight * asked)) for weight in weights]

    def batches(self, size: int = 2_000) -> Iterator[Rows]:
        """Rows by table, of so many providers at a time: a multiple of `SALON_OF`."""
        for first in range(0, self.plan.providers, size):
            rows: Rows = {name: [] for name in COLUMNS if name != "search_words"}
            salon: _Salon | None = None
            for number in range(first, min(first + size, self.plan.providers)):
                if number % SALON_OF == 0:
                    salon = self._salon(rows)
                self._provider(rows, number, salon if number % SALON_OF < MEMBERS else None)
            yield rows

    def _salon(self, rows: Rows) -> "_Salon":
        rng, created = self._random, self._past()
        town, trade = _pick(rng, TOWNS), _pick(rng, TRADES)
        manager, id_ = self._id(created), self._id(created)
        name = f"{self._name(town.language)} {trade.brands[LANGUAGES.index(town.language)]}"
        lat, lon = _near(rng, town)
        address = f"{rng.choice(STREETS[town.language])} {rng.randrange(1, 120)}"
        hours = [
            {"id": str(self._id(created)), "day": day, "minutes": SALON_OPEN}
            | {"everyWeeks": 1, "validFrom": None, "validUntil": None}
            for day in range(7)
        ]
        rows["users"].append(self._user(manager, self._name(town.language), "manager", town, created))
        rows["salons"].append(
            (
                *(id_, manager, name, town.zone, Jsonb({"rules": hours, "exceptions": []}), 1, created),
                *(address, town.name, lat, lon),
            )
        )
        rows["public_versions"].append((id_, self._version))
        services = self._services(town, trade, created)
        for each in services:
            rows["services"].append(each.row(None, id_, created))
        return _Salon(id_, name, address, lat, lon, town, trade, services)

    def _provider(self, rows: Rows, number: int, salon: "_Salon | None") -> None:
        rng, created = self._random, self._past()
        town = salon.town if salon else _pick(rng, TOWNS)
        trade = salon.trade if salon else _pick(rng, TRADES)
        language = town.language if rng.random() < 0.8 else rng.choice(LANGUAGES)
        owner, id_ = self._id(created), self._id(created)
        name = self._name(language)
        display = name if salon else f"{name} {trade.brands[LANGUAGES.index(language)]}"
        if rng.random() < 0.3:
            display = f"{''.join(rng.choices(SYLLABLES, k=4)).capitalize()} {display}"
        bio = rng.choice(BIOS[language]) if rng.random() < 0.8 else ""
        styles = sorted(rng.sample(trade.styles, rng.randrange(1, min(4, len(trade.styles)))))
        address = f"{rng.choice(STREETS[town.language])} {rng.randrange(1, 120)}, {town.name}"
        lat, lon = (None, None) if salon else _near(rng, town)
        languages = sorted({town.language, language, *rng.sample(LANGUAGES, rng.randrange(0, 2))})
        request_mode = rng.random() < 0.1
        services = salon.services if salon else self._services(town, trade, created, language)
        opens, closes = rng.choice(HOURS)
        closed = rng.choices(_CLOSED, (40, 25, 15, 10, 10))[0]
        rows["users"].append(self._user(owner, name, "provider", town, created))
        rows["providers"].append(
            (
                *(id_, owner, display, bio, styles, address, lat, lon, "approved", "", 3, created, town.zone, 30, 60),
                *(90, "request" if request_mode else "instant", town.currency, 0, Jsonb([[24, 100]])),
                *(salon.id if salon else None, languages),
            )
        )
        rows["availability_rules"].extend(
            (self._id(created), id_, day, opens * 60, closes * 60, 1) for day in range(7) if day not in closed
        )
        for each in services:
            if salon:
                rows["service_offers"].append((each.id, id_))
            else:
                rows["services"].append(each.row(id_, None, created))
        rows["public_versions"].append((id_, self._version))
        wanted = self._wanted[number]
        rows["city_providers"].append(
            (number, id_, owner, town.zone, opens, list(closed), request_mode, wanted, self._before, len(services))
        )
        rows["city_offers"].extend((number, at, Jsonb(each.offered)) for at, each in enumerate(services))
        self._before += wanted
        parts = (bool(bio), True, True, True, True, True)  # text, address, point, styles, languages, services
        terms = {
            Term(TermKind.PROVIDER, display),
            *(Term(TermKind.STYLE, style) for style in styles),
            *(Term(TermKind.SERVICE, each.name) for each in services),
            *((Term(TermKind.SALON, salon.name), Term(TermKind.PLACE, salon.town.name)) if salon else ()),
        }
        quickest = min(services, key=lambda each: (each.minutes, each.category, each.name, each.id))
        entry = SearchEntry(
            provider_id=ProviderId(id_),
            words=_words(
                {
                    Place.NAME: [display],
                    Place.OFFER: [*styles, *(text for each in services for text in (each.name, each.category))],
                    Place.ADDRESS: [address, *((salon.name, salon.town.name, salon.address) if salon else ())],
                    Place.OTHER: [bio],
                }
            ),
            terms=tuple(sorted(terms)),
            styles=tuple(sorted(folded(each) for each in styles)),
            categories=(folded(services[0].category),),
            lat=salon.lat if salon else lat,
            lon=salon.lon if salon else lon,
            price_from=min(each.price for each in services),
            currency=town.currency,
            minutes=quickest.minutes,
            quickest=ServiceId(quickest.id),
            free=(free := _free(town.zone, opens, closes, closed, self.plan.now)),
            open_hours=free.quarters,
            completeness=completeness_of(parts=sum(parts), of=8),
            version=f"{self._version:x}.{self._version if salon else 0:x}",
        )
        written = ENTRY.write(entry)
        written["words"] += f" {vector_of_marks(marks_of(entry))}"
        stored = *(written[column.name] for column in ENTRY.columns), places_of(entry.words), entry.version
        rows["search_entries"].append((*stored, self.plan.now))
        of_texts = [*entry.words.values(), *(keys_of_all([text]) for _, text in terms)]
        texts = {Place.OFFER: styles, Place.ADDRESS: [display, address]}
        if salon:
            texts[Place.ADDRESS] += [salon.name, salon.town.name, salon.address]
        for each in services:
            found = {**texts, Place.NAME: [each.name], Place.OFFER: [*styles, each.category]}
            part = (vector_of(words := _words(found)), [folded(each.category)], each.price, each.currency, each.minutes)
            rows["search_parts"].append((id_, "services", each.id, *part))
            of_texts += words.values()
        for word, means in meanings_of(of_texts).items():
            self.words.setdefault(word, set()).update(means)
        rows["search_terms"].extend((id_, kind.value, text, _vector(text)) for kind, text in sorted(terms))

    def _services(
        self, town: Town, trade: Trade, created: datetime, language: str | None = None
    ) -> Sequence["_Service"]:
        rng, at = self._random, LANGUAGES.index(language or town.language)
        level = rng.choice((8, 9, 10, 10, 11, 12, 14, 18)) * 100 * 1_000 * 10
        takes_deposits, found = rng.random() < 0.3, []
        for offer in trade.offers:
            minutes = rng.choice(offer.minutes)
            price = offer.price * level // PRICE_DIVISOR[town.currency] // 1_000 * 100 or 100
            deposit = price // 4 if takes_deposits and minutes > 30 else 0
            found.append(
                _Service(self._id(created), offer.names[at], trade.category[at], minutes, town.currency, price, deposit)
            )
        return found

    def _user(self, id_: UUID, name: str, role: str, town: Town, created: datetime) -> tuple[Any, ...]:
        email = f"{role}-{id_.hex[12:]}@city.example"
        registered = (self.plan.password_hash, created, created, 1)
        return (id_, email, name, role, "active", town.language, town.zone, *registered)

    def _name(self, language: str) -> str:
        return self._random.choice(BEGINNINGS[language]) + self._random.choice(ENDINGS[language])

    def _past(self) -> datetime:
        """When somebody registered: mostly long ago."""
        return self.plan.now - timedelta(seconds=int(PAST_DAYS * 86_400 * self._random.random() ** 0.7) + 86_400)

    def _id(self, at: datetime) -> UUID:
        """A UUID of version 7."""
        bits = int(at.timestamp() * 1_000) << 80 | 7 << 76 | self._random.getrandbits(12) << 64
        return UUID(int=bits | 2 << 62 | self._random.getrandbits(62))

    @property
    def _version(self) -> int:
        return int(self.plan.now.timestamp() * 1_000_000)


@dataclass(frozen=True, slots=True)
class _Service:
    """A service, as it is stored, and as a booking has it."""

    id: UUID
    name: str
    category: str
    minutes: int
    currency: str
    price: int
    deposit: int

    def row(self, provider: UUID | None, salon: UUID | None, created: datetime) -> tuple[Any, ...]:
        of = (self.id, provider, salon, self.name, "", self.category, self.minutes, self.currency, self.price)
        return (*of, self.deposit, False, True, 1, created)

    @property
    def offered(self) -> dict[str, Any]:
        of = {"id": str(self.id), "name": self.name, "minutes": self.minutes, "currency": self.currency}
        amounts = {"price_amount": self.price, "deposit_amount": self.deposit}
        return of | amounts | {"buffer_before_minutes": None, "buffer_after_minutes": None, "add_on": False}


@dataclass(frozen=True, slots=True)
class _Salon:
    id: UUID
    name: str
    address: str
    lat: float
    lon: float
    town: Town
    trade: Trade
    services: Sequence[_Service]


def day_weights(now: datetime) -> list[float]:
    """How much of what is asked for is booked on each day: weekday, season, growth, and how far ahead people book."""
    first = now.date() - timedelta(days=PAST_DAYS)
    found = []
    for number in range(PAST_DAYS + FUTURE_DAYS):
        day = first + timedelta(days=number)
        ahead = max(0, number - PAST_DAYS)
        growth = 0.5 + 0.5 * min(number, PAST_DAYS) / PAST_DAYS
        weight = _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * growth
        found.append(weight * 0.5 ** (ahead / _LONGEST_LEAD_DAYS * 2))
    return found


def _mean_weight(now: datetime) -> float:
    weights = day_weights(now)
    return sum(weights) / len(weights) * 0.85  # of seven days one is closed


def copy(connection: psycopg.Connection[Any], table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Store rows of a table."""
    with connection.cursor().copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN".encode()) as target:
        for row in rows:
            target.write_row(row)


def _pick(rng: random.Random, among: Sequence[Any]) -> Any:
    return rng.choices(among, [each.share for each in among])[0]


def _near(rng: random.Random, town: Town) -> tuple[float, float]:
    return round(rng.gauss(town.lat, town.spread), 6), round(rng.gauss(town.lon, town.spread * 1.4), 6)


@lru_cache(maxsize=10_000)
def _keys(text: str) -> tuple[str, ...]:
    return keys_of_all([text])


@lru_cache(maxsize=10_000)
def _vector(text: str) -> str:
    return " ".join(f"'{key}'" for key in _keys(text))


def _words(texts: Mapping[Place, Iterable[str]]) -> dict[Place, tuple[str, ...]]:
    found = {place: tuple(sorted({key for text in each for key in _keys(text)})) for place, each in texts.items()}
    return {place: keys for place, keys in found.items() if keys}


@lru_cache(maxsize=1_000)
def _free(zone: str, opens: int, closes: int, closed: tuple[int, ...], now: datetime) -> FreeTime:
    """The open hours of a provider, in whole quarters."""
    since = now.astimezone(UTC).date()
    days = (since + timedelta(days=number) for number in range(-1, DAYS + 1))
    return FreeTime.of(
        (
            TimeRange(
                datetime.combine(day, time(opens), ZoneInfo(zone)).astimezone(UTC),
                datetime.combine(day, time(closes), ZoneInfo(zone)).astimezone(UTC),
            )
            for day in days
            if day.isoweekday() % 7 not in closed
        ),
        since=since,
    )
