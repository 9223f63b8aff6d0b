"""What `make bench` sends is what the application sends: a booking is recorded, and its parts are known."""

import asyncio
from datetime import timedelta

import pytest
from benchmarks import studio
from benchmarks.bookings import recorded
from benchmarks.environment import production
from tests.databases import TestServer

from entrypoints.container import Container
from entrypoints.settings import Settings

OWN = {"booking_id", "event_id", "reference", "key"}


def test_a_booking_is_recorded(postgres: TestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "PROVIDERS", 1)
    monkeypatch.setattr(studio, "CUSTOMERS", 1)
    with postgres.database() as url:
        container = Container(settings=Settings.from_environment(production(url)))
        steps = asyncio.run(recorded(container, studio.Studio(container))).steps
    told = b" ".join(step.statement.sql for step in steps)
    for table in ("bookings", "claims", "booking_events", "outbox", "idempotency_keys"):
        assert f"INSERT INTO {table} ".encode() in told
    fresh = {role if isinstance(role, str) else role[0] for step in steps for _, role in step.fresh}
    assert fresh == {"now", "start", "local_start", "provider_id", "customer_id", *OWN}
    spans = {role[1] for step in steps for _, role in step.fresh if not isinstance(role, str) and role[0] == "start"}
    assert {timedelta(), timedelta(minutes=60)} <= spans
