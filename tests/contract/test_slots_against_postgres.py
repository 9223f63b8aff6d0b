"""The slots of the library equal those that PostgreSQL computes independently."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.contract.postgres_oracle import (
    DAYS_BEFORE,
    DAYS_BEFORE_IF_NEVER_CLOSED,
    Clocks,
    connected,
    offered_by_postgres,
)
from tests.databases import TestServer
from tests.unit.effort import NIGHTLY

from booking_domain.scheduling import Hours, WallTime, WeeklyRule
from booking_domain.shared.ids import RuleId
from booking_domain.testing.strategies import CHANGES_OF_CLOCKS, ORDINARY_DAYS, Question, questions

pytestmark = pytest.mark.no_cover  # tracing doubles the time of its thousands of examples

_ROUND_THE_CLOCK: Final = Hours(WallTime(0), WallTime(24 * 60))


@pytest.fixture(scope="module")
def connection(postgres: TestServer) -> Iterator[psycopg.Connection]:
    with postgres.empty_database() as url, connected(url) as ready:
        yield ready


@pytest.fixture(scope="module")
def clocks(connection: psycopg.Connection) -> Clocks:
    return Clocks(connection)


@settings(max_examples=50_000 if NIGHTLY else 60)
@given(questions(whole_days=False, venues=False, clock_changes=False))
def test_slots_equal_those_that_postgres_computes(
    connection: psycopg.Connection, clocks: Clocks, question: Question
) -> None:
    assume(clocks.agree(question))
    assert question.offered() == offered_by_postgres(connection, question)


@settings(max_examples=5_000 if NIGHTLY else 20)
@given(questions(salons=False, whole_days=False, venues=False, clock_changes=False), st.integers(0, 100) | st.none())
def test_slots_of_calendars_that_never_close_equal_those_that_postgres_computes(
    connection: psycopg.Connection, clocks: Clocks, question: Question, open_for: int | None
) -> None:
    since = None if open_for is None else question.window.start.date() - timedelta(days=open_for)
    rules = tuple(
        WeeklyRule(id=RuleId(UUID(int=1)), day=day, hours=_ROUND_THE_CLOCK, valid_from=since) for day in range(7)
    )
    always = replace(question, calendar=replace(question.calendar, rules=rules))
    assume(clocks.agree(always, days_before=DAYS_BEFORE_IF_NEVER_CLOSED))
    assert always.offered() == offered_by_postgres(connection, always, days_before=DAYS_BEFORE_IF_NEVER_CLOSED)


def test_postgres_and_python_agree_on_the_most_drawn_zones(clocks: Clocks) -> None:
    asked = [*CHANGES_OF_CLOCKS, *ORDINARY_DAYS]
    assert [zone for zone, day in asked if not clocks.agree_on(zone, day, DAYS_BEFORE)] == []


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30Z"),  # a gap: with the offset before
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30Z"),  # a repeated time: the first
        (
            "Europe/Dublin",
            "2026-10-25T01:30",
            "2026-10-25T00:30Z",
        ),  # negative daylight saving time in winter
        ("Africa/Cairo", "2026-10-29T23:30", "2026-10-29T20:30Z"),
        ("America/St_Johns", "2006-10-28T23:30", "2006-10-29T02:00Z"),
        ("America/St_Johns", "2006-10-29T00:00", "2006-10-29T02:30Z"),
        ("Asia/Kathmandu", "1986-01-01T00:05", "1985-12-31T18:35Z"),
        ("Asia/Pyongyang", "2015-08-14T23:45", "2015-08-14T14:45Z"),  # a new standard time
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45Z"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00Z"),
    ],
)
def test_the_oracle_interprets_local_times_as_rfc_5545_does(
    connection: psycopg.Connection, zone: str, wall: str, instant: str
) -> None:
    [read] = connection.execute("SELECT instant_of(%s, %s)", (datetime.fromisoformat(wall), zone)).fetchone() or (None,)
    assert read == datetime.fromisoformat(instant)
