"""Tiers decide how fast a search is, not what it finds: whatever their bounds are, it finds what memory does."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from itertools import product
from random import Random
from typing import Any, Final

import pytest
from sqlalchemy import delete, select
from tests.contract.backends import PostgresBackend, in_memory
from tests.unit.effort import NIGHTLY

from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.work import Work
from adapters.postgres.search.bounds import Bounds, KnownBounds, bounds_of
from adapters.postgres.search.marks import SCORES, end_of_band
from adapters.postgres.search.salons import PostgresKindSearchReads
from adapters.postgres.search.tables import search_entries, search_hours
from booking_domain.search.free_time import QUARTERS, FreeTime
from booking_domain.search.model import Near, Place, SearchCriteria, SearchKind, SearchOrder, Term, TermKind
from booking_domain.search.ports import SearchReads
from booking_domain.search.words import keys_of_all
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.backend import Backend
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import a_cast, a_salon, alone
from booking_domain.testing.search.contracts.entries import a_service, a_work, an_entry

SEEDS: Final = range(50 if NIGHTLY else 2)
SEARCHES: Final = 100 if NIGHTLY else 20
PROVIDERS: Final = 24
SIZES: Final = (3, 6, 12)
NEAR: Final = Near(lat=47.9, lon=106.9, radius_metres=20_000)
ASKED: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"text": "ink"},
    {"text": "ink bold", "all_but_one": True},
    {"styles": ("realism",)},
    {"category": "hair", "price_to": 250, "currency": "MNT"},
    {"near": NEAR},
    {"near": NEAR, "text": "ink"},
)
FEW: Final = 5
"""So many are ranked: bounds between them would leave somebody out, or let in another one."""

MANY: Final = b"""
    SET LOCAL session_replication_role = replica;  -- there are no such providers
    CREATE TEMPORARY TABLE one ON COMMIT DROP AS SELECT * FROM search_entries;
    TRUNCATE search_entries CASCADE;  -- so that rows are in the same pages whatever was in the table
    INSERT INTO search_entries
    SELECT (jsonb_populate_record(e, jsonb_build_object(
        'provider_id', gen_random_uuid(), 'merit', number * 7 % 350, 'price_from', number * 13 % 2_000 + 1
    ))).*
    FROM one AS e, generate_series(1, 2_000) AS number
"""


def drawing(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same values for the same seed


class Given(KnownBounds):
    """Bounds that are not read."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self._given = bounds

    async def now(self, work: Work) -> Bounds:
        return self._given


def drawn_bounds(random: Random) -> Bounds:
    """Bounds that need not be those of any entries; some are equal."""

    def of(most: int, band: int) -> list[int]:
        return [random.randrange(0, most + 1, band) for _ in SIZES]

    return Bounds(
        scores=sorted(of(5_000_000, SCORES), reverse=True),
        prices={"MNT": sorted(of(400, 1))} if random.random() > 0.2 else {},
        lowest={"MNT": random.randrange(0, 5_000)} if random.random() > 0.2 else {},
    )


async def fill(backend: Backend, random: Random) -> None:
    """Store entries, half of them of members of salons, with services and works."""
    make, members = Builder(), []
    salons = {first: random.choice(("Ink", "Bold")) for first in range(0, PROVIDERS // 2, 3)}
    for number in range(PROVIDERS):
        cast = await a_cast(backend, make)
        prices = [random.randrange(1, 400) for _ in range(3)]
        services = [
            a_service(number * 10 + each, random.choice(("Ink", "Nails")), random.choice(("Hair", "Ink")), price=price)
            for each, price in enumerate(prices)
        ]
        works = [a_work(number * 10 + 5, random.choice(("ink", "bold")))]
        score = random.randrange(3_000_000, 5_000_000)
        name, salon = random.choice(("Bold", "Saraa")), salons.get(number // 3 * 3)
        terms = [Term(TermKind.PROVIDER, name), *([] if salon is None else [Term(TermKind.SALON, salon)])]
        entry = an_entry(
            cast.profile.id,
            name,
            random.choice(("Ink", "Nails")),
            parts=(*services, *works),
            terms=tuple(terms),
            styles=random.choice(((), ("realism",))),
            lat=47.9 + random.uniform(-0.2, 0.2),
            lon=106.9 + random.uniform(-0.2, 0.2),
            merit=random.randrange(360),
            score=score,
        )
        await alone(backend).search_entries.put(entry, NOW)
        members.append(cast)
    for first, name in salons.items():
        await a_salon(backend, make, *members[first : first + 3], name=name)


def searches() -> Iterator[SearchCriteria]:
    for kind, order, asked in product(SearchKind, SearchOrder, ASKED):
        wanted = asked | ({"currency": "MNT"} if order is SearchOrder.CHEAPEST else {})
        if order is SearchOrder.SOONEST or (order is SearchOrder.NEAREST and "near" not in wanted):
            continue
        for candidates in (FEW, PROVIDERS * 3):
            yield SearchCriteria(at=NOW, kind=kind, order=order, candidates=candidates, **wanted)


@asynccontextmanager
async def reading(backend: PostgresBackend, bounds: Bounds) -> AsyncIterator[SearchReads]:
    async with backend.work() as work:
        yield PostgresKindSearchReads(work, Given(bounds))


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_the_bounds_of_tiers_are_the_same_is_found(seed: int, postgres_backend: PostgresBackend) -> None:
    async with in_memory() as memory:
        await fill(memory, drawing(seed))
        await fill(postgres_backend, drawing(seed))
        async with postgres_backend.work() as work:
            exact = await bounds_of(work, sizes=SIZES)
        for criteria in drawing(seed).sample(list(searches()), SEARCHES):
            expected = await memory.reads.search.search_and_count(criteria)
            for bounds in (Bounds(), exact, drawn_bounds(drawing(seed))):
                async with reading(postgres_backend, bounds) as reads:
                    assert await reads.search_and_count(criteria) == expected, bounds
                    assert await reads.first_to_match([criteria]) == 0 or not expected[0]


@pytest.mark.parametrize(("lat", "lon"), [(0.0, 0.0), (47.9, 106.9), (-71.0, 30.0), (64.0, 179.99), (89.95, 10.0)])
async def test_the_nearest_are_found_wherever_meridians_are_close(
    lat: float, lon: float, postgres_backend: PostgresBackend
) -> None:
    evening, random = TimeRange(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=5)), drawing(1)
    async with in_memory() as memory:
        make = {backend: Builder() for backend in (memory, postgres_backend)}
        for number in range(3 * PROVIDERS):
            north = min(90.0, lat + random.choice((0, 1)) * random.gauss(0, 0.05))
            east = (lon + random.gauss(0, 0.05) + 180) % 360 - 180
            free = FreeTime.of([evening] if number % 3 else [], since=NOW.date())
            for backend, build in make.items():
                cast = await a_cast(backend, build)
                entry = an_entry(cast.profile.id, free=free, lat=north, lon=east)
                await alone(backend).search_entries.put(entry, NOW)
        for candidates, windows, km in product((1, FEW, PROVIDERS, 3 * PROVIDERS), ((), (evening,)), (3, 100)):
            near = Near(lat=lat, lon=lon, radius_metres=km * 1_000)
            criteria = SearchCriteria(at=NOW, near=near, windows=windows, candidates=candidates, limit=candidates)
            expected = await memory.reads.search.search_and_count(criteria)
            assert expected[0]
            async with postgres_backend.work() as work:
                found = await PostgresKindSearchReads(work).search_and_count(criteria)
            assert found == expected, (candidates, windows, km)


async def test_whatever_the_lowest_price_is_thought_to_be_the_first_by_price_and_rating_are_found(
    postgres_backend: PostgresBackend,
) -> None:
    async with in_memory() as memory:
        for backend in (memory, postgres_backend):
            make, random = Builder(), drawing(1)
            for price in (each * 10**zeros for each in range(1, 100, 3) for zeros in range(3)):
                cast, score = await a_cast(backend, make), random.randrange(3_000_000, 5_000_000)
                entry = an_entry(cast.profile.id, "Ink", price_from=price, score=score)
                await alone(backend).search_entries.put(entry, NOW)
        for order, few in product((SearchOrder.CHEAPEST, SearchOrder.RATING), (30, 200)):
            criteria = SearchCriteria(at=NOW, text="ink", order=order, currency="MNT", candidates=few, limit=few)
            expected = await memory.reads.search.search(criteria)
            assert len(expected) == min(few, 99)
            for lowest in (0, 1, 9, 10, 37, 99, 100, 450, 9_999, 10**12):
                async with reading(postgres_backend, Bounds(lowest={"MNT": lowest})) as reads:
                    assert await reads.search(criteria) == expected, lowest


async def test_the_bounds_of_a_small_table_are_those_of_all_entries(postgres_backend: PostgresBackend) -> None:
    await fill(postgres_backend, drawing(1))
    async with postgres_backend.work() as work:
        bounds = await bounds_of(work, sizes=SIZES)
        rows = await work.all(Statement(select(search_entries.c.score, search_entries.c.price_from)))
    scores, prices = (sorted(each) for each in zip(*rows, strict=True))
    assert bounds.scores == tuple(scores[-size] // SCORES * SCORES for size in SIZES)
    assert bounds.prices == {"MNT": tuple(end_of_band(prices[size - 1]) for size in SIZES)}
    assert bounds.lowest == {"MNT": prices[0]}


async def test_the_bounds_of_fewer_entries_than_the_tiers_have_are_the_usual_ones(
    postgres_backend: PostgresBackend,
) -> None:
    async with postgres_backend.work() as work:
        assert await bounds_of(work) == Bounds()
    await fill(postgres_backend, drawing(1))
    async with postgres_backend.work() as work:
        found = await bounds_of(work)
        assert found == Bounds(lowest=found.lowest)


async def test_the_bounds_of_a_large_table_are_about_those_of_all_entries(postgres_backend: PostgresBackend) -> None:
    cast = await a_cast(postgres_backend, Builder())
    await alone(postgres_backend).search_entries.put(an_entry(cast.profile.id, price_from=1), NOW)
    async with postgres_backend.connection() as connection, connection.transaction(force_rollback=True):
        await connection.execute(MANY)
        exact = await bounds_of(Work(connection), sizes=(200, 400, 1_000), pages=10_000)
        about = await bounds_of(Work(connection), sizes=(200, 400, 1_000), pages=20)
    assert about != exact
    for one, other in zip(about.prices["MNT"], exact.prices["MNT"], strict=True):
        assert other / 2.5 <= one <= other * 2.5  # twice, and the width of a band


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_places_of_entries_in_rows_are_those_of_their_words(
    seed: int, postgres_backend: PostgresBackend
) -> None:
    random, make, words = drawing(seed), Builder(), ("ink", "bold", "nails", "ulaan", "baatar")
    async with in_memory() as memory:
        for _ in range(PROVIDERS):
            drawn = {place: keys_of_all(random.sample(words, random.randrange(3))) for place in Place}
            for backend in (memory, postgres_backend):
                cast = await a_cast(backend, make)
                await alone(backend).search_entries.put(an_entry(cast.profile.id, words=drawn), NOW)
        for stored in ("", "SET places = NULL", "SET places = '', places_version = 'former'"):
            async with postgres_backend.connection() as connection:
                if stored:
                    await connection.execute(f"UPDATE search_entries {stored}".encode())
            for text in ("ink", "nails bold", "ulaan", "in"):
                criteria = SearchCriteria(at=NOW, text=text, limit=PROVIDERS)
                expected = Counter([each.facts.place for each in await memory.reads.search.search(criteria)])
                async with postgres_backend.work() as work:
                    hits = await PostgresKindSearchReads(work).search(criteria)
                assert Counter([each.facts.place for each in hits]) == expected != Counter(), (stored, text)


async def test_who_is_free_at_one_hour_is_found_at_that_hour_in_any_cell(postgres_backend: PostgresBackend) -> None:
    make, midnight = Builder(), datetime.combine(NOW.date() + timedelta(days=3), time(), UTC)

    def an_hour(number: int) -> TimeRange:
        start = midnight + number * timedelta(hours=1)
        return TimeRange(start, start + timedelta(hours=1))

    ids = []
    for number in range(24):
        cast = await a_cast(postgres_backend, make)
        free = FreeTime.of([an_hour(number)], since=NOW.date())
        lat, lon = 47.9 + number / 200, 106.9 - number / 200
        await alone(postgres_backend).search_entries.put(an_entry(cast.profile.id, free=free, lat=lat, lon=lon), NOW)
        ids.append(cast.profile.id)
    async with postgres_backend.work() as work:
        reads = PostgresKindSearchReads(work)

        async def found_at(number: int, near: Near = NEAR) -> list[ProviderId]:
            criteria = SearchCriteria(at=NOW, near=near, windows=(an_hour(number),), minutes=60)
            return [each.provider_id for each in await reads.search(criteria)]

        for number, expected in enumerate(ids):
            assert await found_at(number) == [expected]
            assert await found_at(number, Near(lat=-33.9, lon=151.2, radius_metres=100_000)) == []
        await work.execute(Statement(delete(search_hours).where(search_hours.c.hour == 7)))
        assert await found_at(7) == [] != await found_at(8), "the entries of an hour that nobody has are not asked"


async def test_free_time_is_that_of_the_days_from_the_search_on_whenever_it_was_stored(
    postgres_backend: PostgresBackend,
) -> None:
    evening = TimeRange(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=5))
    async with in_memory() as memory:
        for backend in (memory, postgres_backend):
            make, random = Builder(), drawing(1)
            for number in range(-40, 41, 4 if NIGHTLY else 8):
                for days in {number, random.randrange(-4, 4)}:
                    since, bits = NOW.date() + timedelta(days=days), random.getrandbits(QUARTERS)
                    free = FreeTime(since=since, quarters=bits | random.getrandbits(QUARTERS))
                    cast = await a_cast(backend, make)
                    entry = an_entry(cast.profile.id, free=free, open_hours=bits, lat=47.9, lon=106.9)
                    await alone(backend).search_entries.put(entry, NOW)
        for order, windows, near in product(
            (SearchOrder.BEST, SearchOrder.SOONEST),
            ((), (evening,), (TimeRange(NOW, NOW + timedelta(days=9)),)),
            (None, NEAR),
        ):
            criteria = SearchCriteria(at=NOW, order=order, windows=windows, near=near, limit=PROVIDERS)
            expected = await memory.reads.search.search_and_count(criteria)
            assert expected[1].open
            async with postgres_backend.work() as work:
                assert await PostgresKindSearchReads(work).search_and_count(criteria) == expected


async def test_the_commonest_terms_are_suggested_first_of_all_bands(postgres_backend: PostgresBackend) -> None:
    cast = await a_cast(postgres_backend, Builder())
    counts = {f"Ink {number:03}": number for number in (500, 21, 20, 19, 3, 2, 1)}
    entry = an_entry(cast.profile.id, terms=tuple(Term(TermKind.SERVICE, text) for text in reversed(counts)))
    await alone(postgres_backend).search_entries.put(entry, NOW)
    async with postgres_backend.connection() as connection:
        for term, number in counts.items():
            await connection.execute("UPDATE search_suggestions SET providers = %s WHERE term = %s", (number, term))
    async with postgres_backend.work() as work:
        for limit in range(1, len(counts) + 1):
            found = await PostgresKindSearchReads(work).suggest("ink", limit)
            assert [each.term.text for each in found] == list(counts)[:limit]
