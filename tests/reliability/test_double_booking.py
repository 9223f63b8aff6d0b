"""Rows 1 and 2: concurrent customers never double-book a time, and no one is refused without reason.

Several processes serve; in `make reliability`, PostgreSQL has durable settings.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

import psycopg
import pytest
from tests.acceptance.bursts import Wish, kinds
from tests.acceptance.people import Person, Studio, customers, open_studio
from tests.acceptance.product import Server
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.servers import serving
from tests.reliability.volleys import Shot, percentile, volley

from booking_domain.bookings.transitions import CLAIMS_TIME, Status
from booking_domain.scheduling.claims import ClaimKind

PROCESSES: Final = scale.of(4, less=2)
CROWD: Final = scale.of(2_000, less=100)
ROUNDS: Final = scale.of(5, less=1)
SLOTS: Final = scale.of(500, less=10)
RIVALS: Final = 20
LINES: Final = scale.of(200, less=25)
OVERLAPPING: Final = scale.of(1_000, less=50)
MOVED: Final = scale.of(40, less=8)
MOVES: Final = 10
CANCELLED: Final = scale.of(200, less=12)
PLACES: Final = 10
GOAL_SECONDS: Final = 2.0
AT_ONCE: Final = 200
"""Accounts created at once: more would wait too long for a database connection."""

TAKEN: Final = (409, "booking.slot_taken")
BOOKED: Final = (201, None)
DONE: Final = (200, None)

_OVERLAPS: Final = """
    SELECT count(*) FROM claims a JOIN claims b ON a.provider_id = b.provider_id AND a.id < b.id
    WHERE tstzrange(a.blocked_from, a.blocked_until) && tstzrange(b.blocked_from, b.blocked_until)
"""
_CLAIMING: Final = ", ".join(f"'{status.value}'" for status in Status if CLAIMS_TIME[status])
_CLAIMS: Final = """
    SELECT id, provider_id, customer_id, kind, starts_at, ends_at, blocked_from, blocked_until
    FROM claims WHERE class_id IS NULL
    UNION ALL
    SELECT p.id, p.provider_id, p.customer_id, p.kind, c.starts_at, c.ends_at, c.blocked_from, c.blocked_until
    FROM class_places p JOIN claims c ON c.provider_id = p.provider_id AND c.id = p.occurrence_id
"""
# A booking whose status claims time has its claim, with the same times; no other one has, and there are no holds.
_WITHOUT_THEIR_CLAIM: Final = f"""
    SELECT count(*) FROM (SELECT * FROM bookings WHERE status IN ({_CLAIMING})) b FULL JOIN ({_CLAIMS}) c ON c.id = b.id
    WHERE (c.kind = '{ClaimKind.BOOKING.value}' AND c.provider_id = b.provider_id AND c.customer_id = b.customer_id
        AND (c.starts_at, c.ends_at, c.blocked_from, c.blocked_until)
            = (b.starts_at, b.ends_at, b.blocked_from, b.blocked_until)) IS NOT TRUE
"""  # noqa: S608
_DEADLOCK: Final = "deadlock detected"


@pytest.fixture(scope="module")
def running(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(postgres, tmp_path_factory.mktemp("busy"), BOOKING_API_PROCESSES=str(PROCESSES)) as server:
        yield server


@pytest.fixture
def busy(running: Server) -> Iterator[Server]:
    """After each test, bookings and claims match and PostgreSQL has detected no deadlock."""
    before = server_log(running).count(_DEADLOCK)
    yield running
    assert running.number(_OVERLAPS) == 0, "claims overlap"
    assert running.number(_WITHOUT_THEIR_CLAIM) == 0, "bookings and claims differ"
    assert server_log(running).count(_DEADLOCK) == before, "deadlocks"


def server_log(server: Server) -> str:
    [[data]] = server.sql("SHOW data_directory")
    return (Path(data).parent / "server.log").read_text(encoding="utf-8", errors="replace")


def crowd(server: Server, number: int) -> list[Person]:
    made: list[Person] = []
    while len(made) < number:
        made += customers(server, min(AT_ONCE, number - len(made)))
    return made


def booking(person: Person, studio: Studio, slot: str, **more: Any) -> Wish:
    return Wish(person, "/bookings", {"providerId": studio.id, "slot": slot, **more})


def all_documented(server: Server, shots: Sequence[Shot]) -> None:
    """Every status is documented for its path, and every refusal is a problem."""
    paths = server.http.get(f"{server.url}/schema").json()["paths"]
    responses = {
        re.sub(r"\{.*?\}", "*", path): set(operations["post"]["responses"])
        for path, operations in paths.items()
        if "post" in operations
    }
    for shot in shots:
        path = re.sub(r"[0-9a-f-]{36}", "*", f"/api/v1{shot.wish.path}")
        assert str(shot.status) in responses[path], f"{path} answered {shot.status}: {shot.content!r}"
        assert shot.status < 500, shot.content
        assert shot.media_type == ("application/json" if shot.status < 400 else "application/problem+json")


def start_of(shot: Shot) -> datetime:
    return datetime.fromisoformat(shot.json["start"])


def test_one_of_many_concurrent_customers_gets_the_slot(busy: Server, report: Report) -> None:
    studio = open_studio(busy)
    everybody = crowd(busy, CROWD)
    slots = studio.slots()
    slowest: list[float] = []
    for sold in range(1, ROUNDS + 1):
        slot = slots[sold]
        shots = volley(busy, [booking(person, studio, slot) for person in everybody])

        assert kinds(shots) == {BOOKED: 1, TAKEN: CROWD - 1}
        all_documented(busy, shots)
        [winner] = [shot for shot in shots if shot.status == 201]
        assert winner.json["customerId"] == winner.wish.person.id
        assert slot not in studio.slots()
        assert busy.number("SELECT count(*) FROM claims WHERE provider_id = %s", studio.id) == sold
        half, most, all_ = (percentile(shots, part) for part in (0.5, 0.99, 1.0))
        slowest.append(most)
        report(
            1,
            f"{CROWD:,} at one slot: 1 × 201, {CROWD - 1:,} × 409; p50 {half:.2f}, p99 {most:.2f}, all {all_:.2f} s",
            goal_met=median(slowest) < GOAL_SECONDS,
        )


@pytest.mark.nightly
def test_as_many_concurrent_customers_as_a_class_has_places_book_it(busy: Server, report: Report) -> None:
    studio = open_studio(busy, deposit=0)
    slot = studio.slots()[1]
    service = {"name": "Yoga", "durationMinutes": 60, "priceAmount": 100, "capacity": PLACES}
    yoga = studio.owner.post("/services", service)["id"]
    wishes = [booking(person, studio, slot, serviceId=yoga) for person in crowd(busy, CROWD)]
    shots = volley(busy, wishes)

    assert kinds(shots) == {BOOKED: PLACES, TAKEN: CROWD - PLACES}
    all_documented(busy, shots)
    assert busy.number("SELECT count(*) FROM class_places WHERE provider_id = %s", studio.id) == PLACES
    report(31, f"{CROWD:,} at a class of ten: 10 × 201, {CROWD - 10:,} × 409; p99 {percentile(shots, 0.99):.2f} s")

    giving_up = [
        Wish(shot.wish.person, f"/bookings/{shot.json['id']}/cancel", {}) for shot in shots if shot.status == 201
    ]
    mixed = [*wishes[: 5 * PLACES], *giving_up]
    Random(10).shuffle(mixed)  # noqa: S311
    again = kinds(volley(busy, mixed))
    assert set(again) <= {DONE, BOOKED, TAKEN}
    assert again[DONE] == PLACES
    left = PLACES - busy.number("SELECT count(*) FROM class_places WHERE provider_id = %s", studio.id)
    assert left == PLACES - again[BOOKED]
    last = kinds(volley(busy, wishes[-PLACES - 1 :]))
    assert (last[BOOKED], last[TAKEN]) == (left, PLACES + 1 - left)


def test_each_of_many_slots_is_sold_once(busy: Server, report: Report) -> None:
    studios = [open_studio(busy, step=30, duration=30) for _ in range(5)]
    slots = [(studio, slot) for studio in studios for slot in studio.slots(days=3)[: SLOTS // len(studios)]]
    assert len(slots) == SLOTS
    everybody = crowd(busy, LINES)
    chance = Random(2026)  # noqa: S311
    wishes = [booking(person, studio, slot) for studio, slot in slots for person in chance.sample(everybody, RIVALS)]
    shots = volley(busy, wishes, lines=LINES)

    assert kinds(shots) == {BOOKED: SLOTS, TAKEN: SLOTS * (RIVALS - 1)}
    all_documented(busy, shots)
    sold = {(shot.wish.body["providerId"], shot.wish.body["slot"]) for shot in shots if shot.status == 201}
    assert sold == {(studio.id, slot) for studio, slot in slots}
    report(2, f"{SLOTS} slots × {RIVALS}: {SLOTS} booked, p99 {percentile(shots, 0.99):.2f} s with {LINES} connections")


@pytest.mark.nightly
def test_overlapping_times_are_sold_once_and_no_free_one_is_refused(busy: Server, report: Report) -> None:
    """Customers request starts every five minutes, the provider enters appointments of any length at any second."""
    studio = open_studio(busy, deposit=0, step=5, duration=60)
    starts = studio.slots(days=scale.of(4, less=1))
    everybody = crowd(busy, LINES)
    chance = Random(17)  # noqa: S311
    wishes = []
    for _ in range(OVERLAPPING):
        slot, minutes = chance.choice(starts), chance.choice([20, 35, 60, 90])
        if chance.random() < 0.3:
            odd = datetime.fromisoformat(slot) + timedelta(seconds=chance.randrange(300))
            wishes.append(booking(studio.owner, studio, odd.isoformat(), durationMinutes=minutes))
        else:
            wishes.append(booking(chance.choice(everybody), studio, slot, durationMinutes=60))
    shots = volley(busy, wishes, lines=LINES)

    assert set(kinds(shots)) == {BOOKED, TAKEN}
    all_documented(busy, shots)
    sold = sorted((start_of(shot), datetime.fromisoformat(shot.json["end"])) for shot in shots if shot.status == 201)
    assert all(end <= start for (_, end), (start, _) in pairwise(sold))
    for shot in shots:
        if shot.status != 201:
            start = datetime.fromisoformat(shot.wish.body["slot"])
            end = start + timedelta(minutes=shot.wish.body["durationMinutes"])
            assert any(start < other_end and other < end for other, other_end in sold), f"{start} was free"
    assert busy.number("SELECT count(*) FROM claims WHERE provider_id = %s", studio.id) == len(sold)
    report(2, f"{OVERLAPPING} staggered overlaps: {len(sold)} booked, the others overlap one of them")


@pytest.mark.nightly
def test_bookings_rescheduled_to_the_same_times_end_up_apart(busy: Server, report: Report) -> None:
    studio = open_studio(busy, deposit=0, step=5, duration=30)
    starts = studio.slots(days=2)
    everybody = crowd(busy, MOVED)
    made = [person.book(studio.id, slot) for person, slot in zip(everybody, starts[::6], strict=False)]
    chance = Random(40)  # noqa: S311
    # Times of the bookings that are moved, and free ones, half a length apart: many want the same, or half of it.
    wanted = starts[: 2 * 6 * MOVED : 3]
    wishes = []
    for mine, person in zip(made, everybody, strict=True):
        for slot in chance.sample(wanted, MOVES):
            who = studio.owner if chance.random() < 0.3 else person
            wishes.append(Wish(who, f"/bookings/{mine['id']}/reschedule", {"slot": slot}))
    chance.shuffle(wishes)
    shots = volley(busy, wishes)

    counted = kinds(shots)
    assert set(counted) == {DONE, TAKEN}
    all_documented(busy, shots)
    assert busy.number("SELECT count(*) FROM claims WHERE provider_id = %s", studio.id) == MOVED
    for mine, person in zip(made, everybody, strict=True):
        said = [shot.json for shot in shots if shot.status == 200 and shot.json["id"] == mine["id"]]
        last = max([mine, *said], key=lambda each: each["version"])
        now = person.get(f"/bookings/{mine['id']}")
        assert (now["start"], now["version"]) == (last["start"], last["version"])
        # A reschedule to the time that the booking has leaves its version as it is.
        versions = {each["version"] for each in [mine, *said]}
        assert len(person.get(f"/bookings/{mine['id']}/events")["items"]) == len(versions)
    report(2, f"{len(wishes)} racing reschedules of {MOVED}: {counted[DONE]} moved, {counted[TAKEN]} refused")


def test_a_slot_cancelled_amid_concurrent_bookings_is_booked_once_or_free(busy: Server, report: Report) -> None:
    studio = open_studio(busy, deposit=0, step=15, duration=15)
    starts = studio.slots(days=3)[:CANCELLED]
    everybody = crowd(busy, LINES)
    owners = [everybody[number % LINES] for number in range(CANCELLED)]
    first = volley(busy, [booking(person, studio, slot) for person, slot in zip(owners, starts, strict=True)], lines=20)
    assert kinds(first) == {BOOKED: CANCELLED}
    chance = Random(7)  # noqa: S311
    wishes = []
    for shot, slot in zip(first, starts, strict=True):
        rivals = [booking(person, studio, slot) for person in chance.sample(everybody, chance.choice([1, 4]))]
        giving_up = Wish(shot.wish.person, f"/bookings/{shot.json['id']}/cancel", {})
        group = [*rivals, giving_up]
        chance.shuffle(group)
        wishes += group
    shots = volley(busy, wishes, lines=LINES)

    counted = kinds(shots)
    assert set(counted) <= {DONE, BOOKED, TAKEN}
    assert counted[DONE] == CANCELLED
    all_documented(busy, shots)
    again = Counter(shot.wish.body["slot"] for shot in shots if shot.status == 201)
    assert set(again.values()) <= {1}
    assert set(studio.slots(days=3)) & set(starts) == set(starts) - set(again)
    free = [slot for slot in starts if slot not in again]
    later = [booking(everybody[number % LINES], studio, slot) for number, slot in enumerate(free)]
    assert kinds(volley(busy, later, lines=LINES)) == Counter({BOOKED: len(free)})
    report(
        2,
        f"{CANCELLED} cancelled against {len(wishes) - CANCELLED} attempts: {len(again)} booked again, the others free",
    )


def test_a_deadlock_is_noticed(running: Server) -> None:
    """Control for the search of the server log: two transactions deadlock on purpose."""
    before = server_log(running).count(_DEADLOCK)
    both_have_one = threading.Barrier(2)

    def lock(first: int, second: int) -> None:
        with psycopg.connect(running.database_url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [first])
            both_have_one.wait()
            try:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [second])
            except psycopg.errors.DeadlockDetected:
                connection.rollback()

    other = threading.Thread(target=lock, args=(2, 1))
    other.start()
    lock(1, 2)
    other.join()
    assert server_log(running).count(_DEADLOCK) == before + 1
