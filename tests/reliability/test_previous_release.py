"""A deployment under load: the previous release serves while the schema changes, then stops while the new one serves.

Then the previous release is started again on the new schema, as `make rollback` does, and serves as before.
"""

import io
import subprocess
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from tests.acceptance.crowd import Crowd
from tests.acceptance.people import Person, Studio, customers, open_studio
from tests.acceptance.product import BOUNDLESS, Api, Program, eventually
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS

from adapters.postgres.kit import migrations

PREVIOUS: Final = "1bad9b2708350681dc6d85bf2f93bcec00297db8"
"""A commit of the previous release, and the revision of its schema. Raise both with each release."""
SCHEMA: Final = "0111"
ROOT: Final = Path(__file__).parents[2]
CUSTOMERS: Final = 2
BETWEEN: Final = 10
"""Answers between two steps of the deployment."""
PACE_SECONDS: Final = 0.1
"""Each customer's pause: the new processes start on the same processors."""


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the previous release."""
    command = ["git", "archive", PREVIOUS, "src", "migrations", "docs", "alembic.ini"]
    packed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    if packed.returncode:
        pytest.skip(f"the history of this clone has no {PREVIOUS}")
    tree = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(tree, filter="data")
    return tree


@pytest.fixture(scope="module")
def url(postgres: TestServer) -> Iterator[str]:
    with postgres.empty_database() as made:
        migrations.upgrade(made, SCHEMA)
        yield made


class PreviousApi(Api):
    """The API of another tree."""

    def __init__(self, tree: Path, folder: Path, url: str, **settings: str) -> None:
        folder.mkdir()
        super().__init__(folder, url, PYTHONPATH=str(tree / "src"), **settings)

    def start(self) -> None:
        self._program = Program("api", self.log, self._settings, interpreter=True)
        self._program.wait_until(self.live, "ready")


class Load(Crowd):
    """Customers who book and read all the time, by a server that is ready, as behind a proxy."""

    def __init__(self, server: Api, studio: Studio, people: Sequence[Person]) -> None:
        super().__init__(studio, people, days=14, between=BETWEEN, pace_seconds=PACE_SECONDS)
        self.server = server

    def _live(self, provider_id: str, person: Person, slots: Sequence[str]) -> None:
        wanted = iter(slots)
        while self._goes_on():
            headers = {"Authorization": f"Bearer {person.token}"}
            try:
                if slot := next(wanted, None):
                    body = {"providerId": provider_id, "slot": slot}
                    booked = self._ask("POST", headers, json=body)
                    self.answers["booked", booked.status_code] += 1
                read = self._ask("GET", headers)
                self.answers["read", read.status_code] += 1
            except httpx.HTTPError as error:
                self.answers["lost", repr(error)] += 1

    def _ask(self, method: str, headers: Mapping[str, str], **body: Any) -> httpx.Response:
        """As nginx does: a connection that is refused has sent nothing, and the request goes to the other server."""
        try:
            return self.server.http.request(method, "/bookings", headers=headers, **body)
        except httpx.ConnectError:
            return self.server.http.request(method, "/bookings", headers=headers, **body)


@pytest.mark.nightly
def test_a_deployment_and_a_rollback_under_load_fail_no_request(previous: Path, url: str, tmp_path: Path) -> None:
    settings = {**BOUNDLESS, "BOOKING_RATE_LIMITS": "off", "BOOKING_DRAIN_SECONDS": "1"}
    with PreviousApi(previous, tmp_path / "blue", url, **settings) as blue:
        studio = open_studio(blue, deposit=0)
        with Load(blue, studio, customers(blue, CUSTOMERS)) as load:
            load.more()
            migrations.upgrade(url)
            load.more()
            with Api(tmp_path, url, **settings) as green:
                load.server = green
                assert blue.stop() == 0
                load.more()
                blue.start()
                load.server = blue
                assert green.stop() == 0
                load.more()
    assert load.answers.keys() == {("booked", 201), ("read", 200)}, load.answers
    assert blue.number("SELECT count(*) FROM bookings") == load.answers["booked", 201]


def test_a_process_that_is_asked_to_stop_is_unready_first_and_finishes_what_has_begun(
    postgres: TestServer, tmp_path: Path
) -> None:
    with postgres.database() as made, Api(tmp_path, made, BOOKING_DRAIN_SECONDS="5") as api:
        studio, person = open_studio(api, deposit=0), customers(api, 1)[0]
        slot = studio.slots()[0]
        with httpx.Client(base_url=f"{api.url}/api/v1", trust_env=False, timeout=PATIENCE_SECONDS) as slow:
            body = f'{{"providerId": "{studio.id}", "slot": "{slot}"}}'.encode()
            began, may_end = threading.Event(), threading.Event()

            def halves() -> Iterator[bytes]:
                yield body[:20]
                began.set()
                may_end.wait(30)
                yield body[20:]

            answers: list[httpx.Response] = []
            headers = {
                "Authorization": f"Bearer {person.token}",
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            }
            booking = threading.Thread(
                target=lambda: answers.append(slow.post("/bookings", content=halves(), headers=headers))
            )
            booking.start()
            assert began.wait(30)
            stopping = threading.Thread(target=api.stop)
            stopping.start()
            eventually(lambda: api.http.get("/health/ready").status_code == 503, what="unready")
            assert api.http.get("/health/ready").json()["code"] == "service.stopping"
            assert api.http.get("/health/live").status_code == 200, "it serves until the proxy knows"
            may_end.set()
            booking.join()
            stopping.join()
    assert [answer.status_code for answer in answers] == [201]
