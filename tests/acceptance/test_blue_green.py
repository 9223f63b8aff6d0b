"""Blue and green behind nginx, by the steps of docs/operate/deploy.md: no request fails, neither there nor back."""

import re
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import httpx
import pytest
from tests.acceptance.crowd import Crowd
from tests.acceptance.people import Person, Studio, customers, open_studio
from tests.acceptance.product import BOUNDLESS, Api, eventually
from tests.acceptance.test_proxy import ELSEWHERE, HERE, NGINX, Proxy
from tests.databases import TestServer
from tests.gates import PATIENCE_SECONDS
from tests.programs import CHECKOUT
from tests.unit.adapters.calendars.certificates import CERTIFICATE

PEOPLE: Final = 3
BETWEEN: Final = 40
"""Answers between two steps."""
PACE_SECONDS: Final = 0.02


def steps() -> list[str]:
    """What the document tells to do with nginx."""
    text = (CHECKOUT / "docs" / "operate" / "deploy.md").read_text(encoding="utf-8")
    found = re.search(r"\*\*Blue and green\*\* behind nginx.*?```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    lines = found[1].splitlines()
    assert lines[1] == "systemctl enable --now booking-api@8001"
    return [line for line in lines if line.startswith(("until curl", "sed", "nginx"))]


class Visitors(Crowd):
    """People who book and read through the proxy all the time, each over a connection that it keeps."""

    def __init__(self, port: int, studio: Studio, people: Sequence[Person]) -> None:
        super().__init__(studio, people, days=28, between=BETWEEN, pace_seconds=PACE_SECONDS)
        self._port = port

    def _live(self, provider_id: str, person: Person, slots: Sequence[str]) -> None:
        wanted = iter(slots)
        with httpx.Client(
            base_url=f"https://{HERE}:{self._port}/api/v1",
            verify=ssl.create_default_context(cadata=CERTIFICATE),
            headers={"Host": "feed.test", "Authorization": f"Bearer {person.token}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        ) as http:
            while self._goes_on():
                slot = next(wanted, None)
                asked = (
                    [("GET", None)]
                    if slot is None
                    else [("POST", {"providerId": provider_id, "slot": slot}), ("GET", None)]
                )
                for method, body in asked:
                    try:
                        answer = http.request(method, "/bookings", json=body, extensions={"sni_hostname": "feed.test"})
                        self.answers[method, answer.status_code] += 1
                    except httpx.HTTPError as error:
                        self.answers[method, repr(error)] += 1


@pytest.mark.nightly
@pytest.mark.skipif(NGINX is None, reason="no nginx is installed (apt-get install nginx-light libnginx-mod-stream)")
def test_no_request_fails_when_nginx_turns_to_green_and_back_to_blue(postgres: TestServer, tmp_path: Path) -> None:
    settings = {**BOUNDLESS, "BOOKING_RATE_LIMITS": "off", "BOOKING_TRUSTED_PROXIES": HERE}
    folders = {name: tmp_path / name for name in ("blue", "green", "nginx")}
    for folder in folders.values():
        folder.mkdir()
    with postgres.database() as url, Api(folders["blue"], url, **settings) as blue:
        studio, people = open_studio(blue, deposit=0), customers(blue, PEOPLE)
        proxy = Proxy(folders["nginx"], blue.port)
        try:
            eventually(lambda: proxy.health(ELSEWHERE) == 200, what="the proxy answers")
            with Visitors(proxy.port, studio, people) as crowd:
                crowd.more()
                with Api(folders["green"], url, **settings) as green:
                    turn(proxy, blue, green)
                    crowd.more()
                    assert blue.stop() == 0
                    crowd.more()
                    blue.start()
                    turn(proxy, green, blue)
                    crowd.more()
                    assert green.stop() == 0
                    crowd.more()
        finally:
            proxy.stop()
        assert crowd.answers.keys() == {("POST", 201), ("GET", 200)}, crowd.answers
        assert blue.number("SELECT count(*) FROM bookings") == crowd.answers["POST", 201]


def turn(proxy: Proxy, old: Api, new: Api) -> None:
    """Run the steps of the document, with the ports and the paths of the test."""
    told = "\n".join(steps())
    for shipped, ours in {
        "8000": str(old.port),
        "8001": str(new.port),
        "/etc/nginx/nginx.conf": str(proxy.configuration),
        "nginx -": f"{NGINX} -e {proxy.configuration.parent}/error.log -c {proxy.configuration} -",
    }.items():
        told = told.replace(shipped, ours)
    done = subprocess.run(["bash", "-ec", told], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert done.returncode == 0, done.stderr
