"""An HTTP client for a server under test, and its answers about slots."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

from booking_domain.scheduling.as_json import instant_of
from booking_domain.scheduling.model import Slot
from booking_domain.testing.conformance.cases import ExpectedExplanation, SlotCase
from booking_domain.testing.conformance.slot_checks import FoundExplanation

TIMEOUT_SECONDS: Final = 30
MOST_PATIENCE_SECONDS: Final = 60
TRIES: Final = 4
_QUESTION_MEMBERS: Final = ("calendar", "claims", "now", "durationMinutes")


class Unexpected(Exception):
    """The server has sent a response that no vector expects."""


@dataclass(frozen=True, slots=True)
class RemoteResponse:
    """A response of the server."""

    status: int
    body: Any

    @property
    def done(self) -> bool:
        """Whether the request succeeded."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def code(self) -> str:
        """The code of the problem; empty if the response is not a problem."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""

    def __str__(self) -> str:
        return f"{self.status} {self.code or json.dumps(self.body)[:200]}"


@dataclass(frozen=True)
class Server:
    """The API below `{url}/api/v1`."""

    url: str
    _opener: Any = field(default_factory=lambda: build_opener(ProxyHandler({})), repr=False)

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in {"http", "https"}:
            raise Unexpected(f"{self.url!r} is not an http:// or https:// address")

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        query: Mapping[str, str | Sequence[str]] | None = None,
    ) -> RemoteResponse:
        """Send a request. After a rate-limit response, wait and retry."""
        address = f"{self.url.rstrip('/')}/api/v1{quote(path)}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        return self.call(method, address, body, token=token)

    def call(
        self, method: str, address: str, body: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> RemoteResponse:
        """Send a request to an address: of the server, or of one beside it, such as a simulated gateway."""
        if urlsplit(address).scheme not in {"http", "https"}:
            raise Unexpected(f"{address!r} is not an http:// or https:// address")
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        return self._response_to(lambda: Request(address, data, headers, method=method))  # noqa: S310 - looked at above

    def post_form(self, address: str, form: Mapping[str, str]) -> RemoteResponse:
        """Post a form to a URL that the server has returned."""
        if urlsplit(address).scheme not in {"http", "https"}:
            raise Unexpected(f"{address!r} is not an http:// or https:// address")
        headers = {"Accept": "application/json"}
        return self._response_to(lambda: Request(address, urlencode(form).encode(), headers))  # noqa: S310

    def _response_to(self, request: Any) -> RemoteResponse:
        answer = RemoteResponse(0, None)
        for _ in range(TRIES):
            answer, patience = self._once(request())
            if answer.status not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE} or not patience:
                break
            time.sleep(min(patience, MOST_PATIENCE_SECONDS))
        return answer

    def _once(self, request: Request) -> tuple[RemoteResponse, int]:
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return RemoteResponse(response.status, _read(response.read())), 0
        except HTTPError as error:
            with error:
                return RemoteResponse(error.code, _read(error.read())), _seconds(error.headers.get("Retry-After"))
        except (URLError, OSError) as error:
            raise Unexpected(f"no response from {request.full_url}: {error}") from error

    def clock(self) -> datetime | None:
        """Return the time of the server's clock, if it can be moved; else None."""
        answer = self.call("GET", f"{self.url.rstrip('/')}/test/clock")
        return instant_of(answer.body["now"]) if answer.done else None

    def move_clock(self, instant: datetime) -> None:
        """Move the server's clock to an instant, unless it is past it."""
        answer = self.call("PUT", f"{self.url.rstrip('/')}/test/clock", {"now": instant.isoformat()})
        if not answer.done:
            raise Unexpected(f"PUT /test/clock returned {answer}")

    def expire(self, booking_id: str) -> RemoteResponse:
        """Let the server do what its worker does when a booking is overdue."""
        return self.call("POST", f"{self.url.rstrip('/')}/test/bookings/{quote(booking_id)}/expire")

    def new_manager(self) -> tuple[str, str] | None:
        """Return the e-mail address and password of a new manager with a verified contact; None if none can be had."""
        email, password = f"manager-{uuid4().hex}@example.com", token_urlsafe()
        answer = self.call("POST", f"{self.url.rstrip('/')}/test/managers", {"email": email, "password": password})
        return (email, password) if answer.done else None

    def slots(self, case: SlotCase) -> tuple[Slot, ...]:
        """Return the slots that the server offers in a case."""
        body = self._computed("/scheduling/slots", {**_question_of(case), "window": case.json["window"]})
        return tuple(Slot(instant_of(each["start"]), instant_of(each["end"])) for each in body["slots"])

    def reasons(self, case: SlotCase, why: ExpectedExplanation) -> FoundExplanation:
        """Return the server's explanation of one start."""
        body = self._computed("/scheduling/explain", {**_question_of(case), "slot": why.slot.isoformat()})
        if body["offered"] is bool(body["reasons"]):
            raise Unexpected(f"offered: {body['offered']}, and reasons: {body['reasons']}")
        before, after = body.get("before"), body.get("after")
        return FoundExplanation(
            reasons=frozenset(body["reasons"]),
            before=None if before is None else instant_of(before["start"]),
            after=None if after is None else instant_of(after["start"]),
        )

    def _computed(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.ask("POST", path, body)
        if not answer.done:
            raise Unexpected(f"POST {path} returned {answer}")
        found: dict[str, Any] = answer.body
        return found


def _question_of(case: SlotCase) -> dict[str, Any]:
    return {name: case.json[name] for name in _QUESTION_MEMBERS if name in case.json}


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")


def _seconds(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() else 0
