"""External calendars served over HTTP: busy times are not offered, and a failing calendar is reported."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.acceptance.people import Studio, done, open_studio, sweep
from tests.acceptance.product import Api, Product, eventually


class Calendar:
    """An HTTP server of one iCalendar file; it answers 503 once `alive` is false."""

    def __init__(self) -> None:
        self.file = ""
        self.alive = True
        calendar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = calendar.file.encode()
                self.send_response(200 if calendar.alive else 503)
                self.send_header("Content-Type", "text/calendar")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/private-token/basic.ics"

    def publish(self, start: datetime, end: datetime) -> None:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//EN", "BEGIN:VEVENT", "UID:1@tests"]
        lines += (f"DTSTAMP:{start:%Y%m%dT%H%M%SZ}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}")
        self.file = "\r\n".join((*lines, "SUMMARY:Dentist", "END:VEVENT", "END:VCALENDAR", ""))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def calendar() -> Iterator[Calendar]:
    serving = Calendar()
    try:
        yield serving
    finally:
        serving.close()


def feed(studio: Studio) -> dict[str, Any]:
    (only,) = studio.owner.get("/availability/feeds")["feeds"]
    return dict(only)


def set_feed(studio: Studio, url: str, rule: str) -> None:
    body = {"urls": [url], "whenFailing": rule, "trustHours": 1}
    done(studio.owner.ask("PUT", "/availability/feeds", json=body))


def degraded(studio: Studio) -> list[str]:
    first = datetime.now(UTC).date() + timedelta(days=2)
    window = {"from": f"{first}T00:00:00Z", "to": f"{first}T23:00:00Z"}
    answer = done(studio.owner.server.http.get(f"/providers/{studio.id}/slots", params=window))
    return list(answer["degraded"])


def test_busy_times_of_a_feed_are_not_offered_and_a_failing_feed_is_reported(
    product: Product, calendar: Calendar
) -> None:
    studio = open_studio(product)
    everything = studio.slots()
    third = datetime.fromisoformat(everything[3])
    calendar.publish(third, third + timedelta(hours=2))
    set_feed(studio, calendar.url, "trust")
    eventually(lambda: "readAt" in feed(studio), what="the calendar is read")
    left = [*everything[:3], *everything[5:]]
    eventually(lambda: studio.slots() == left, what="the API hears of what the worker has read")
    assert degraded(studio) == []
    assert not feed(studio)["failing"]

    calendar.alive = False
    product.sql("UPDATE calendar_feeds SET due_at = now() WHERE id = %s RETURNING id", feed(studio)["id"])
    sweep(product)
    eventually(lambda: feed(studio)["failing"], what="the calendar is failing")
    assert feed(studio)["failure"] == "the server answered 503"
    (warning,) = degraded(studio)
    assert warning.endswith("its busy times may be out of date.")
    assert studio.slots() == left

    set_feed(studio, calendar.url, "open")
    assert (studio.slots(), degraded(studio)[0].endswith("its busy times are not known.")) == (everything, True)
    set_feed(studio, calendar.url, "closed")
    assert (studio.slots(), degraded(studio)[0].endswith("nothing is offered.")) == ([], True)

    set_feed(studio, calendar.url, "trust")
    assert studio.slots() == left
    product.sql(
        "UPDATE calendar_feeds SET read_at = read_at - interval '61 minutes' WHERE id = %s RETURNING id",
        feed(studio)["id"],
    )
    eventually(lambda: not studio.slots(), what="the API hears of the change that it did not make")
    assert degraded(studio)[0].endswith("nothing is offered.")
    assert "private-token" not in product.program.said
    assert "private-token" not in str(feed(studio)) + str(degraded(studio))


def test_by_default_no_private_address_is_read(impatient: Api, calendar: Calendar) -> None:
    studio = open_studio(impatient)
    now = datetime.now(UTC)
    calendar.publish(now, now + timedelta(hours=1))
    set_feed(studio, calendar.url, "open")
    eventually(lambda: "failure" in feed(studio), what="the calendar is refused")
    assert "readAt" not in feed(studio)
