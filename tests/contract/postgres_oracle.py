"""Offered slots computed in PostgreSQL, with its own time zones, multiranges and series.

The computation is one statement. It shares nothing with the library but the question.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, LiteralString
from zoneinfo import ZoneInfo

import psycopg
from psycopg.types.json import Jsonb

from booking_domain.scheduling import OpeningHours, TimeRange
from booking_domain.testing.question import Question, hours_of_services

INSTANT_OF: Final[LiteralString] = """
-- RFC 5545 §3.3.5: a wall-clock time that does not occur is read by the clock before the gap, as AT TIME ZONE does too;
-- one that occurs twice is the first, while AT TIME ZONE takes the second. So the offset of a day earlier is tried: if
-- by it the wall shows the very same time, that was the first.
CREATE OR REPLACE FUNCTION instant_of(wall timestamp, zone text) RETURNS timestamptz STABLE LANGUAGE sql AS $$
    SELECT CASE WHEN first AT TIME ZONE zone = wall THEN least(first, usual) ELSE usual END
    FROM (SELECT wall AT TIME ZONE zone) AS by_postgresql (usual),
         LATERAL (SELECT wall AT TIME ZONE 'UTC' - ((usual - interval '24 hours') AT TIME ZONE zone
                                                     - (usual - interval '24 hours') AT TIME ZONE 'UTC'))
         AS by_the_clock_before (first)
$$
"""

SLOTS: Final[LiteralString] = """
WITH
question AS (
    SELECT * FROM jsonb_to_record(%(question)s) AS question (
        zone text, salons_zone text, rules jsonb, exceptions jsonb, claims jsonb, blocks tstzmultirange,
        busy tstzmultirange, seen daterange, "window" tstzrange, now timestamptz, step interval, length interval,
        before interval, after interval, notice interval, horizon integer, most_a_day integer, most_a_week integer,
        most_a_month integer, most_a_year integer,
        after_claim boolean, services integer, pauses jsonb, capacity integer, resources jsonb
    )
),
day AS (
    SELECT date::date FROM question, generate_series(lower(seen), upper(seen), interval '1 day') AS date
),
rule AS (
    SELECT rule.* FROM question, jsonb_to_recordset(rules) AS rule (
        of_salon boolean, service integer, weekday integer, "from" interval, "to" interval, since date, until date,
        weeks integer
    )
),
exception AS (
    SELECT exception.* FROM question, jsonb_to_recordset(exceptions) AS exception (
        of_salon boolean, service integer, date date, "from" interval, "to" interval
    )
),
on_day AS (
    SELECT of_salon, service, date, "from", "to" FROM rule, day
    WHERE extract(dow FROM date) = weekday
      AND (until IS NULL OR date <= until)
      AND (since IS NULL OR date >= since)
      -- Weeks are counted from the first such weekday on or after `since`.
      AND (weeks = 1 OR date IN (
          SELECT generate_series(first, date, weeks * interval '1 week')
          FROM generate_series(since, since + 6, interval '1 day') AS first
          WHERE extract(dow FROM first) = weekday
      ))
      AND (service > 0 OR (of_salon, date) NOT IN (SELECT of_salon, date FROM exception))
    UNION ALL
    SELECT of_salon, service, date, "from", "to" FROM exception
    WHERE "from" IS NOT NULL  -- some close the whole date
),
hours AS (
    SELECT of_salon, service, instant_of(date + "from", clock) AS opens,
           instant_of(date + "to" + CASE WHEN "to" <= "from" THEN interval '1 day' ELSE '0' END, clock) AS closes
    FROM question, on_day, LATERAL (SELECT CASE WHEN of_salon THEN salons_zone ELSE zone END) AS whose (clock)
),
open AS (
    SELECT of_salon, service, range_agg(tstzrange(opens, closes)) AS hours
    FROM hours
    WHERE opens < closes  -- some lie in a gap altogether
    GROUP BY of_salon, service
),
open_range AS (
    SELECT range
    FROM question
    JOIN open AS own ON NOT own.of_salon AND own.service = 0
    LEFT JOIN open AS salons ON salons.of_salon,
         unnest(CASE WHEN salons_zone IS NULL THEN own.hours ELSE own.hours * salons.hours END) AS range
),
claim AS (
    SELECT claim.* FROM question, jsonb_to_recordset(claims) AS claim (
        span tstzrange, blocked tstzrange, pauses tstzmultirange, expires timestamptz
    )
    WHERE expires IS NULL OR expires > now
),
taken AS (
    SELECT unnest(tstzmultirange(blocked) - pauses) AS range FROM claim
    UNION ALL
    SELECT range FROM question, unnest(busy) AS range
),
-- Dates with a certain number begin a new count; not the first of them in an open range.
midnight AS MATERIALIZED (
    SELECT date, instant_of(date::timestamp, zone) AS at FROM question, day
    WHERE after_claim OR (date - date '0001-01-01' + 1) %% 28 = 0
),
midnight_inside AS (
    SELECT range, at, row_number() OVER (PARTITION BY range ORDER BY date) AS nth
    FROM open_range JOIN midnight ON at <@ range
),
-- From where the steps are counted.
anchor AS (
    SELECT range, lower(range) AS at FROM open_range
    UNION
    SELECT range, at FROM midnight_inside WHERE nth > 1
    UNION
    SELECT open_range.range, upper(taken.range) + before
    FROM question, taken JOIN open_range ON true
    WHERE after_claim AND upper(taken.range) + before <@ open_range.range
),
part AS (
    SELECT at, coalesce(lead(at) OVER (PARTITION BY range ORDER BY at), upper(range)) AS until, range FROM anchor
),
start AS (
    SELECT start, tstzrange(start, start + length) AS span,
           tstzrange(start - before, start + length + after) AS blocked, start AT TIME ZONE zone AS wall,
           tstzmultirange(tstzrange(start - before, start + length + after)) - (
               SELECT coalesce(range_agg(tstzrange(start + "from", start + "to")), '{}')
               FROM jsonb_to_recordset(pauses) AS pause ("from" interval, "to" interval)
           ) AS parts
    FROM question, part, generate_series(at, least(until, upper("window")), step) AS start
    WHERE start < until AND start + length <= upper(range) AND start <@ "window"
)
SELECT start FROM question, start
WHERE NOT span && blocks
  AND services = (
      SELECT count(*) FROM open WHERE service > 0
      AND EXISTS (SELECT FROM unnest(hours) AS range WHERE span <@ range)
  )
  AND NOT busy && start.parts
  AND NOT EXISTS (
      SELECT FROM claim
      WHERE tstzmultirange(claim.blocked) - claim.pauses && start.parts
        AND NOT (claim.span = start.span AND capacity > (SELECT count(*) FROM claim WHERE claim.span = start.span))
  )
  AND NOT EXISTS (
      SELECT FROM jsonb_to_recordset(resources) AS resource (needed integer, units tstzmultirange[])
      WHERE needed > (SELECT count(*) FROM unnest(units) AS unit WHERE NOT unit && start.blocked)
  )
  AND start >= now + notice
  AND start < instant_of(((now AT TIME ZONE zone)::date + horizon + 1)::timestamp, zone)
  AND (most_a_day IS NULL OR most_a_day > (
      SELECT count(*) FROM claim WHERE (lower(claim.span) AT TIME ZONE zone)::date = wall::date
  ))
  AND (most_a_week IS NULL OR most_a_week > (
      SELECT count(*) FROM claim
      WHERE date_trunc('week', lower(claim.span) AT TIME ZONE zone) = date_trunc('week', wall)
  ))
  AND (most_a_month IS NULL OR most_a_month > (
      SELECT count(*) FROM claim
      WHERE date_trunc('month', lower(claim.span) AT TIME ZONE zone) = date_trunc('month', wall)
  ))
  AND (most_a_year IS NULL OR most_a_year > (
      SELECT count(*) FROM claim
      WHERE date_trunc('year', lower(claim.span) AT TIME ZONE zone) = date_trunc('year', wall)
  ))
ORDER BY start
"""

CLOCKS: Final[LiteralString] = """
SELECT at AT TIME ZONE %(zone)s = wall FROM unnest(%(at)s::timestamptz[], %(wall)s::timestamp[]) AS here (at, wall)
"""
DAYS_BEFORE: Final = 16
DAYS_BEFORE_IF_NEVER_CLOSED: Final = 62
"""The steps restart twice between this day and the window, whenever the calendar opened."""
DAYS_AFTER: Final = 9


def connected(url: str) -> psycopg.Connection:
    """Open a connection that plans the statement once, without JIT compilation."""
    connection = psycopg.connect(url, autocommit=True, options="-c jit=off -c plan_cache_mode=force_generic_plan")
    connection.execute(INSTANT_OF)
    return connection


def offered_by_postgres(
    connection: psycopg.Connection, question: Question, *, days_before: int = DAYS_BEFORE
) -> list[datetime]:
    """Return the offered starts, in order."""
    asked = Jsonb(_asked(question, days_before))
    return [start.astimezone(UTC) for (start,) in connection.execute(SLOTS, {"question": asked}, prepare=True)]


class Clocks:
    """Compares the time zones of PostgreSQL and Python, whose editions of the tz database can differ."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.agree_on = lru_cache(maxsize=None)(self._ask)

    def agree(self, question: Question, *, days_before: int = DAYS_BEFORE) -> bool:
        """Return whether both agree on the zones and the weeks of the question."""
        around = question.window.start.date()
        zones = {question.calendar.time_zone, (question.calendar.salon or question.calendar).time_zone}
        return all(self.agree_on(zone, around, days_before) for zone in zones)

    def _ask(self, zone: str, around: date, days_before: int) -> bool:
        first = datetime.combine(around, datetime.min.time(), UTC) - timedelta(days=days_before + 2)
        at = [first + timedelta(hours=hour) for hour in range((days_before + DAYS_AFTER + 4) * 24)]
        wall = [each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in at]
        return all(same for (same,) in self._connection.execute(CLOCKS, {"zone": zone, "at": at, "wall": wall}))


def _asked(question: Question, days_before: int) -> dict[str, Any]:
    calendar, settings, around = question.calendar, question.calendar.settings, question.window.start.date()
    length = settings.duration_minutes if question.duration_minutes is None else question.duration_minutes
    salon = calendar.salon
    return {
        "zone": calendar.time_zone,
        "salons_zone": salon and salon.time_zone,
        "rules": _rules(calendar, of_salon=False)
        + (_rules(salon, of_salon=True) if salon else [])
        + [
            rule
            for number, hours in enumerate(hours_of_services(calendar), 1)
            for rule in _rules(hours, of_salon=False, service=number)
        ],
        "exceptions": _exceptions(calendar, of_salon=False) + (_exceptions(salon, of_salon=True) if salon else []),
        "claims": [
            {
                "span": _range(claim.span),
                "blocked": _range(claim.blocked),
                "pauses": _ranges(claim.pauses),
                "expires": _json(claim.expires_at),
            }
            for claim in question.claims
        ],
        "blocks": _ranges(block.range for block in calendar.blocks),
        "busy": _ranges(calendar.busy),
        "seen": f"[{around - timedelta(days=days_before)},{around + timedelta(days=DAYS_AFTER)})",
        "window": _range(question.window),
        "now": _json(question.now),
        "step": f"{settings.step_minutes} minutes",
        "length": f"{length} minutes",
        "before": f"{settings.buffer_before_minutes} minutes",
        "after": f"{settings.buffer_after_minutes} minutes",
        "notice": f"{settings.min_notice_minutes} minutes",
        "horizon": settings.horizon_days,
        "most_a_day": settings.max_per_day,
        "most_a_week": settings.max_per_week,
        "most_a_month": settings.max_per_month,
        "most_a_year": settings.max_per_year,
        "after_claim": settings.anchoring == "after_claim",
        "services": len(calendar.service_hours),
        "pauses": [
            {"from": f"{each.after_minutes} minutes", "to": f"{each.until_minutes} minutes"}
            for each in (settings.pauses if length == settings.duration_minutes else ())
        ],
        "capacity": settings.capacity,
        "resources": [
            {"needed": each.needed, "units": [_ranges(unit.taken) for unit in each.units]}
            for each in calendar.resources
        ],
    }


def _rules(hours: OpeningHours, *, of_salon: bool, service: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "of_salon": of_salon,
            "service": service,
            "weekday": rule.day,
            "from": str(rule.hours.start),
            "to": str(rule.hours.end),
            "since": _json(rule.valid_from),
            "until": _json(rule.valid_until),
            "weeks": rule.every_weeks,
        }
        for rule in hours.rules
    ]


def _exceptions(hours: OpeningHours, *, of_salon: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for exception in hours.exceptions:
        on = {"of_salon": of_salon, "service": 0, "date": _json(exception.date)}
        found += [{**on, "from": str(each.start), "to": str(each.end)} for each in exception.ranges] or [on]
    return found


def _json(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _range(of: TimeRange) -> str:
    return f"[{of.start.isoformat()},{of.end.isoformat()})"


def _ranges(of: Iterable[TimeRange]) -> str:
    return "{" + ",".join(_range(each) for each in of) + "}"
