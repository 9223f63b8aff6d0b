"""Books the services of the vectors on a server, and reads from its answers what they added up to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from booking_domain.scheduling.as_json import Json, instant_of
from booking_domain.scheduling.pauses import Pause
from booking_domain.testing.builders import HOUR
from booking_domain.testing.conformance.remote import RemoteResponse, Server
from booking_domain.testing.conformance.remote_histories import DAYS_AHEAD, ServerSetup, done, set_stage
from booking_domain.testing.conformance.services import (
    A_DAY,
    CURRENCY,
    DAYS_ASKED,
    STEP,
    ServicesCase,
    Together,
    check_services,
    hours_around,
)
from booking_domain.testing.conformance.slot_checks import Failure

DAYS: Final = 60
"""The longest horizon of a vector."""
AROUND: Final = timedelta(hours=2)
"""Longer than all buffers."""
_OF_SALON: Final = "own"


def check_services_on_server(
    server: Server,
    cases: Iterable[ServicesCase],
    *,
    email: str,
    password: str,
    manager: tuple[str, str] | None = None,
) -> list[Failure]:
    """Book the services of each case with a new provider.

    Services of a salon need `manager`: e-mail address and password of a manager with a verified contact. The provider
    is then a member of a new salon of theirs, which is deleted afterwards.
    """
    booking: _Booking | None = None

    def ask(case: ServicesCase) -> Together | str:
        nonlocal booking
        booking = booking or _Booking(set_stage(server, email, password, manager), with_salon=manager is not None)
        return booking.of(case)

    try:
        return check_services(cases, ask)
    finally:
        if booking is not None:
            booking.end()


class _Booking:
    """The parties: a provider of a salon, and a customer who books them."""

    def __init__(self, stage: ServerSetup, *, with_salon: bool) -> None:
        self._stage = stage
        self._salon_id = self._joined_salon() if with_salon else None
        probe = {"name": "Probe", "durationMinutes": 5, "priceAmount": 0}
        probe |= {"bufferBeforeMinutes": 0, "bufferAfterMinutes": 0, "minNoticeMinutes": 0}
        self._probe_id = self._done("provider", "POST", "/services", probe)["id"]
        """Its slots show how much time an appointment blocks, and how much longer the notice of others is."""

    def _joined_salon(self) -> str:
        salon = {"name": f"Conformance {uuid4().hex[:12]}", "timeZone": "UTC"}
        salon_id = str(self._done("manager", "POST", "/salons", salon)["id"])
        always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
        self._done("manager", "PUT", f"/salons/{salon_id}/hours", {"rules": always})
        self._done("manager", "POST", f"/salons/{salon_id}/members", {"providerId": self._stage.provider_id})
        self._done("provider", "POST", f"/salons/{salon_id}/members/me/accept")
        return salon_id

    def end(self) -> None:
        """Delete the salon: a manager has few."""
        if self._salon_id is not None:
            self._done("manager", "DELETE", f"/salons/{self._salon_id}")

    def of(self, case: ServicesCase) -> Together | str:
        usual = {"minNoticeMinutes": 0, "horizonDays": DAYS, "slotStepMinutes": 5, "currency": CURRENCY}
        settings = {**usual, **case.json["settings"]}
        self._done("provider", "PUT", "/availability/settings", settings)
        with self._offered(case.services) as ids:
            wanted = [ids.get(name) or str(uuid4()) for name in case.wanted]
            since = self._stage.begins
            start = since + (0 if case.asks_for("wholeDays") else 10) * HOUR  # whole days begin at midnight
            starts = self._starts(since, since + DAYS_ASKED * A_DAY, wanted) if case.asks_for("hours") else []
            start = starts[0] if starts else start
            order = {"providerId": self._stage.provider_id, "slot": _shown(start), "serviceIds": wanted}
            answer = self._ask("customer", "POST", "/bookings", order)
            if not answer.done:
                return answer.code
            try:
                together = self._added_up(answer.body, case, settings["horizonDays"], wanted)
                hours = hours_around(starts, since, together.minutes) if case.asks_for("hours") else None
                return replace(together, hours=hours)
            finally:
                path = f"/bookings/{answer.body['id']}"
                self._done("customer", "PATCH", path, {"status": "cancelled"})

    @contextmanager
    def _offered(self, services: Iterable[Json]) -> Iterator[dict[str, str]]:
        """Add the services; the ids by name."""
        added: dict[str, tuple[str, str]] = {}
        try:
            for service in services:
                body, owner = {name: value for name, value in service.items() if name != _OF_SALON}, "provider"
                if _OF_SALON in service:
                    body, owner = {**body, "salonId": self._salon_id, "currency": CURRENCY}, "manager"
                id_ = self._done(owner, "POST", "/services", body)["id"]
                added[service["name"]] = id_, owner
                if _OF_SALON in service:
                    self._done("provider", "PUT", f"/services/{id_}/offer", service[_OF_SALON])
            yield {name: id_ for name, (id_, _) in added.items()}
        finally:
            for id_, owner in added.values():
                self._ask(owner, "DELETE", f"/services/{id_}")

    def _added_up(
        self, booking: Mapping[str, Any], case: ServicesCase, horizon_days: int, wanted: Sequence[str]
    ) -> Together:
        start, end = instant_of(booking["start"]), instant_of(booking["end"])
        free = self._starts(start - AROUND, end + AROUND, [self._probe_id])
        notice = capacity = None
        if case.asks_for("minNoticeMinutes") or case.asks_for("horizonDays"):
            first, last = self._first_and_last(wanted)
            soonest, furthest = self._first_and_last([self._probe_id])
            notice, horizon_days = _minutes(first - soonest), horizon_days + (last - furthest).days
        if case.asks_for("capacity"):
            of_class = self._slots(start, start + STEP, wanted)
            capacity = 1 + sum(each["placesLeft"] for each in of_class)
        later = end + timedelta(days=1)
        return Together(
            names=tuple(each["name"] for each in booking["services"]),
            minutes=_minutes(end - start),
            price=booking["priceAmount"],
            deposit=booking["depositAmount"],
            buffer_before_minutes=_minutes(start - max(each + STEP for each in free if each < start)),
            buffer_after_minutes=_minutes(min(each for each in free if each >= end) - end),
            min_notice_minutes=notice if case.asks_for("minNoticeMinutes") else None,
            horizon_days=horizon_days if case.asks_for("horizonDays") else None,
            capacity=capacity,
            pauses=tuple(_pauses(start, end, free)) if case.asks_for("pauses") else None,
            whole_days=len(self._slots(later, later + 24 * HOUR, wanted)) == 1 if case.asks_for("wholeDays") else None,
        )

    def _starts(self, first: datetime, last: datetime, service_ids: Sequence[str]) -> list[datetime]:
        """The starts of the slots that are still offered."""
        return [instant_of(each["start"]) for each in self._slots(first, last, service_ids)]

    def _slots(self, first: datetime, last: datetime, service_ids: Sequence[str]) -> list[dict[str, Any]]:
        query = {"from": _shown(first), "to": _shown(last), "serviceIds": service_ids}
        path = f"/providers/{self._stage.provider_id}/slots"
        slots: list[dict[str, Any]] = done(self._stage.server.ask("GET", path, query=query), "listing slots")["slots"]
        return slots

    def _first_and_last(self, service_ids: Sequence[str]) -> tuple[datetime, date]:
        """The first slot that is offered with these services, and the date of the last one."""
        path = f"/providers/{self._stage.provider_id}/days"
        today = self._stage.begins.date() - timedelta(days=DAYS_AHEAD + 1)
        until = (today + timedelta(days=DAYS + 2)).isoformat()
        shown: str | None = today.isoformat()
        days: list[dict[str, Any]] = []
        while shown is not None:
            query = {"from": shown, "to": until, "serviceIds": service_ids}
            answer = done(self._stage.server.ask("GET", path, query=query), "listing days")
            days += (each for each in answer["days"] if each["slots"])
            shown = answer.get("nextFrom")
        return instant_of(days[0]["firstSlot"]), date.fromisoformat(days[-1]["date"])

    def _done(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return done(self._ask(who, method, path, body), f"{method} {path}")

    def _ask(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> RemoteResponse:
        return self._stage.server.ask(method, path, body, token=self._stage.tokens[who])


def _pauses(start: datetime, end: datetime, free: Iterable[datetime]) -> Iterator[Pause]:
    """The pauses of an appointment, in which each step is free."""
    begins = start
    inside = {each for each in free if start <= each < end}
    for number in range((end - start) // STEP + 1):
        at = start + number * STEP
        if at in inside:
            begins = begins if at - STEP in inside else at
        elif at - STEP in inside:
            yield Pause(_minutes(begins - start), _minutes(at - begins))


def _shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60
