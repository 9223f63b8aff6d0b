"""Row 5: PostgreSQL is killed under load. Nothing acknowledged is lost, and messages flow again each time.

The product of `make run` serves; its embedded server is killed with SIGKILL, and `make run` starts it again.
"""

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest
from tests.acceptance.people import Person, Studio, customers, open_studio
from tests.acceptance.product import BOUNDLESS, Api, Product, Worker, eventually
from tests.databases import BINARIES
from tests.gates import PATIENCE_SECONDS
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.test_double_booking import _OVERLAPS, _WITHOUT_THEIR_CLAIM

from adapters.postgres.kit import embedded, migrations
from booking_domain.shared.heartbeats import Activity

KILLS: Final = scale.of(20, less=1)
STUDIOS: Final = scale.of(4, less=2)
RIVALS: Final = 2
"""Customers who want the same slots, so that each slot is requested twice."""
BUSY_AFTER: Final = scale.of(40, less=10)
"""Acknowledged bookings before each kill."""
ACCOUNTS: Final = scale.of(400, less=10)
"""Customers who request a code, one per second, until there are no more. One more requests a code after each kill."""
STEP: Final = timedelta(minutes=5)
DAYS: Final = 50
PACE_SECONDS: Final = 0.2
"""Each customer's pause after a booking. The worker shares the machine with the customers and the API, and needs more
processor time for a booking than the API: without pauses its backlog would grow for as long as they book."""
BOOK_WHILE_MESSAGES_FLOW: Final = scale.of(full=True, less=False)
"""Whether customers also book while the backlog of a kill is worked off, which on a busy machine takes minutes."""
CODES_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 0.05
GOAL_SECONDS: Final = 30.0
OUTAGE_SECONDS: Final = 70.0
REFUSED: Final = (503, "service.unavailable")

_WAITING_JOBS: Final = """
    SELECT count(*) FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing') AND (coalesce(scheduled_at, now()) <= now() OR attempts > 0) AND id <= %s
"""
"""Jobs that are due, and those that failed while the database was down and are retried later."""
_DUE_MESSAGES: Final = "SELECT count(*) FROM messages WHERE status = 'pending' AND next_attempt_at <= now()"
"""Those of which a kill ended the sending are sent by the sweep of a minute."""


@dataclass
class Load:
    """What customers requested, and how it was answered."""

    booked: dict[str, str] = field(default_factory=dict)
    """The customer of each acknowledged booking."""
    codes: list[str] = field(default_factory=list)
    """The addresses of the acknowledged requests for a code."""
    statuses: Counter[tuple[int, str | None]] = field(default_factory=Counter)
    back: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by an acknowledged booking that was requested after `killed_at`."""
    killed_at: float = 0.0

    def answered(self, answer: httpx.Response, *expected: tuple[int, str | None]) -> None:
        kind = (answer.status_code, answer.json().get("code"))
        self.statuses[kind] += 1
        assert kind == REFUSED or kind in expected, f"{answer.status_code} {answer.text}"
        if kind == REFUSED:
            assert "Retry-After" in answer.headers


def slots() -> Iterator[str]:
    """The starts of a studio that is open around the clock, from the day after tomorrow."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return ((midnight + timedelta(days=2) + number * STEP).isoformat() for number in range(DAYS * 24 * 60 // 5))


class Customers:
    """Customers who book and request codes until they are told to stop, and repeat requests answered with 503."""

    def __init__(self, product: Product, load: Load) -> None:
        self._product = product
        self._load = load
        self.stop = asyncio.Event()
        self.may_book = asyncio.Event()

    async def book(self, person: Person, studio: Studio) -> None:
        async with self._client(person) as http:
            for slot in slots():
                await self.may_book.wait()
                if self.stop.is_set():
                    return
                body, headers = {"providerId": studio.id, "slot": slot}, {"Idempotency-Key": f"{person.id}-{slot}"}
                began, answer = await self._insist(
                    lambda body=body, headers=headers: http.post("/bookings", json=body, headers=headers),  # type: ignore[misc]
                    (201, None),
                    (409, "booking.slot_taken"),
                )
                if answer.status_code == 201:
                    self._load.booked[answer.json()["id"]] = person.email
                    if began > self._load.killed_at:
                        self._load.back.set()
                await asyncio.sleep(PACE_SECONDS)
        assert self.stop.is_set(), "there are not enough slots"

    async def request_codes(self, people: list[Person]) -> None:
        for person in people:
            if self.stop.is_set():
                return
            await self.request_code(person)
            await asyncio.sleep(CODES_SECONDS)

    async def request_code(self, person: Person) -> None:
        body = {"email": person.email, "purpose": "login"}
        # A request that was answered with 503 may have been committed: the next code is due after a minute only.
        async with self._client(person) as http:
            _, answer = await self._insist(
                lambda: http.post("/auth/send-otp", json=body), (202, None), (429, "auth.too_many_codes")
            )
        if answer.status_code == 202:
            self._load.codes.append(person.email)

    async def _insist(self, send: Callable[[], Any], *expected: tuple[int, str | None]) -> tuple[float, httpx.Response]:
        while True:
            began = time.monotonic()
            answer: httpx.Response = await send()
            self._load.answered(answer, *expected)
            if answer.status_code != 503:
                return began, answer
            await asyncio.sleep(RETRY_SECONDS)

    def _client(self, person: Person) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {person.token}"}
        return httpx.AsyncClient(
            base_url=f"{self._product.url}/api/v1", headers=headers, trust_env=False, timeout=PATIENCE_SECONDS
        )


async def until(look: Callable[[], bool], what: str) -> None:
    """`eventually` in a thread; the database may be down."""

    def looked() -> bool:
        try:
            return look()
        except psycopg.OperationalError:
            return False

    await asyncio.to_thread(eventually, looked, what=what)


def kill(product: Product) -> None:
    postmaster = int((product.data / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)


def delivered(product: Product) -> Counter[tuple[str, bool]]:
    """The number of messages by address, codes and others."""
    found: Counter[tuple[str, bool]] = Counter()
    for path in product.messages.glob("*.json"):
        message = json.loads(path.read_text(encoding="utf-8"))
        found[message["to"], "code" in message["subject"].lower()] += 1
    return found


def test_a_killed_database_loses_nothing_and_messages_flow_again(
    tmp_path: Path, migrated: Path | None, report: Report
) -> None:
    settings = {"BOOKING_RATE_LIMITS": "off", "ONLY_DEMO_ACCOUNTS": "on", **BOUNDLESS}
    with Product(tmp_path, interpreter=False, migrated=migrated, **settings) as product:
        studios = [open_studio(product, deposit=0, step=5, duration=5) for _ in range(STUDIOS)]
        load = Load()
        figures = asyncio.run(_kill_repeatedly(product, studios, load))
        messages = delivered(product)

        assert product.number("SELECT count(*) FROM bookings WHERE id = ANY(%s::uuid[])", list(load.booked)) == len(
            load.booked
        )
        assert product.number(_OVERLAPS) == 0
        assert product.number(_WITHOUT_THEIR_CLAIM) == 0
        assert product.sql("SELECT name FROM parked_jobs") == []
        assert product.program.process.poll() is None
    lost = [address for address in load.codes if not messages[address, True]]
    assert lost == [], "codes that were never sent"
    expected = Counter(load.booked.values())
    assert {address: number for address, number in expected.items() if messages[address, False] < number} == {}
    back, drained = (max(each) for each in zip(*figures, strict=True))
    report(
        5,
        f"{KILLS} kills: {len(load.booked)} bookings and {len(load.codes)} codes acknowledged, lost 0; back after"
        f" {back:.1f} s, outbox and jobs done after {drained:.1f} s at most; {dict(load.statuses)}",
        goal_met=max(back, drained) < GOAL_SECONDS,
    )


async def _kill_repeatedly(product: Product, studios: list[Studio], load: Load) -> list[tuple[float, float]]:
    crowd = await asyncio.to_thread(customers, product, RIVALS * STUDIOS)
    owners = await asyncio.to_thread(customers, product, ACCOUNTS + KILLS)
    people = Customers(product, load)
    figures = []
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(crowd):
            group.create_task(people.book(person, studios[number % STUDIOS]))
        group.create_task(people.request_codes(owners[KILLS:]))
        for number, owner in enumerate(owners[:KILLS], start=1):
            people.may_book.set()
            enough = len(load.booked) + BUSY_AFTER
            await until(lambda enough=enough: len(load.booked) >= enough, "bookings")  # type: ignore[misc]
            figures.append(await _kill_once(product, people, load, owner, number))
        people.stop.set()
        people.may_book.set()
    await until(lambda: product.number("SELECT count(*) FROM outbox") == 0, "the outbox is empty")
    await until(lambda: product.number(_WAITING_JOBS, 2**62) == 0, "the jobs are done")
    await until(lambda: product.number(_DUE_MESSAGES) == 0, "the messages are sent")
    return figures


async def _kill_once(
    product: Product, people: Customers, load: Load, owner: Person, number: int
) -> tuple[float, float]:
    load.back.clear()
    load.killed_at = killed_at = time.monotonic()
    kill(product)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await load.back.wait()
    except TimeoutError:
        pytest.fail(f"no booking within {PATIENCE_SECONDS} s of kill {number}: {product.program.said[-2000:]}")
    back = time.monotonic() - killed_at
    if not BOOK_WHILE_MESSAGES_FLOW:
        people.may_book.clear()
    last = await asyncio.to_thread(product.number, "SELECT coalesce(max(seq), 0) FROM outbox")
    relayed = "SELECT count(*) FROM outbox WHERE seq <= %s"
    await until(lambda: product.number(relayed, last) == 0, f"the outbox is relayed after kill {number}")
    last_job = await asyncio.to_thread(product.number, "SELECT coalesce(max(id), 0) FROM procrastinate_jobs")
    await until(lambda: product.number(_WAITING_JOBS, last_job) == 0, f"the jobs are done after kill {number}")
    await people.request_code(owner)
    await until(lambda: delivered(product)[owner.email, True] > 0, f"the code is sent after kill {number}")
    drained = time.monotonic() - killed_at
    print(f"kill {number}: back {back:.1f} s, drained {drained:.1f} s", flush=True)  # noqa: T201
    return back, drained


@pytest.mark.skipif(not scale.FULL, reason="the outage takes longer than a minute")
def test_after_a_long_outage_api_and_worker_are_back(tmp_path: Path, report: Report) -> None:
    """Requests continue during the outage. A client or worker with growing pauses would still be waiting at its end."""
    server = embedded.start(tmp_path / "postgres", binaries=BINARIES)
    try:
        migrations.upgrade(server.conninfo)
        with Worker(tmp_path, server.conninfo), Api(tmp_path, server.conninfo) as api:
            eventually(lambda: "relay" not in ready(api)["stale"], what="the worker relays")
            server.stop()
            began = time.monotonic()
            while time.monotonic() - began < OUTAGE_SECONDS:
                assert api.http.get("/health/ready").status_code == 503
            assert embedded.start(tmp_path / "postgres", binaries=BINARIES) == server
            began = time.monotonic()
            eventually(api.live, what="the API is back")
            back = time.monotonic() - began
            eventually(lambda: "relay" not in ready(api)["stale"], what="the worker is back")
            relayed = time.monotonic() - began
    finally:
        server.stop()
    report(
        5,
        f"after an outage of {OUTAGE_SECONDS:.0f} s the API is back in {back:.1f} s, the relay in {relayed:.1f} s",
        goal_met=max(back, relayed) < GOAL_SECONDS,
    )


def ready(api: Api) -> dict[str, Any]:
    """What health says; everything is stale while it is not ready."""
    answer = api.http.get("/health/ready")
    said: dict[str, Any] = answer.json() if answer.is_success else {"stale": list(Activity)}
    return said
