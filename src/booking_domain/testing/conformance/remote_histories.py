"""Runs histories on a server through its public API, with the server's clock and its simulated gateways.

This file is long because it holds every action of a history.
Histories that need a clock or a gateway that the server does not have are skipped with a reason.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from booking_domain.bookings.transitions import BookingPaymentStatus, Status
from booking_domain.scheduling.as_json import instant_of
from booking_domain.testing.builders import HOUR
from booking_domain.testing.conformance.histories import History, Outcome, Step
from booking_domain.testing.conformance.playing import MOVES, differences, length_of, moment
from booking_domain.testing.conformance.remote import RemoteResponse, Server, Unexpected
from booking_domain.testing.conformance.remote_gateways import Gateways
from booking_domain.testing.conformance.slot_checks import Failure

HOURS_A_HISTORY: Final = 5
HISTORIES_A_CUSTOMER: Final = 2
DAYS_AHEAD: Final = 8
SETTLED_WITHIN_SECONDS: Final = 15.0
_PASSWORD: Final = "correct-horse-battery"  # noqa: S105 - of accounts that are made for this run
_NOT_THERE: Final = frozenset({"http.not_found", "http.method_not_allowed"})
_NOT_OVER_HTTP: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
"""Nobody acts as the platform over HTTP, and only admins reach what resolves a dispute."""

_OF_DISPUTES: Final = dict.fromkeys(("dispute.exists", "dispute.invalid_transition"), "booking.invalid_transition")
"""Over HTTP, disputes have a lifecycle of their own, which refuses what that of the booking would."""


class Skipped(Exception):
    """The history cannot be run on the server; the message says why."""


@dataclass(slots=True)
class HistoryResult:
    """The results of a run."""

    failures: list[Failure] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    """The reason by the id of the history."""


@dataclass(frozen=True, slots=True)
class ServerSetup:
    """A server with the parties of this run: their tokens, an approved provider, and when appointments may begin."""

    server: Server
    tokens: dict[str, str]
    provider_id: str
    begins: datetime
    logins: dict[str, tuple[str, str]]
    """The e-mail address and the password of each party, which sign them in again when their token has expired."""

    def ask(
        self,
        who: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> RemoteResponse:
        """Send a request of a party; `system` has no token."""
        answer = self.server.ask(method, path, body, token=self.tokens.get(who), query=query)
        if answer.status == HTTPStatus.UNAUTHORIZED and who in self.logins:
            self.tokens[who] = _signed_in(self.server, *self.logins[who], who)
            answer = self.server.ask(method, path, body, token=self.tokens[who], query=query)
        return answer

    def add_customers(self) -> None:
        """Register customers in place of those before, because a customer can have few bookings."""
        for who in ("customer", "other_customer"):
            self.logins[who], self.tokens[who] = _joined(self.server, "customer")


def play_on_server(
    server: Server, histories: Iterable[History], *, email: str, password: str, gateways: Gateways | None = None
) -> HistoryResult:
    """Run the histories one after the other, in separate hours, with a new provider."""
    played = HistoryResult()
    gateways = gateways or Gateways(server)
    moves_clock = server.clock() is not None
    stage: ServerSetup | None = None
    for number, history in enumerate(histories):
        reason = why_not(history, gateways, moves_clock=moves_clock)
        if reason is not None:
            played.skipped[history.id] = reason
            continue
        try:
            stage = stage or set_stage(server, email, password)
            if number % HISTORIES_A_CUSTOMER == 0:
                stage.add_customers()
            began, begins = datetime.now(UTC), stage.begins + number * HOURS_A_HISTORY * HOUR
            if moves_clock:
                began = _begun(server)
                begins = began + timedelta(days=DAYS_AHEAD)
            problems = _Play(stage, history, gateways, began, begins).problems()
        except Skipped as skipped:
            played.skipped[history.id] = str(skipped)
            continue
        except (Unexpected, LookupError, TypeError, ValueError) as error:
            problems = [f"  {type(error).__name__}: {error}"]
        if problems:
            played.failures.append(
                Failure(id=history.id, title=history.title, source=history.source, problems=tuple(problems))
            )
    return played


def why_not(history: History, gateways: Gateways, *, moves_clock: bool) -> str | None:
    """Return why a history cannot be run on the server; None if it can."""
    if history.moves_the_clock and not moves_clock:
        return "it needs a clock that can be advanced (BOOKING_TEST_CLOCK)"
    return gateways.why_not(history)


def _begun(server: Server) -> datetime:
    """Move the clock on to a full hour, past the hours of the history before, and return it."""
    later = (server.clock() or datetime.now(UTC)) + HOURS_A_HISTORY * HOUR
    began = later.replace(minute=0, second=0, microsecond=0) + HOUR
    server.move_clock(began)
    return began


def _joined(server: Server, role: str) -> tuple[tuple[str, str], str]:
    """Register an account. Return its login and its access token."""
    email = f"{role}-{uuid4().hex}@example.com"
    body = {"email": email, "password": _PASSWORD, "name": role.title(), "role": role}
    return (email, _PASSWORD), _token(server.ask("POST", "/auth/register", body), f"registering a {role}")


def _signed_in(server: Server, email: str, password: str, who: str) -> str:
    login = {"email": email, "password": password}
    return _token(server.ask("POST", "/auth/login", login), f"signing in as the {who}")


def _token(answer: RemoteResponse, what: str) -> str:
    return str(done(answer, what)["accessToken"])


def set_stage(server: Server, email: str, password: str, manager: tuple[str, str] | None = None) -> ServerSetup:
    """Create the parties, but for the admin, and the manager if one is given; the provider is open at all times."""
    logins = {"admin": (email, password)}
    tokens = {"admin": _signed_in(server, email, password, "admin")}
    logins["provider"], tokens["provider"] = _joined(server, "provider")
    if manager is None:
        logins["manager"], tokens["manager"] = _joined(server, "manager")
    else:
        logins["manager"], tokens["manager"] = manager, _signed_in(server, *manager, "manager")
    owner = tokens["provider"]
    profile = {"displayName": f"Conformance {uuid4().hex[:12]}", "timeZone": "UTC"}
    provider_id = done(server.ask("POST", "/providers/me", profile, token=owner), "opening a profile")["id"]
    for day in range(7):
        rule = {"day": day, "startTime": "00:00", "endTime": "24:00"}
        done(server.ask("POST", "/availability", rule, token=owner), "adding a rule")
    done(server.ask("POST", "/providers/me/submit", token=owner), "submitting the profile")
    approve = f"/admin/providers/{provider_id}/approve"
    done(server.ask("PATCH", approve, {"approved": True}, token=tokens["admin"]), "approving the profile")
    now = server.clock() or datetime.now(UTC)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    stage = ServerSetup(server, tokens, provider_id, today + timedelta(days=DAYS_AHEAD), logins)
    stage.add_customers()
    return stage


class _Play:
    """A history in progress."""

    def __init__(
        self, stage: ServerSetup, history: History, gateways: Gateways, began: datetime, begins: datetime
    ) -> None:
        self._stage = stage
        self._history = history
        self._gateways = gateways
        self._began = began
        self._begins = begins
        self._booking_id: str | None = None
        self._holds: dict[float, tuple[str, str]] = {}
        """The hold and its customer by slot."""
        self._bills: dict[str, dict[str, Any]] = {}
        self._dispute_id: str | None = None

    def problems(self) -> list[str]:
        """Run the history. Return the differences from the expected outcome."""
        self._agree_on_terms()
        try:
            for step in self._history.steps:
                refusal = self._refusal_of(step)
                if refusal != step.refusal:
                    wanted = step.refusal or "that it is done"
                    return [f"  {step}: expected {wanted}, met {refusal or 'no refusal'}"]
            return list(differences(self._history.expected, self._outcome()))
        finally:
            self._let_go()

    def _agree_on_terms(self) -> None:
        terms = self._history.terms
        settings = {
            "slotStepMinutes": 30,
            "slotDurationMinutes": 60,
            "bookingMode": terms.mode.value,
            "priceAmount": terms.price.amount,
            "depositAmount": terms.deposit.amount,
            "currency": terms.price.currency,
            "paymentGateway": self._gateways.gateway_of(self._history),
            "cancellationPolicy": [
                {"hoursBefore": tier.hours_before, "percent": tier.percent} for tier in terms.cancellation.tiers
            ],
        }
        done(self._ask("provider", "PUT", "/availability/settings", settings), "agreeing on terms")

    def _ask(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> RemoteResponse:
        return self._stage.ask(who, method, path, body)

    def _refusal_of(self, step: Step) -> str | None:
        if step.at is not None:
            self._stage.server.move_clock(self._moment(step.at))
        doing: Callable[[Step], RemoteResponse | None] = getattr(self, f"_do_{step.do}", self._do_move)
        answer = doing(step)
        if answer is None or answer.done:
            return None
        if answer.code in _NOT_THERE:
            raise Skipped(f"the server has no operation for {step.do!r}")
        if answer.status in _NOT_OVER_HTTP and (step.who == "system" or step.do == "resolve"):
            return step.refusal
        return _OF_DISPUTES.get(answer.code, answer.code) or str(answer)

    def _moment(self, at: str) -> datetime:
        due_at = self._seen().get("dueAt") if at.startswith("due") else None
        return moment(at, began=self._began, start=self._begins, due_at=due_at and instant_of(due_at))

    def _do_place(self, step: Step) -> RemoteResponse:
        slot = step.more.get("slot", 0)
        body = {"providerId": self._stage.provider_id, "slot": self._slot(slot)}
        if "deposit" in step.more:
            body["depositAmount"] = step.more["deposit"]
        if step.more.get("hold"):
            body["holdId"] = self._holds[slot][0]
        answer = self._ask(step.who, "POST", "/bookings", body)
        if answer.done and self._booking_id is None:
            self._booking_id = answer.body["id"]
        return answer

    def _do_hold(self, step: Step) -> RemoteResponse:
        slot = step.more.get("slot", 0)
        body = {"providerId": self._stage.provider_id, "slot": self._slot(slot)}
        answer = self._ask(step.who, "POST", "/holds", body)
        if answer.done:
            self._holds[slot] = (answer.body["id"], step.who)
        return answer

    def _do_release(self, step: Step) -> RemoteResponse:
        hold_id, _ = self._holds[step.more.get("slot", 0)]
        return self._ask(step.who, "DELETE", f"/holds/{hold_id}")

    def _do_bill(self, step: Step) -> RemoteResponse:
        purpose = step.more.get("purpose", "deposit")
        answer = self._ask(step.who, "POST", "/payments", {"bookingId": self._booking_id, "purpose": purpose})
        if answer.done:
            self._bills[purpose] = answer.body
        return answer

    def _do_pay(self, step: Step) -> None:
        bill = self._bills[step.more.get("purpose", "deposit")]
        amount, callbacks = step.more.get("amount", bill["amount"]), step.more.get("callbacks", 1)
        before = self._seen()["paidAmount"]
        self._gateways.pay(bill, amount, callbacks)
        if bill["gateway"] == "stripe":  # it signs its events with its own clock, which nobody moves
            self._ask("customer", "GET", f"/payments/{bill['id']}")
        deadline = time.monotonic() + SETTLED_WITHIN_SECONDS
        while callbacks and self._seen()["paidAmount"] < before + amount:
            if time.monotonic() > deadline:
                raise Unexpected(f"{step}: no payment was recorded within {SETTLED_WITHIN_SECONDS:.0f} s")
            time.sleep(0.05)

    def _do_callback(self, step: Step) -> None:
        bill = self._bills[step.more.get("purpose", "deposit")]
        for _ in range(step.more.get("times", 1)):
            self._gateways.call_back(bill)

    def _do_gateway(self, step: Step) -> None:
        self._gateways.set_up(step.more["up"])

    def _do_wait(self, step: Step) -> None:
        server = self._stage.server
        server.move_clock((server.clock() or datetime.now(UTC)) + length_of(step.more["for"]))

    def _do_expire(self, _: Step) -> RemoteResponse:
        return self._stage.server.expire(self._booking_id or "")

    def _do_dispute(self, step: Step) -> RemoteResponse:
        body = {"bookingId": self._booking_id, "reason": "other"}
        if step.who == "admin":
            body["initiatorId"] = self._seen()["customerId"]
        answer = self._ask(step.who, "POST", "/admin/disputes" if step.who == "admin" else "/disputes", body)
        if answer.done:
            self._dispute_id = answer.body["id"]
        return answer

    def _do_resolve(self, step: Step) -> RemoteResponse:
        body = {"resolution": "no_refund", "bookingStatus": step.more["to"]}
        return self._ask(step.who, "PATCH", f"/admin/disputes/{self._dispute_id}", body)

    def _do_ask(self, step: Step) -> RemoteResponse:
        bill = self._bills[step.more.get("purpose", "deposit")]
        return self._ask(step.who, "GET", f"/payments/{bill['id']}")

    def _do_accept(self, step: Step) -> RemoteResponse:
        body = {"slot": self._slot(step.more["slot"])} if "slot" in step.more else {}
        answer = self._ask(step.who, "POST", f"/bookings/{self._booking_id}/accept", body)
        if answer.code in _NOT_THERE and not body:
            status = "pending" if self._history.terms.deposit else "confirmed"
            return self._ask(step.who, "PATCH", f"/bookings/{self._booking_id}", {"status": status})
        return answer

    def _do_decline(self, step: Step) -> RemoteResponse:
        return self._ask(step.who, "POST", f"/bookings/{self._booking_id}/decline", {})

    def _do_offer(self, step: Step) -> RemoteResponse:
        body = {"slots": [self._slot(slot) for slot in step.more["slots"]]}
        return self._ask(step.who, "POST", f"/bookings/{self._booking_id}/offer-times", body)

    def _do_reschedule(self, step: Step) -> RemoteResponse:
        body = {"slot": self._slot(step.more["slot"])}
        return self._ask(step.who, "POST", f"/bookings/{self._booking_id}/reschedule", body)

    def _do_accept_time(self, step: Step) -> RemoteResponse:
        body = {name: self._seen()[name] for name in ("start", "end")}
        return self._ask(step.who, "POST", f"/bookings/{self._booking_id}/accept-time", body)

    def _do_move(self, step: Step) -> RemoteResponse:
        status = MOVES[step.do].value if step.do in MOVES else step.more["to"]
        return self._ask(step.who, "PATCH", f"/bookings/{self._booking_id}", {"status": status})

    def _outcome(self) -> Outcome:
        """Return the current outcome."""
        seen = self._seen()
        money = done(self._ask("admin", "GET", f"/bookings/{self._booking_id}/payments"), "reading the payments")
        events = done(self._ask("admin", "GET", f"/bookings/{self._booking_id}/events"), "reading the audit trail")
        return Outcome(
            status=Status(seen["status"]),
            payment_status=BookingPaymentStatus(seen["paymentStatus"]),
            paid=seen["paidAmount"],
            refund_owed=money["refundPendingAmount"],
            slot_free=self._slot_is_free(),
            trail=tuple(event["to"] for event in events["items"]),
        )

    def _slot_is_free(self) -> bool:
        """Return whether nobody has the hour, also once it is past."""
        path, query = f"/providers/{self._stage.provider_id}/slots/explain", {"slot": self._slot(0)}
        answer = self._stage.ask("provider", "GET", path, query=query)
        return "claimed" not in done(answer, "explaining the slot")["reasons"]

    def _seen(self) -> dict[str, Any]:
        return done(self._ask("admin", "GET", f"/bookings/{self._booking_id}"), "reading the booking")

    def _let_go(self) -> None:
        """Release the remaining holds, because a customer can have three at most."""
        for hold_id, who in self._holds.values():
            self._ask(who, "DELETE", f"/holds/{hold_id}")

    def _slot(self, number: float) -> str:
        return (self._begins + number * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")


def done(answer: RemoteResponse, what: str) -> dict[str, Any]:
    """Return the body of a response.

    Raises:
        Unexpected: the request was refused.
    """
    if not answer.done:
        raise Unexpected(f"{what}: the server returned {answer}")
    return answer.body or {}
