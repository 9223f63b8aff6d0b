"""`python -m benchmarks.recommendations`: do recommendations find where customers go next, better than popularity?

A city is made, and its bookings get customers with tastes: a home, one or two trades, two styles of each. A booking is
of somebody who was there before (six of ten), of somebody nearby to whose tastes the provider is (nine of ten of the
others), or of anybody in town. So the structure is planted: the figures say whether the rules find it, and which parts
are worth their place; they do not say how people behave.

At each of some moments only what was before is stored and counted; then the next bookings of customers are compared
with what they would be recommended without saying where they are. It asserts nothing; docs/develop/benchmarks.md has
results.
"""

import argparse
import asyncio
import random
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import cos, exp, hypot, log2, radians
from typing import Final
from uuid import UUID

import psycopg

from benchmarks import report
from benchmarks.city.generate import generate
from benchmarks.city.providers import Plan
from benchmarks.city.words import TOWNS, TRADES, Town
from benchmarks.environment import database, production
from booking_domain.search.recommendations import KNOWN_FOR, Around, Signals, Tastes, recommended
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.use_cases.search.recommendations import signals_of
from entrypoints.http.container import HttpContainer
from entrypoints.settings.main import Settings

LIMIT: Final = 10
RETURNS: Final = 0.6
FITS: Final = 0.9
SAVED_PER_BOOKING: Final = 0.05
NEAR_KM: Final = 3.0
_KM_A_DEGREE: Final = 111.2
_TEST: Final = timedelta(days=14)


@dataclass(slots=True)
class Customer:
    """Somebody with a home and tastes."""

    id: UUID
    town: Town
    lat: float
    lon: float
    styles: Mapping[str, frozenset[str]]
    """By category."""


@dataclass(slots=True)
class Provider:
    """A provider, who may come, and who has been there."""

    id: UUID
    category: str
    styles: frozenset[str]
    lat: float
    lon: float
    town: Sequence[Customer] = ()
    fitting: Sequence[Customer] = ()
    weights: Sequence[float] = ()
    regulars: list[UUID] = field(default_factory=list)


def customers_of(ids: Iterable[UUID], rng: random.Random) -> list[Customer]:
    """Draw a home and tastes for each."""
    found = []
    for id_ in ids:
        town = rng.choices(TOWNS, [each.share for each in TOWNS])[0]
        trades = rng.choices(TRADES, [each.share for each in TRADES], k=rng.choice((1, 2)))
        styles = {
            folded(each.category[0]): frozenset(map(folded, rng.sample(each.styles, min(2, len(each.styles)))))
            for each in trades
        }
        lat, lon = rng.gauss(town.lat, town.spread / 2), rng.gauss(town.lon, town.spread / 1.4)
        found.append(Customer(id_, town, lat, lon, styles))
    return found


def affinity(provider: Provider, customer: Customer) -> float:
    """How likely somebody of this trade is to choose the provider: by distance and styles."""
    north = (provider.lat - customer.lat) * _KM_A_DEGREE
    east = (provider.lon - customer.lon) * _KM_A_DEGREE * cos(radians(provider.lat))
    shared = len(provider.styles & customer.styles[provider.category])
    return exp(-hypot(north, east) / NEAR_KM) * (1 + 3 * shared)


def prepare(provider: Provider, customers: Sequence[Customer]) -> None:
    """Find who may come to the provider."""
    near = min(TOWNS, key=lambda town: hypot(town.lat - provider.lat, town.lon - provider.lon))
    provider.town = [each for each in customers if each.town is near]
    trade = next(each for each in TRADES if provider.category in map(folded, each.category))
    provider.category = folded(trade.category[0])
    provider.fitting = [each for each in provider.town if provider.category in each.styles]
    provider.weights = [affinity(provider, each) for each in provider.fitting]


def drawn(provider: Provider, rng: random.Random) -> UUID:
    """Draw somebody who has not been there, or who happens to come again."""
    if provider.fitting and rng.random() < FITS:
        return rng.choices(provider.fitting, provider.weights)[0].id
    return rng.choice(provider.town).id


def give_tastes(url: str, rng: random.Random) -> None:
    """Give each booking a customer with tastes, and put bookings and favourites aside."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT id FROM users WHERE role = 'customer' ORDER BY id").fetchall()
        customers = customers_of((row[0] for row in rows), rng)
        found = connection.execute(
            "SELECT provider_id, categories[1], styles, lat, lon FROM search_entries ORDER BY provider_id"
        ).fetchall()
        providers = {id_: Provider(id_, category, frozenset(styles), *at) for id_, category, styles, *at in found}
        for each in providers.values():
            prepare(each, customers)
        booked = connection.execute("SELECT id, provider_id FROM bookings ORDER BY created_at, id").fetchall()
        chosen, saved = [], set()
        for booking_id, provider_id in booked:
            provider = providers[provider_id]
            if not provider.town:
                continue
            returns = provider.regulars and rng.random() < RETURNS
            # Those who came lately come more.
            at = int(len(provider.regulars) * rng.random() ** 0.5)
            customer = provider.regulars[at] if returns else drawn(provider, rng)
            provider.regulars.append(customer)
            chosen.append((booking_id, customer))
            if rng.random() < SAVED_PER_BOOKING:
                saved.add((drawn(provider, rng), provider_id))
        connection.execute("CREATE TABLE all_bookings AS SELECT * FROM bookings")
        connection.execute("CREATE TABLE all_favourites AS SELECT * FROM favourites")
        connection.execute("CREATE TEMPORARY TABLE chosen (id uuid PRIMARY KEY, customer_id uuid)")
        connection.execute("CREATE TEMPORARY TABLE saved (n serial, user_id uuid, provider_id uuid)")
        with connection.cursor().copy("COPY chosen FROM STDIN") as copy:
            for row in chosen:
                copy.write_row(row)
        with connection.cursor().copy("COPY saved (user_id, provider_id) FROM STDIN") as copy:
            for row in saved:
                copy.write_row(row)
        connection.execute(
            "UPDATE all_bookings AS each SET customer_id = chosen.customer_id FROM chosen WHERE chosen.id = each.id"
        )
        connection.execute("DELETE FROM all_favourites")
        connection.execute(
            "INSERT INTO all_favourites (id, user_id, provider_id, created_at)"
            " SELECT gen_random_uuid(), user_id, provider_id, now() - random() * interval '365 days' FROM saved"
        )
        connection.execute("TRUNCATE bookings, favourites CASCADE")


_COLUMNS: Final = (
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    " AND is_generated = 'NEVER'"
)


def store_until(url: str, since: datetime, until: datetime) -> None:
    """Store what happened between two moments."""
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        for table, at in (("bookings", "starts_at"), ("favourites", "created_at")):
            columns = ", ".join(row[0] for row in connection.execute(_COLUMNS, (table,)))
            statement = (
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM all_{table} WHERE {at} >= %s AND {at} < %s"
            )
            connection.execute(statement.encode(), (since, until))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE bookings, favourites")


def booked_next(url: str, cut: datetime) -> dict[UUID, set[UUID]]:
    """Where each customer went within `_TEST`."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    with psycopg.connect(url) as connection:
        for customer_id, provider_id in connection.execute(
            "SELECT customer_id, provider_id FROM all_bookings"
            " WHERE status = 'completed' AND starts_at >= %s AND starts_at < %s",
            (cut, cut + _TEST),
        ):
            found[customer_id].add(provider_id)
    return found


@dataclass(slots=True)
class Score:
    """What a list of ten found, summed over customers."""

    recalls: list[float] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    repeats: list[float] = field(default_factory=list)
    explored: list[float] = field(default_factory=list)
    shown: set[ProviderId] = field(default_factory=set)

    def add(self, shown: Sequence[ProviderId], wanted: set[UUID], known: set[ProviderId]) -> None:
        """Compare a list with where the customer went."""
        self.shown.update(shown)
        self.recalls.append(len(wanted.intersection(shown)) / len(wanted))
        best = sum(1 / log2(place + 2) for place in range(min(LIMIT, len(wanted))))
        self.gains.append(sum(1 / log2(place + 2) for place, each in enumerate(shown) if each in wanted) / best)
        for part, of in ((self.repeats, wanted & known), (self.explored, wanted - known)):
            if of:
                part.append(len(of.intersection(shown)) / len(of))


_NO_STYLE: Final[Callable[[Around], Around]] = lambda each: each._replace(styles=0)  # noqa: E731
_NO_CUSTOMERS: Final[Callable[[Around], Around]] = lambda each: each._replace(customers=0)  # noqa: E731


def _changed(signals: Signals, change: Callable[[Around], Around]) -> Signals:
    return replace(signals, around={each: change(around) for each, around in signals.around.items()})


VARIANTS: Final[Mapping[str, Callable[[Signals], Signals]]] = {
    "all parts": lambda all_: all_,
    "without book again": lambda all_: replace(all_, known=()),
    "without similar": lambda all_: replace(all_, similar={}),
    "without style": lambda all_: _changed(all_, _NO_STYLE),
    "without popular": lambda all_: _changed(all_, _NO_CUSTOMERS),
    "only book again": lambda all_: Signals(known=all_.known),
    "only similar": lambda all_: Signals(similar=all_.similar),
    "only style": lambda all_: _changed(Signals(around=all_.around), _NO_CUSTOMERS),
    "popular nearby": lambda all_: _changed(Signals(around=all_.around), _NO_STYLE),
}
POPULARITY: Final = "plain popularity"


async def evaluate(url: str, cuts: Sequence[datetime], sample: int, rng: random.Random) -> dict[str, Score]:
    """Score each variant over all moments."""
    container = HttpContainer(settings=Settings.from_environment(production(url)))
    scores = {name: Score() for name in (POPULARITY, *VARIANTS)}
    since = datetime.min.replace(tzinfo=UTC)
    storage = container.database()
    await storage.open()
    try:
        reads = container.reads()
        for cut in cuts:
            store_until(url, since, cut)
            since = cut
            async with storage.begin() as tx:
                await tx.similar_providers.rebuild(cut)
            around = await reads.recommendations.around(None, (), LIMIT)
            popular = sorted(around, key=lambda each: (-around[each].customers, each))[:LIMIT]
            wanted = booked_next(url, cut)
            for customer in rng.sample(sorted(wanted), min(sample, len(wanted))):
                tastes: Tastes = await reads.recommendations.tastes(UserId(customer), cut - KNOWN_FOR)
                signals = await signals_of(tastes, None, reads)
                known = {each.provider_id for each in tastes.known if each.last_at}
                scores[POPULARITY].add(popular, wanted[customer], known)
                for name, variant in VARIANTS.items():
                    shown = [each.provider_id for each in recommended(variant(signals), cut, LIMIT)]
                    scores[name].add(shown, wanted[customer], known)
    finally:
        await storage.close()
    return scores


def main(options: argparse.Namespace) -> None:
    """Measure and print; removes all files and processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rng = random.Random(options.seed)  # noqa: S311 - the same city for the same seed
    with ExitStack() as stack:
        url = stack.enter_context(database())
        now = datetime.fromisoformat(options.now)
        generate(url, Plan(providers=options.providers, bookings=options.bookings, now=now, seed=options.seed))
        give_tastes(url, rng)
        cuts = [now - number * _TEST for number in range(options.cuts, 0, -1)]
        scores = asyncio.run(evaluate(url, cuts, options.customers, rng))
    print(f"{options.providers:,} providers, {options.bookings:,} bookings, {len(cuts)} moments; {report.hardware()}")
    print(f"{'':20}{'recall@10':>10}{'NDCG@10':>9}{'repeat':>8}{'explore':>9}{'coverage':>10}")
    for name, each in scores.items():
        means = [_mean(part) for part in (each.recalls, each.gains, each.repeats, each.explored)]
        shown = len(each.shown) / options.providers
        print(f"{name:20}{means[0]:10.3f}{means[1]:9.3f}{means[2]:8.3f}{means[3]:9.3f}{shown:10.3f}")
    one = scores[POPULARITY]
    print(f"{len(one.recalls):,} lists, {len(one.repeats):,} with a repeat, {len(one.explored):,} with somebody new")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recommendations", description=__doc__)
    parser.add_argument("--providers", type=int, default=1_000)
    parser.add_argument("--bookings", type=int, default=60_000)
    parser.add_argument("--cuts", type=int, default=4)
    parser.add_argument("--customers", type=int, default=400, help="of each moment")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--now", default="2026-11-26T00:00+00:00")
    return parser.parse_args()


if __name__ == "__main__":
    main(arguments())
