"""`make bench` records a booking of the application and knows the role of each parameter."""

from datetime import timedelta

import pytest
from benchmarks import studio
from benchmarks.bookings import recorded
from benchmarks.environment import production

from entrypoints.container import Container
from entrypoints.settings import Settings

OWN = {"booking_id", "event_id", "reference", "key"}


async def test_a_booking_is_recorded(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "PROVIDERS", 1)
    monkeypatch.setattr(studio, "CUSTOMERS", 1)
    container = Container(settings=Settings.from_environment(production(postgres_url)))
    steps = (await recorded(container, studio.Studio(container))).steps
    sql = b" ".join(step.statement.sql for step in steps)
    for table in ("bookings", "claims", "booking_events", "outbox", "idempotency_keys"):
        assert f"INSERT INTO {table} ".encode() in sql
    fresh = {role if isinstance(role, str) else role[0] for step in steps for _, role in step.fresh}
    assert fresh == {"now", "start", "local_start", "provider_id", "customer_id", *OWN}
    spans = {role[1] for step in steps for _, role in step.fresh if not isinstance(role, str) and role[0] == "start"}
    assert {timedelta(), timedelta(minutes=60)} <= spans
