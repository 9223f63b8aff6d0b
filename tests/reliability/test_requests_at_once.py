"""Rows 3 and 19: concurrent copies of a request have one effect; of concurrent changes of one version one succeeds.

Several processes serve. The controls without the defence are in `test_once.py` and `test_versions.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final
from uuid import uuid4

import pytest
from tests.acceptance.bursts import Wish, kinds
from tests.acceptance.people import Person, Studio, customer, customers, open_studio, people
from tests.acceptance.product import Api, Server
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.volleys import Shot, percentile, volley
from tests.unit.effort import sampled

from booking_domain.shared.actor import Role

PROCESSES: Final = scale.of(4, less=2)
LINES: Final = scale.of(200, less=100)
KEYS: Final = scale.of(1_000, less=12)
TWINS: Final = 20
STUDIOS: Final = scale.of(5, less=1)
CALLERS: Final = scale.of(50, less=5)
FOUGHT_OVER: Final = scale.of(100, less=4)
AT_ONCE: Final = 200
ROUNDS: Final = scale.of(10, less=1)

MADE: Final = (201, None)
DONE: Final = (200, None)
STALE: Final = (412, "conflict.stale_version")
REUSED: Final = (422, "idempotency.key_reused")
IN_FLIGHT: Final = (409, "idempotency.in_flight")


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, postgres: TestServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("at_once")
    # No request may fail for lack of a database connection here.
    settings = {"BOOKING_API_PROCESSES": str(PROCESSES), "BOOKING_DB_POOL_TIMEOUT_SECONDS": "60"}
    with postgres.database() as url, Api(folder, url, **settings) as api:
        yield api


def once_each(studios: Sequence[Studio], callers: Sequence[Person], number: int, *, day: int) -> list[Wish]:
    """One request under its own key for each of that many distinct slots."""
    slots = [(studio, slot) for studio in studios for slot in studio.slots(days_ahead=day, days=5)[:200]]
    assert len(slots) >= number
    return [
        Wish(callers[place % len(callers)], "/bookings", {"providerId": studio.id, "slot": slot}, key=uuid4().hex)
        for place, (studio, slot) in enumerate(slots[:number])
    ]


def shuffled(wishes: Sequence[Wish], times: int) -> list[Wish]:
    found = [wish for wish in wishes for _ in range(times)]
    Random(2026).shuffle(found)  # noqa: S311
    return found


def until_answered(server: Server, wishes: Sequence[Wish]) -> tuple[list[Shot], int]:
    """The final responses, and how many 409 `idempotency.in_flight` came before them."""
    shots: list[Shot] = []
    waiting, in_flight = list(wishes), 0
    while waiting:
        found = volley(server, waiting, lines=LINES)
        shots += [shot for shot in found if shot.kind != IN_FLIGHT]
        waiting = [shot.wish for shot in found if shot.kind == IN_FLIGHT]
        in_flight += len(waiting)
    return shots, in_flight


def by_key(shots: Sequence[Shot]) -> dict[str | None, list[Shot]]:
    found: defaultdict[str | None, list[Shot]] = defaultdict(list)
    for shot in shots:
        found[shot.wish.key].append(shot)
    return found


@pytest.mark.nightly
def test_each_key_has_one_effect_and_one_response(busy: Server, report: Report) -> None:
    studios = [open_studio(busy, deposit=0, step=30, duration=30) for _ in range(STUDIOS)]
    wishes = once_each(studios, customers(busy, CALLERS), KEYS, day=2)
    shots, in_flight = until_answered(busy, shuffled(wishes, TWINS))

    assert kinds(shots) == {MADE: KEYS * TWINS}
    answers = {key: {shot.content for shot in twins} for key, twins in by_key(shots).items()}
    assert {len(each) for each in answers.values()} == {1}
    effects = [busy.number(f"SELECT count(*) FROM {table}") for table in ("bookings", "claims", "idempotency_keys")]  # noqa: S608
    assert effects == [KEYS] * 3
    assert busy.number("SELECT count(*) FROM booking_events") == KEYS
    report(
        3,
        f"{KEYS:,} keys × {TWINS} at once: {KEYS:,} effects, {KEYS * TWINS:,} × 201, {in_flight} × 409 in flight and "
        f"then 201; p99 {percentile(shots, 0.99):.2f} s",
    )

    changed = [replace(wish, body={**wish.body, "notes": "another"}) for wish in wishes]
    assert kinds(volley(busy, changed, lines=LINES)) == {REUSED: KEYS}
    elsewhere = [replace(wish, path="/holds") for wish in wishes]
    assert kinds(volley(busy, elsewhere, lines=LINES)) == {REUSED: KEYS}
    # Somebody else's key is another key.
    managers = people(busy, Role.MANAGER, CALLERS)
    others = [
        Wish(managers[place % CALLERS], "/salons", {"name": "Nomad", "timeZone": "UTC"}, key=wish.key)
        for place, wish in enumerate(wishes)
    ]
    shots, _ = until_answered(busy, shuffled(others, 2))
    assert kinds(shots) == {MADE: 2 * KEYS}
    assert busy.number("SELECT count(*) FROM salons") == KEYS
    again = volley(busy, wishes, lines=LINES)
    assert {shot.wish.key: {shot.content} for shot in again} == answers
    assert [busy.number(f"SELECT count(*) FROM {table}") for table in ("bookings", "claims")] == [KEYS] * 2  # noqa: S608
    report(3, f"{KEYS:,} × another body: 422; × another path: 422; × somebody else's key: {KEYS:,} effects of theirs")


@pytest.mark.nightly
def test_of_two_bodies_under_one_key_one_wins(busy: Server, report: Report) -> None:
    studio = open_studio(busy, deposit=0, step=30, duration=30)
    wishes = once_each([studio], customers(busy, CALLERS), FOUGHT_OVER, day=9)
    both = [replace(wish, body={**wish.body, "notes": notes}) for wish in wishes for notes in ("one", "other")]
    shots, _ = until_answered(busy, shuffled(both, TWINS // 2))

    assert kinds(shots) == {MADE: FOUGHT_OVER * TWINS // 2, REUSED: FOUGHT_OVER * TWINS // 2}
    for twins in by_key(shots).values():
        made = [shot for shot in twins if shot.kind == MADE]
        assert len({shot.content for shot in made}) == len({shot.wish.body["notes"] for shot in made}) == 1
    assert busy.number("SELECT count(*) FROM bookings WHERE provider_id = %s", studio.id) == FOUGHT_OVER
    report(3, f"{FOUGHT_OVER} keys × two bodies × {TWINS // 2} at once: one body wins each time, the other gets 422")


Changed = tuple[Person, str, str, dict[str, Any]]
"""Changes by name: the user, method, path and body."""


def a_salon(server: Server) -> Changed:
    manager = people(server, Role.MANAGER, 1)[0]
    made = manager.post("/salons", {"name": "Nomad", "timeZone": "UTC"})
    return manager, "PATCH", f"/salons/{made['id']}", {"name": "Ordos"}


def a_booking(server: Server) -> Changed:
    studio, person = open_studio(server), customer(server)
    made = person.book(studio.id, studio.slots()[0])
    return person, "PATCH", f"/bookings/{made['id']}", {"status": "cancelled"}


def a_calendar(server: Server) -> Changed:
    studio = open_studio(server)
    return studio.owner, "PUT", f"/availability/{studio.id}", {"slotStepMinutes": 15}


@pytest.mark.parametrize("change", sampled([a_salon, a_booking, a_calendar], every=3))
def test_of_200_changes_of_one_version_one_succeeds(
    busy: Server, report: Report, change: Callable[[Server], Changed]
) -> None:
    slowest, what = 0.0, ""
    for _ in range(ROUNDS):
        person, method, path, body = change(busy)
        before = person.ask("GET", path).headers["ETag"]
        edited_at = "/availability/settings" if path.startswith("/availability") else path
        wish = Wish(person, edited_at, body, method=method, if_match=before)
        shots = volley(busy, [wish] * AT_ONCE)

        assert kinds(shots) == {DONE: 1, STALE: AT_ONCE - 1}
        assert {shot.media_type for shot in shots if shot.kind == STALE} == {"application/problem+json"}
        after = person.ask("GET", path)
        assert int(after.headers["ETag"].strip('"')) == int(before.strip('"')) + 1
        [made] = [shot.json for shot in shots if shot.kind == DONE]
        seen = after.json().get("settings") or after.json()
        assert seen.items() >= made.items()  # a booking also names its parties
        slowest = max(slowest, percentile(shots, 0.99))
        what = f"{method} {edited_at.replace(path, '/' + path.split('/')[1])}"
    report(19, f"{ROUNDS} × {AT_ONCE} × {what} of one version: 1 × 200, {AT_ONCE - 1} × 412; p99 {slowest:.2f} s")
