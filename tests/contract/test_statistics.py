"""The figures of a generated town equal those that a script of its own makes of the raw rows."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, Final

import psycopg
import pytest
from benchmarks.city.generate import generate
from benchmarks.city.providers import Plan
from psycopg.rows import dict_row
from tests.contract.raw_figures import Key, People, Row, Script
from tests.databases import TestServer
from tests.unit.effort import NIGHTLY

from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import UserId
from booking_domain.statistics.definitions import Interval
from booking_domain.statistics.model import FIGURES
from booking_domain.use_cases.statistics.queries import GroupBy, StatisticsQuery, get_own_statistics
from entrypoints.cli.statistics import count_all
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

PLAN: Final = Plan(
    providers=200 if NIGHTLY else 10,
    bookings=40_000 if NIGHTLY else 800,
    now=datetime(2026, 11, 23, 3, tzinfo=UTC),
)
DEEDS: Final = (
    "UPDATE bookings SET origin = 'link' WHERE right(id::text, 1) IN ('1')",
    "UPDATE bookings SET origin = 'search' WHERE right(id::text, 1) IN ('2')",
    "UPDATE bookings SET origin = 'portfolio' WHERE right(id::text, 1) IN ('3')",
    """UPDATE bookings SET refunded_amount = paid_amount / 2, refund_pending_amount = paid_amount / 4,
        conceded_amount = paid_amount / 2 WHERE paid_amount > 3 AND right(id::text, 1) IN ('0', '1', '2', '3')""",
    """INSERT INTO refunds
            (id, booking_id, customer_id, gateway, status, currency, amount, processed_at, version, created_at)
        SELECT gen_random_uuid(), id, customer_id, 'qpay', 'refunded', currency, refunded_amount,
            starts_at + interval '3 days 1 hour', 1, created_at FROM bookings WHERE refunded_amount > 0""",
    """INSERT INTO refunds (id, booking_id, customer_id, gateway, status, currency, amount, version, created_at)
        SELECT gen_random_uuid(), id, customer_id, 'qpay', 'refund_pending', currency, refund_pending_amount, 1,
            created_at FROM bookings WHERE refund_pending_amount > 0""",
    """UPDATE bookings SET desk_paid_amount = desk_paid_amount + 700, extra_amount = 200, tip_amount = 30
        WHERE status = 'completed' AND right(id::text, 1) IN ('4', '5')""",
    """INSERT INTO desk_payments (id, booking_id, method, currency, amount, extra_amount, extra_reason, tip_amount,
            status, recorded_by_id, recorded_by_role, version, created_at)
        SELECT gen_random_uuid(), id, 'cash', currency, 700, 200, 'more', 30,
            'recorded', provider_user_id, 'provider', 1, ends_at FROM bookings WHERE extra_amount = 200""",
    """INSERT INTO desk_payments (id, booking_id, method, currency, amount, status, recorded_by_id, recorded_by_role,
            voided_by_id, voided_by_role, voided_at, version, created_at)
        SELECT gen_random_uuid(), id, 'card', currency, 999, 'voided', provider_user_id, 'provider', provider_user_id,
            'provider', ends_at, 2, ends_at FROM bookings WHERE right(id::text, 1) IN ('6')""",
    """UPDATE bookings SET status = 'disputed', disputed_from = status
        WHERE status IN ('completed', 'no_show', 'cancelled') AND right(id::text, 1) IN ('7')""",
    "UPDATE bookings SET customer_id = provider_user_id WHERE right(id::text, 1) IN ('8')",
    "UPDATE bookings SET placed_by_staff = true WHERE right(id::text, 1) IN ('9')",
    "UPDATE bookings SET cancellation_start = starts_at - interval '20 hours' WHERE right(id::text, 1) IN ('a')",
    "UPDATE bookings SET blocked_until = blocked_until + interval '10 minutes' WHERE right(id::text, 1) IN ('b')",
    """UPDATE bookings SET services = jsonb_build_array(services -> 0 || '{"whole_days": true}'),
            ends_at = ends_at + interval '2 days', blocked_until = blocked_until + interval '2 days'
        WHERE services <> '[]' AND right(id::text, 2) IN ('2a', '2b', '5a', '5e')""",
    """UPDATE bookings AS b SET created_at = v.starts_at + interval '10 minutes'
        FROM bookings AS v WHERE v.customer_id = b.customer_id AND v.provider_id = b.provider_id
            AND v.status = 'completed' AND v.ends_at <= b.starts_at AND right(b.id::text, 1) IN ('e', 'f')""",
    """UPDATE booking_events AS e SET at = b.starts_at - interval '5 hours', by_id = b.customer_id
        FROM bookings AS b WHERE b.id = e.booking_id AND type = 'cancelled' AND right(b.id::text, 1) IN ('c', 'd')""",
)
"""What a city has not: refunds, extras, tips, voided payments, disputes, walk-ins, staff, whole days, lateness."""


@pytest.fixture(scope="module")
def town(postgres: TestServer) -> Iterator[str]:
    """The URL of a database with a town in which everything has happened."""
    with postgres.database() as url:
        generate(url, PLAN, lambda _: None)
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")
            for deed in DEEDS:
                connection.execute(deed.encode())
        yield url


def raw(url: str) -> dict[str, list[Row]]:
    """All rows of the tables that matter."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table}".encode()).fetchall()  # noqa: S608
            for table in ("providers", "bookings", "booking_events", "payments", "refunds", "desk_payments")
        }


def added(parts: Any) -> dict[str, dict[str, int]]:
    """By currency, without what is zero."""
    sums: dict[str, dict[str, int]] = {}
    for currency, figures in parts:
        of = sums.setdefault(currency, dict.fromkeys(FIGURES, 0))
        for name in FIGURES:
            of[name] += figures[name]
    return {currency: figures for currency, figures in sums.items() if any(figures.values())}


def shown(by_currency: Any) -> dict[str, dict[str, int]]:
    return {currency: {name: getattr(each, name) for name in FIGURES} for currency, each in by_currency.items()}


def group_of(key: Key, group_by: GroupBy | None) -> str:
    day, _, channel, hour = key
    by_staff = channel in {"staff", "walk_in"}
    return {
        GroupBy.WEEKDAY: str(day.weekday()),
        GroupBy.HOUR: str(hour),
        GroupBy.ORIGIN: "desk" if by_staff else "direct" if channel == "online" else channel,
    }.get(group_by or GroupBy.CHANNEL, channel if by_staff else "online")


async def compare(url: str) -> int:
    rows = raw(url)
    expected = Script(rows).of
    container = Container(settings=Settings.from_environment({"DATABASE_URL": url}))
    compared = 0
    of_provider: dict[Any, list[Row]] = defaultdict(list)
    for booking in rows["bookings"]:
        of_provider[booking["provider_id"]].append(booking)
    async with opened(container.database()):
        assert await count_all(container, rebuild=True) == 0
        assert await count_all(container, rebuild=False) == 0
        reads, now = container.reads(), PLAN.now
        for provider in rows["providers"]:
            mine = expected[provider["id"]]
            owner = Actor(UserId(provider["owner_id"]), Role.PROVIDER)
            for first, last, interval, group_by in (
                (date(2025, 12, 1), date(2026, 11, 30), Interval.DAY, GroupBy.CHANNEL),
                (date(2024, 11, 1), date(2027, 1, 31), Interval.MONTH, None),
                (date(2026, 2, 1), date(2026, 11, 30), Interval.MONTH, GroupBy.ORIGIN),
                (date(2026, 2, 1), date(2026, 11, 30), Interval.WEEK, GroupBy.HOUR),
                (date(2026, 2, 1), date(2026, 11, 30), Interval.WEEK, GroupBy.WEEKDAY),
            ):
                asked = StatisticsQuery(first=first, last=last, interval=interval, group_by=group_by)
                report = await get_own_statistics(owner, asked, reads, now=now)
                for period in report.periods:
                    within = ((key[1], each) for key, each in mine.items() if period.first <= key[0] <= period.last)
                    assert shown(period.figures) == added(within), (provider["id"], period.first)
                    compared += 1
                inside = {key: each for key, each in mine.items() if first <= key[0] <= last}
                assert shown(report.totals) == added((key[1], each) for key, each in inside.items())
                persons = People(of_provider[provider["id"]], first, last, PLAN.now.date())
                people, cohorts = persons.figures(), sorted(persons.cohorts().items())
                found = asdict(report.customers)
                assert len(report.customers.lifetime_value) <= 1
                found["lifetime_value"] = sum(report.customers.lifetime_value.values())
                assert {name: found[name] for name in people} == people, provider["id"]
                shown_cohorts = [(each.month, each.customers) for each in report.customers.cohorts]
                assert shown_cohorts == [each for each in cohorts if each[0] >= date(2024, 12, 1)]
                for group in report.groups:
                    within = ((key[1], each) for key, each in inside.items() if group_of(key, group_by) == group.key)
                    assert shown(group.figures) == added(within), (group_by, group.key)
                    compared += 1
    return compared


def test_figures_equal_those_of_an_independent_script(town: str) -> None:
    assert asyncio.run(compare(town)) > 400 * PLAN.providers


def test_everything_that_is_counted_happens_in_the_town(town: str) -> None:
    totals = dict.fromkeys(FIGURES, 0)
    for days in Script(raw(town)).of.values():
        for figures in days.values():
            for name in FIGURES:
                totals[name] += figures[name]
    assert [name for name, amount in totals.items() if not amount] == []
