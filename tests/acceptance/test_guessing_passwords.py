"""Concurrent password guesses over several API processes: only as many are checked as the limit allows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from tests.acceptance.bursts import Wish, kinds
from tests.acceptance.people import PASSWORD, Person, customer
from tests.acceptance.product import Api, Server, eventually
from tests.databases import TestServer
from tests.reliability import scale
from tests.reliability.volleys import volley

from booking_domain.identity.passwords import MOST_WRONG
from entrypoints.settings.quotas import QUOTAS

LIMIT: Final = QUOTAS["login"].quota
GUESSES: Final = scale.of(200, less=50)
PROCESSES: Final = scale.of(4, less=2)
LOOKED_AT: Final = (401, "auth.invalid_credentials")
LOCKED: Final = (403, "auth.account_locked")
REFUSED: Final = (429, "auth.too_many_attempts")
EMAIL: Final = "SELECT email FROM users WHERE id = %s"


@dataclass(frozen=True)
class Guess(Wish):
    """A login with forged forwarding headers."""

    forwarded_for: str = field(default="")

    def encoded(self, host: str) -> bytes:
        head, _, content = super().encoded(host).partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Authorization")]
        lines += [f"X-Forwarded-For: {self.forwarded_for}".encode(), f"X-Real-IP: {self.forwarded_for}".encode()]
        return b"\r\n".join([*lines, b"", b""]) + content


def email_of(server: Server, person: Person) -> str:
    [[email]] = server.sql(EMAIL, person.id)
    return str(email)


def guessed(server: Server, person: Person, *, forwarded_for: str) -> Counter[tuple[int, str | None]]:
    """Send GUESSES concurrent guesses, each with another forged client address; count the responses."""
    email = email_of(server, person)
    guesses = [
        Guess(
            person,
            "/auth/login",
            {"email": email, "password": f"{PASSWORD} {number}"},
            forwarded_for=forwarded_for.format(number),
        )
        for number in range(GUESSES)
    ]
    return kinds(volley(server, guesses))


def several_processes(folder: Path, url: str, settings: Mapping[str, str]) -> Api:
    return Api(folder, url, BOOKING_API_PROCESSES=str(PROCESSES), BOOKING_DB_POOL_SIZE="5", **settings)


@pytest.mark.parametrize(
    ("settings", "forwarded_for"),
    [
        ({}, "203.0.113.{}"),
        # The proxy appends the real address to the right of the forged one.
        ({"BOOKING_TRUSTED_PROXIES": "127.0.0.0/8"}, "203.0.113.{}, 198.51.100.7"),
    ],
    ids=["straight", "through a trusted proxy"],
)
def test_several_processes_check_no_more_guesses_than_one(
    postgres: TestServer, tmp_path: Path, settings: Mapping[str, str], forwarded_for: str
) -> None:
    with postgres.database() as url, several_processes(tmp_path, url, settings) as api:
        victim = customer(api)
        found = guessed(api, victim, forwarded_for=forwarded_for)
        assert found == {LOOKED_AT: MOST_WRONG, LOCKED: LIMIT - MOST_WRONG, REFUSED: GUESSES - LIMIT}
        # The correct password is refused too until the minute is over; other accounts are not affected.
        right = {"email": email_of(api, victim), "password": PASSWORD}
        headers = {"X-Forwarded-For": forwarded_for.format(1)}
        refused = api.http.post("/auth/login", json=right, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == REFUSED
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        bystander = {"email": email_of(api, customer(api)), "password": PASSWORD}
        assert api.http.post("/auth/login", json=bystander, headers=headers).status_code == 200


def test_with_counters_per_process_more_guesses_are_checked(postgres: TestServer, tmp_path: Path) -> None:
    """Control for the test above, which fails with this setting."""
    settings = {"BOOKING_RATE_LIMIT_STORAGE": "memory"}
    with postgres.database() as url, several_processes(tmp_path, url, settings) as api:
        victim = customer(api)
        found: Counter[tuple[int, str | None]] = Counter()

        def more_than_the_limit() -> bool:
            found.update(guessed(api, victim, forwarded_for="203.0.113.{}"))
            return found[LOOKED_AT] + found[LOCKED] > LIMIT

        eventually(more_than_the_limit, what="each process has checked guesses")
        assert found[LOOKED_AT] == MOST_WRONG
        assert found[LOOKED_AT] + found[LOCKED] <= PROCESSES * LIMIT
