"""Killing the API while it works loses no acknowledged booking and leaves no partial one."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.acceptance.people import Person, Studio, customers, open_studio
from tests.acceptance.product import BOUNDLESS, Api
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS
from tests.reliability import scale

STUDIOS = 3
CUSTOMERS = scale.of(12, less=6)
KILLED_AFTER = scale.of(40, less=20)
ATTEMPTS_PER_CUSTOMER = 60
WHOLE = """
    SELECT b.id::text, count(DISTINCT c.id), count(DISTINCT e.id), count(DISTINCT o.id)
    FROM bookings b
    LEFT JOIN claims c ON c.id = b.id AND c.kind = 'booking' AND c.provider_id = b.provider_id
        AND c.customer_id = b.customer_id AND (c.starts_at, c.ends_at) = (b.starts_at, b.ends_at)
    LEFT JOIN booking_events e ON e.booking_id = b.id AND e.to_status = b.status
    LEFT JOIN outbox o ON o.subject = b.id AND o.id = e.id
    GROUP BY b.id
"""


@dataclass(frozen=True)
class Attempt:
    """A booking request; `answer` is None if no response came."""

    person: Person
    key: str
    body: dict[str, Any]
    answer: bytes | None


@pytest.fixture(params=scale.of([1, 2], less=[2]), ids="processes: {}".format)
def fragile(
    request: pytest.FixtureRequest, postgres: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("fragile")
    with (
        postgres.database() as database_url,
        Api(folder, database_url, BOOKING_API_PROCESSES=str(request.param), **BOUNDLESS) as running,
    ):
        yield running


async def stream(
    api: Api, studios: list[Studio], crowd: list[Person], round_: int, kill: Callable[[], None]
) -> list[Attempt]:
    """Customers book one slot after another until the connection fails; call `kill` after KILLED_AFTER responses."""
    attempts: list[Attempt] = []
    answered = 0
    slots = [studio.slots(days_ahead=2 + round_) for studio in studios]

    async def keep_booking(person: Person, place: int) -> None:
        nonlocal answered
        studio = place % STUDIOS
        async with httpx.AsyncClient(base_url=f"{api.url}/api/v1", trust_env=False, timeout=PATIENCE_SECONDS) as http:
            for number, slot in enumerate(slots[studio][place // STUDIOS :: CUSTOMERS // STUDIOS]):
                key, body = f"{round_}-{place}-{number}", {"providerId": studios[studio].id, "slot": slot}
                headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": key}
                try:
                    answer = await http.post("/bookings", json=body, headers=headers)
                except httpx.TransportError:
                    attempts.append(Attempt(person, key, body, None))
                    return
                assert answer.status_code == 201, answer.text
                attempts.append(Attempt(person, key, body, answer.content))
                answered += 1
                if answered == KILLED_AFTER:
                    kill()

    async with asyncio.TaskGroup() as group:
        for place, person in enumerate(crowd):
            group.create_task(keep_booking(person, place))
    return attempts


def again(attempt: Attempt) -> httpx.Response:
    return attempt.person.ask("POST", "/bookings", json=attempt.body, headers={"Idempotency-Key": attempt.key})


def test_every_acknowledged_booking_exists_and_none_is_partial(fragile: Api) -> None:
    # Without a deposit, because a customer may have only so many unpaid bookings.
    studios = [open_studio(fragile, deposit=0, step=5, duration=5) for _ in range(STUDIOS)]
    crowd = customers(fragile, CUSTOMERS)
    attempts: list[Attempt] = []
    for round_, (kill, revive) in enumerate(
        [
            (fragile.kill, fragile.start),
            (fragile.kill_processes_that_serve, fragile.wait_until_live),
        ]
    ):
        made = asyncio.run(stream(fragile, studios, crowd, round_, kill))
        assert sum(attempt.answer is not None for attempt in made) >= KILLED_AFTER
        assert any(attempt.answer is None for attempt in made), "the API was killed while it worked"
        attempts += made
        revive()

    whole = {booking: parts for booking, *parts in fragile.sql(WHOLE)}
    assert set(map(tuple, whole.values())) == {(1, 1, 1)}, "a booking, its claim, its event, its message: all or none"
    for orphan in ("claims WHERE id", "outbox WHERE topic LIKE 'booking.%%' AND subject"):
        assert fragile.number(f"SELECT count(*) FROM {orphan} NOT IN (SELECT id FROM bookings)") == 0  # noqa: S608
    answers = {
        (str(caller), key): bytes(answer)
        for caller, key, answer in fragile.sql("SELECT caller, key, answer FROM idempotency_keys")
    }
    assert len(answers) == len(whole)

    acknowledged = [attempt for attempt in attempts if attempt.answer is not None]
    unanswered = [attempt for attempt in attempts if attempt.answer is None]
    for attempt in acknowledged:
        assert answers[attempt.person.id, attempt.key] == attempt.answer
        replayed = again(attempt)
        assert (replayed.status_code, replayed.content) == (201, attempt.answer)
        assert replayed.json()["id"] in whole
    assert len(whole) <= len(attempts)

    # A client that got no response retries and has one booking, whether the first attempt was committed or not.
    for attempt in unanswered:
        answer = again(attempt)
        assert answer.status_code == 201
        kept = answers.get((attempt.person.id, attempt.key))
        assert kept in {None, answer.content}
    assert fragile.number("SELECT count(*) FROM bookings") == len(attempts)
    assert fragile.number("SELECT count(*) FROM claims") == len(attempts)
