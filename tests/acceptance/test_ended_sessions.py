"""Two API processes: a session that one of them ends is over in the other, however the signal travels."""

from collections.abc import Iterator
from functools import partial
from typing import Final
from uuid import uuid4

import psycopg
import pytest
from tests.acceptance.people import Person, people
from tests.acceptance.product import Api, eventually
from tests.databases import LISTENERS, TestServer

from booking_domain.shared.actor import Role

SETTINGS: Final = {"BOOKING_SESSION_CACHE_SECONDS": "1800", "BOOKING_DB_POOL_SIZE": "3", "BOOKING_RATE_LIMITS": "off"}
"""What a process has read of a session does not become too old during the test: only a change makes it read again."""
SILENTLY: Final = "-c session_replication_role=replica"


@pytest.fixture(scope="module")
def processes(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Api, Api]]:
    folder = tmp_path_factory.mktemp("ended")
    (folder / "one").mkdir()
    (folder / "other").mkdir()
    with (
        postgres.database() as url,
        Api(folder / "one", url, **SETTINGS) as one,
        Api(folder / "other", url, **SETTINGS) as other,
    ):
        yield one, other


def status_at(process: Api, person: Person) -> int:
    return Person(process, person.id, person.token).ask("GET", "/users/me").status_code


def refused_at(process: Api, person: Person) -> bool:
    return status_at(process, person) == 401


def known_at(process: Api, person: Person) -> None:
    """Return once the process answers from what it has read: a change of which it is not told makes no difference."""

    def kept() -> bool:
        assert status_at(process, person) == 200
        silently(process, person, "disabled")
        answered = status_at(process, person)
        silently(process, person, "active")
        return answered == 200

    eventually(kept, what="the process listens")


def silently(process: Api, person: Person, status: str) -> None:
    """Change an account without its triggers."""
    with psycopg.connect(process.database_url, autocommit=True, options=SILENTLY) as connection:
        connection.execute("UPDATE users SET status = %s WHERE id = %s", [status, person.id])


def disable(process: Api, admin: Person, person: Person) -> None:
    body = {"status": "disabled", "reason": "fraud"}
    answer = Person(process, admin.id, admin.token).ask("PATCH", f"/admin/users/{person.id}", json=body)
    assert answer.status_code == 200, answer.text


def desk_payment(process: Api, person: Person) -> tuple[int, str]:
    """Try to record money for a booking; whether it exists comes after the session."""
    body = {"amount": 6_000_000, "method": "cash"}
    path = f"/bookings/{uuid4()}/desk-payments"
    answer = Person(process, person.id, person.token).ask("POST", path, json=body)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("killed", [False, True], ids=["listening", "its listening connection is killed"])
def test_a_disabled_account_is_refused_by_every_process(processes: tuple[Api, Api], *, killed: bool) -> None:
    one, other = processes
    [provider], [admin] = people(one, Role.PROVIDER, 1), people(one, Role.ADMIN, 1)
    for process in processes:
        known_at(process, provider)
    assert desk_payment(other, provider)[0] != 401
    if killed:
        assert one.sql(f"SELECT pg_terminate_backend(pid) {LISTENERS}") == [(True,), (True,)]
    disable(one, admin, provider)
    assert desk_payment(one, provider) == (401, "auth.invalid_token")  # at once, where it was disabled
    eventually(partial(refused_at, other, provider), what="the other process refuses the session")
    assert desk_payment(other, provider) == (401, "auth.invalid_token")


def test_a_session_ends_in_every_process_and_the_other_sessions_stay(processes: tuple[Api, Api]) -> None:
    one, other = processes
    phone, laptop = people(one, Role.CUSTOMER, 2)
    for person in (phone, laptop):
        for process in processes:
            known_at(process, person)
    assert Person(one, phone.id, phone.token).ask("POST", "/auth/logout").status_code == 204
    assert status_at(one, phone) == 401
    eventually(partial(refused_at, other, phone), what="the other process refuses the session")
    assert [status_at(each, laptop) for each in processes] == [200, 200]


def test_a_session_that_is_ended_by_hand_is_over_in_every_process(processes: tuple[Api, Api]) -> None:
    one, _ = processes
    [person] = people(one, Role.CUSTOMER, 1)
    for process in processes:
        known_at(process, person)
    one.sql("UPDATE sessions SET ended_at = now() WHERE user_id = %s RETURNING id", person.id)
    for process in processes:
        eventually(partial(refused_at, process, person), what="the session is over")
