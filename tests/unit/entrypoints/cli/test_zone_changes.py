"""The command `zone-changes` after the rules of a time zone change: its compiled file is replaced by another one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import psycopg
import pytest
from tests.databases import CIPHER, TestServer
from tests.programs import Fork, environment

from adapters.postgres.database import Database
from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.shared.ids import ClaimId
from booking_domain.shared.time import TimeRange, local_time
from booking_domain.testing.builders import HOUR, Builder
from booking_domain.testing.kit.storage import Cast, a_cast
from booking_domain.use_cases.bookings.steps import booking_claim

HERE: Final = "Asia/Ulaanbaatar"
ELSEWHERE: Final = "Asia/Shanghai"
SOURCES: Final = Path(__file__).parents[4] / "src"
MIDNIGHT: Final = (datetime.now(UTC) + timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
OVERLAPS: Final = """
    SELECT count(*) FROM claims one JOIN claims other USING (provider_id)
    WHERE one.id < other.id
      AND tstzrange(one.blocked_from, one.blocked_until) && tstzrange(other.blocked_from, other.blocked_until)
"""
CLAIMS_THAT_ARE_NOT_THEIR_BOOKINGS: Final = """
    SELECT count(*) FROM claims FULL JOIN (SELECT * FROM bookings WHERE status <> 'cancelled') b USING (id)
    WHERE (claims.starts_at, claims.ends_at, claims.blocked_from, claims.blocked_until)
      IS DISTINCT FROM (b.starts_at, b.ends_at, b.blocked_from, b.blocked_until)
"""


@pytest.fixture
def rules_of_tokyo(tmp_path: Path) -> str:
    """Compiled rules in which Ulaanbaatar is nine hours ahead of UTC instead of eight."""
    folder = tmp_path / "zoneinfo" / "Asia"
    folder.mkdir(parents=True)
    (folder / "Ulaanbaatar").write_bytes((files("tzdata.zoneinfo") / "Asia" / "Tokyo").read_bytes())
    return str(folder.parent)


class Books:
    """A database, the bookings made in it under the pinned rules, and the command."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.make = Builder()

    def work(self, what: Callable[[Database], Awaitable[None]]) -> None:
        async def done() -> None:
            database = Database(self.url, cipher=CIPHER, pool_size=2)
            await database.open()
            try:
                await what(database)
            finally:
                await database.close()

        asyncio.run(done())

    def provider(self) -> Cast:
        casts: list[Cast] = []

        async def put_on_stage(database: Database) -> None:
            casts.append(await a_cast(database, self.make))  # type: ignore[arg-type]

        self.work(put_on_stage)
        return casts[0]

    def booked(
        self, cast: Cast, hour: float, *, zone: str = HERE, status: Status = Status.CONFIRMED, at: datetime = MIDNIGHT
    ) -> Booking:
        start = at + hour * HOUR
        span = TimeRange(start, start + HOUR)
        booking = replace(
            self.make.booking(cast.profile, cast.customer, status=status),
            span=span,
            blocked=span,
            time_zone=zone,
            local_start=local_time(start, zone),
        )

        async def place(database: Database) -> None:
            async with database.begin() as tx:
                await tx.bookings.add(booking, [self.make.event(booking)])
                if booking.claims_time:
                    await tx.claims.acquire(booking_claim(booking), start)

        self.work(place)
        return booking

    def cancel(self, booking: Booking) -> None:
        async def cancelled(database: Database) -> None:
            async with database.begin() as tx:
                await tx.claims.release(booking.provider_id, ClaimId(booking.id))
                await tx.bookings.save(replace(booking, status=Status.CANCELLED, version=2), was=booking)

        self.work(cancelled)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def hours(self, bookings: Sequence[Booking]) -> list[float]:
        """Their starts in hours after MIDNIGHT."""
        starts = dict(self.sql("SELECT id, starts_at FROM bookings"))
        return [(starts[booking.id] - MIDNIGHT) / HOUR for booking in bookings]

    def zone_changes(self, *arguments: str, rules: str | None = None) -> tuple[int, str]:
        """Exit code and output of the command under the pinned rules, or under the compiled ones in a folder."""
        settings = {"DATABASE_URL": self.url, **({} if rules is None else {"PYTHONTZPATH": rules})}
        with NamedTemporaryFile() as output:
            log = Path(output.name)
            command = Fork(["entrypoints.cli", "zone-changes", *arguments], environment(settings), log)
            return command.wait(), log.read_text(encoding="utf-8")

    def assert_sound(self) -> None:
        assert self.sql(OVERLAPS) == [(0,)]
        assert self.sql(CLAIMS_THAT_ARE_NOT_THEIR_BOOKINGS) == [(0,)]


@pytest.fixture
def books(postgres: TestServer) -> Iterator[Books]:
    with postgres.database() as url:
        yield Books(url)


def test_bookings_follow_the_new_rules_where_the_time_is_free(books: Books, rules_of_tokyo: str) -> None:
    cast, other = books.provider(), books.provider()
    row = [books.booked(cast, hour) for hour in (2, 3, 4)]
    fixed = books.booked(cast, 6, zone=ELSEWHERE)
    stuck = [books.booked(cast, hour) for hour in (7, 8)]
    alone = [books.booked(cast, 10), books.booked(other, 5, status=Status.PENDING)]
    cancelled = books.booked(cast, 12, status=Status.CANCELLED)
    begun = books.booked(cast, 0, at=datetime.now(UTC).replace(microsecond=0) - HOUR / 2)
    everybody = [*row, fixed, *stuck, *alone, cancelled, begun]
    before = books.hours(everybody)

    code, said = books.zone_changes()
    assert (code, said.splitlines()[-1]) == (0, "0 to move, 0 in conflict."), said

    # Without --apply it changes nothing and prints what it would do.
    code, said = books.zone_changes(rules=rules_of_tokyo)
    assert code == 1, said
    assert f"unknown release ({rules_of_tokyo}), then 20" in said.splitlines()[0]
    assert "5 to move, 2 in conflict." in said.splitlines()
    wall = f"{row[0].local_start:%Y-%m-%d}T10:00"
    was, to = f"{row[0].span.start:%Y-%m-%dT02:00:00Z}", f"{row[0].span.start:%Y-%m-%dT01:00:00Z}"
    assert f"{row[0].reference}  {cast.profile.id}  {HERE}  {wall}  {was} -> {to}  to move" in said.splitlines()
    assert {each.reference for each in everybody if each.reference in said} == {
        each.reference for each in (*row, *stuck, *alone)
    }
    assert books.hours(everybody) == before

    code, said = books.zone_changes("--apply", "--zone", ELSEWHERE, rules=rules_of_tokyo)
    assert (code, said.splitlines()[-1]) == (0, "0 moved, 0 in conflict."), said

    code, said = books.zone_changes("--apply", rules=rules_of_tokyo)
    assert (code, said.splitlines()[-1]) == (1, "5 moved, 2 in conflict."), said
    assert all(f"{each.reference}  " in said for each in stuck)
    assert said.count("conflict: another claim has the time") == 2
    assert books.hours(everybody) == [1, 2, 3, 6, 7, 8, 9, 4, 12, before[-1]]
    books.assert_sound()
    subjects = books.sql("SELECT subject FROM outbox WHERE topic = 'booking.clock_changed' ORDER BY seq")
    assert {subject for (subject,) in subjects} == {each.id for each in (*row, *alone)}

    # A second run changes nothing and notifies no one again.
    code, said = books.zone_changes("--apply", rules=rules_of_tokyo)
    assert (code, said.splitlines()[-1]) == (1, "0 moved, 2 in conflict."), said
    assert books.sql("SELECT count(*) FROM outbox WHERE topic = 'booking.clock_changed'") == [(5,)]

    # Once the time is free, the remaining bookings move.
    books.cancel(fixed)
    code, said = books.zone_changes("--apply", rules=rules_of_tokyo)
    assert (code, said.splitlines()[-1]) == (0, "2 moved, 0 in conflict."), said
    assert books.hours(stuck) == [6, 7]
    assert books.zone_changes("--apply", rules=rules_of_tokyo)[0] == 0
    books.assert_sound()

    # Under the old rules again, every booking moves back.
    code, said = books.zone_changes("--apply", "--zone", HERE)
    assert (code, said.splitlines()[-1]) == (0, "7 moved, 0 in conflict."), said
    assert books.hours(everybody) == before
    books.assert_sound()


def test_a_zone_that_does_not_exist_is_refused(books: Books) -> None:
    code, said = books.zone_changes("--zone", "Atlantis/Capital")
    assert code == 2
    assert "'Atlantis/Capital' is not an IANA time zone" in said


def test_an_unreachable_database_is_reported_in_one_line() -> None:
    code, said = Books("postgresql://nobody@127.0.0.1:1/x").zone_changes()
    assert code == 2
    assert said.startswith("PostgreSQL at 127.0.0.1:1 cannot be reached")
    assert len(said.splitlines()) == 1
