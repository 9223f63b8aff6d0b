"""Two API processes that keep answers: what one of them changes is seen by the other, however the signal travels."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import psycopg
import pytest
from tests.acceptance.people import Studio, customer, done, open_studio
from tests.acceptance.product import Api, eventually
from tests.databases import LISTENERS, TestServer

from entrypoints.cli.search_index import search_index
from entrypoints.settings.main import Settings

UNANNOUNCED: Final = "-c booking.tells=itself"
"""The triggers count a change, and nobody sends a signal: as if the process had died after its commit."""
POOL: Final = {"BOOKING_DB_POOL_SIZE": "3"}


class Pair:
    """Two processes on one database, and a provider."""

    def __init__(self, one: Api, other: Api) -> None:
        self.one, self.other = one, other
        self.studio: Studio = open_studio(one, deposit=0)

    def slots(self, process: Api) -> list[str]:
        first = datetime.now(UTC).date() + timedelta(days=2)
        window = {"from": f"{first}T00:00:00Z", "to": f"{first + timedelta(days=1)}T00:00:00Z"}
        answer = process.http.get(f"/providers/{self.studio.id}/slots", params=window)
        return [slot["start"] for slot in done(answer)["slots"]]

    def keep(self) -> list[str]:
        """Return the slots once both processes answer from what they keep, without routing."""
        path = f"/providers/{self.studio.id}/page"

        def kept() -> bool:
            return all("RateLimit" not in each.http.get(path).headers for each in (self.one, self.other))

        eventually(kept, what="both processes keep answers")
        assert self.slots(self.one) == self.slots(self.other)
        return self.slots(self.other)

    def offers_nothing(self, process: Api) -> bool:
        return self.slots(process) == []

    def shows(self, process: Api, status: int) -> bool:
        """Whether the process answers a request for the page with this status."""
        return process.http.get(f"/providers/{self.studio.id}/page").status_code == status

    def silently(self, statement: str) -> None:
        with psycopg.connect(self.one.database_url, autocommit=True, options=UNANNOUNCED) as connection:
            connection.execute(statement.encode(), [self.studio.id])


def pair(postgres: TestServer, folder: Path, seconds: str) -> Iterator[Pair]:
    for name in ("one", "other"):
        (folder / name).mkdir()
    given = {**POOL, "BOOKING_PUBLIC_VERSION_SECONDS": seconds}
    with (
        postgres.database() as url,
        Api(folder / "one", url, **given) as one,
        Api(folder / "other", url, **given) as other,
    ):
        yield Pair(one, other)


@pytest.fixture(scope="module")
def patient(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Processes that read a version again only after an hour, unless they hear of a change."""
    yield from pair(postgres, tmp_path_factory.mktemp("patient"), "3600")


@pytest.fixture(scope="module")
def wary(postgres: TestServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Processes that read each version again after a second."""
    yield from pair(postgres, tmp_path_factory.mktemp("wary"), "1")


@pytest.mark.parametrize("killed", [False, True], ids=["listening", "its listening connection is killed"])
def test_a_slot_that_one_process_books_is_gone_in_both(patient: Pair, *, killed: bool) -> None:
    before = patient.keep()
    if killed:
        assert patient.one.sql(f"SELECT pg_terminate_backend(pid) {LISTENERS}") == [(True,), (True,)]
    customer(patient.one).book(patient.studio.id, before[3])
    assert patient.slots(patient.one) == [each for each in before if each != before[3]]  # at once
    eventually(lambda: before[3] not in patient.slots(patient.other), what="the other process hears of it")


def test_a_change_by_hand_reaches_every_process(patient: Pair) -> None:
    patient.keep()
    patient.one.sql("UPDATE providers SET status = 'suspended' WHERE id = %s RETURNING id", patient.studio.id)
    for process in (patient.one, patient.other):
        eventually(partial(patient.shows, process, 404), what="the provider is gone")
    patient.one.sql("UPDATE providers SET status = 'approved' WHERE id = %s RETURNING id", patient.studio.id)
    for process in (patient.one, patient.other):
        eventually(partial(patient.shows, process, 200), what="the provider is back")


def test_a_search_that_both_keep_hears_of_a_change_in_each(patient: Pair) -> None:
    """It has no version that is read again: only the signal, or five minutes, end it."""
    url = patient.one.database_url
    settings = Settings.from_environment({"BOOKING_ENV": "development", "DATABASE_URL": url})
    asyncio.run(search_index(settings, url, rebuild=True))

    def finds(process: Api, *, kept: bool, somebody: bool) -> bool:
        answer = process.http.get("/search?text=studio")
        return bool(done(answer)["items"]) is somebody and (not kept or "RateLimit" not in answer.headers)

    both = (patient.one, patient.other)
    for each in both:
        eventually(partial(finds, each, kept=True, somebody=True), what="the search is kept")
    for status, somebody in (("suspended", False), ("approved", True)):
        patient.one.sql("UPDATE providers SET status = %s WHERE id = %s RETURNING id", status, patient.studio.id)
        for each in both:
            eventually(partial(finds, each, kept=False, somebody=somebody), what=f"the provider is {status}")


NO_RULES: Final = "DELETE FROM availability_rules WHERE provider_id = %s"


def test_a_lost_notification_is_made_up_for_when_versions_are_read_again(wary: Pair) -> None:
    assert wary.keep()
    wary.silently(NO_RULES)
    for process in (wary.one, wary.other):
        eventually(partial(wary.offers_nothing, process), what="the version is read again")


def test_without_that_a_lost_notification_would_leave_old_slots(patient: Pair) -> None:
    """Control: nothing else tells the processes."""
    before = patient.keep()
    patient.silently(NO_RULES)
    assert patient.slots(patient.one) == patient.slots(patient.other) == before != []
