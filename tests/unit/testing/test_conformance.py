"""The conformance vectors pass on this library, detect bugs and match their schema."""

import asyncio
import fnmatch
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

import httpx
import pytest
from litestar import Litestar, Router
from litestar.di import Provide
from tests.programs import CHECKOUT
from tests.unit.effort import NIGHTLY
from tests.unit.entrypoints.api import PASSWORD, Api, OpenGateway

import booking_domain.testing.conformance.__main__ as runner
from adapters.security.clock import MovableClock
from booking_domain.bookings.transitions import Status
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.payments.chargeable import AmountRule
from booking_domain.scheduling import Calendar, Claim, Reason, Slot, TimeRange, explain, offered_slots
from booking_domain.scheduling.as_json import instant_of
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import InvalidValue
from booking_domain.testing.conformance import (
    FORMAT,
    SlotCase,
    calendar_of,
    check_explanations,
    check_services,
    check_slots,
    claims_of,
    load_services_cases,
    load_slot_cases,
    question_json,
)
from booking_domain.testing.conformance.histories import History, load_histories
from booking_domain.testing.conformance.playing import check_histories
from booking_domain.testing.conformance.remote import RemoteResponse, Server
from booking_domain.testing.conformance.remote_gateways import Gateways
from booking_domain.testing.conformance.remote_histories import play_on_server, why_not
from booking_domain.testing.conformance.remote_services import check_services_on_server
from booking_domain.testing.conformance.services import ServicesCase, Together, added_up
from booking_domain.testing.conformance.slot_checks import Case, check_reasons, check_responses
from booking_domain.testing.question import Question
from booking_domain.use_cases.identity.authenticate import Register, register
from entrypoints.http.kit.computers import InlineComputer
from entrypoints.http.kit.problems import answer_exception
from entrypoints.http.kit.strict_json import StrictJson
from entrypoints.http.kit.turns import Turn, Turns
from entrypoints.http.scheduling import routes
from entrypoints.settings.main import InvalidSettings, Settings

CASES: Final = load_slot_cases()
SERVICES: Final = load_services_cases()
HISTORIES: Final = load_histories()
BARE: Final = {"PYTHONPATH": str(Path(__file__).parents[3] / "src")}
FOLDER: Final = files("booking_domain.testing.conformance")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_library_passes_the_slot_vector(case: SlotCase) -> None:
    assert [str(failure) for failure in check_slots(offered_slots, [case])] == []
    assert [str(failure) for failure in check_explanations(explain, [case])] == []


def test_the_library_passes_the_vectors_of_services() -> None:
    assert len(SERVICES) >= 20
    assert [str(failure) for failure in check_services(SERVICES)] == []


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history.id)
def test_the_use_cases_pass_the_history(history: History) -> None:
    assert [str(failure) for failure in check_histories([history])] == []


def test_vectors_are_numerous_uniquely_named_and_sourced() -> None:
    assert len(CASES) >= 120
    assert len(HISTORIES) >= 60
    everything: tuple[Case, ...] = (*CASES, *SERVICES, *HISTORIES)
    ids = [each.id for each in everything]
    assert len(set(ids)) == len(ids)
    assert all(case.source and case.title for case in CASES)
    assert all(history.source and history.title for history in HISTORIES)


# Wrong implementations fail.


def failed(failures: Iterable[Any]) -> set[str]:
    return {failure.id for failure in failures}


def without_buffers(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> Iterable[Slot]:
    settings = replace(calendar.settings, buffer_before_minutes=0, buffer_after_minutes=0)
    bare = [replace(claim, blocked=claim.span) for claim in claims]
    return offered_slots(
        replace(calendar, settings=settings), bare, window=window, now=now, duration_minutes=duration_minutes
    )


def with_a_fixed_offset(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> Iterable[Slot]:
    """Use the offset at the start of the window for every day."""
    offset = window.start.astimezone(calendar.zone).utcoffset()
    assert offset is not None
    hours = round(offset.total_seconds() / 3600)
    return offered_slots(
        replace(calendar, time_zone=f"Etc/GMT{-hours:+d}"),
        claims,
        window=window,
        now=now,
        duration_minutes=duration_minutes,
    )


def with_blocks_as_bookings(
    calendar: Calendar,
    claims: Iterable[Claim],
    *,
    window: TimeRange,
    now: datetime,
    duration_minutes: int | None = None,
) -> Iterable[Slot]:
    """Treat blocks as appointments."""
    taken = replace(calendar, blocks=(), busy=(*calendar.busy, *(block.range for block in calendar.blocks)))
    return offered_slots(taken, claims, window=window, now=now, duration_minutes=duration_minutes)


def test_missing_buffers_are_detected() -> None:
    caught = failed(check_slots(without_buffers, CASES))
    assert {"claims-own-buffers", "claims-buffer-of-the-next", "claims-buffers-of-both", "holds-have-buffers"} <= caught
    assert "claims-take-their-time" not in caught


def test_a_fixed_offset_is_detected() -> None:
    caught = failed(check_slots(with_a_fixed_offset, CASES))
    assert {"clocks-berlin-autumn", "clocks-cairo-25-hours", "clocks-santiago-23-twice", "clocks-kathmandu"} <= caught
    assert "rules-whole-hours" not in caught


def test_blocks_treated_as_bookings_are_detected() -> None:
    caught = failed(check_slots(with_blocks_as_bookings, CASES))
    several = {"blocks-several-beside-buffers", "blocks-to-the-minute", "blocks-within-buffers"}
    anchoring = {"anchoring-not-after-block", "anchoring-of-everything", "anchoring-of-everything-with-buffers"}
    assert caught == {"blocks-buffers-reach-in", "pauses-block", "pauses-two-of-the-slot", *several, *anchoring}


def with_buffers_of_the_first(case: ServicesCase) -> Together | str:
    """Take the buffers of the first service."""
    first = replace(case, json={**case.json, "wanted": case.wanted[:1]})
    whole, alone = added_up(case), added_up(first)
    if isinstance(whole, str) or isinstance(alone, str):
        return whole
    return replace(
        whole,
        buffer_before_minutes=alone.buffer_before_minutes,
        buffer_after_minutes=alone.buffer_after_minutes,
    )


def with_prices_of_the_salon(case: ServicesCase) -> Together | str:
    """Ignore what a member overrides."""
    services = [{**each, "own": {}} if "own" in each else each for each in case.services]
    return added_up(replace(case, json={**case.json, "services": services}))


def sorted_by_name(case: ServicesCase) -> Together | str:
    return added_up(replace(case, json={**case.json, "wanted": sorted(case.wanted)}))


def with_notice_and_horizon_of_the_provider(case: ServicesCase) -> Together | str:
    """Ignore what services have of their own."""
    own = ("minNoticeMinutes", "horizonDays")
    services = [{name: value for name, value in each.items() if name not in own} for each in case.services]
    return added_up(replace(case, json={**case.json, "services": services}))


def with_hours_of_the_first(case: ServicesCase) -> Together | str:
    """Ignore the hours of the services that are named after another."""
    later = case.wanted[1:]
    plain = [{name: of for name, of in each.items() if name != "hours"} for each in case.services]
    services = [bare if each["name"] in later else each for bare, each in zip(plain, case.services, strict=True)]
    return added_up(replace(case, json={**case.json, "services": services}))


def test_wrong_sums_of_services_are_detected() -> None:
    assert failed(check_services(SERVICES, with_hours_of_the_first)) == {
        "services-hours-of-one",
        "services-hours-in-common",
        "services-hours-too-short",
        "services-hours-of-an-add-on",
    }
    assert failed(check_services(SERVICES, with_notice_and_horizon_of_the_provider)) == {
        "services-own-notice",
        "services-no-notice",
        "services-longest-notice",
        "services-own-horizon",
        "services-shortest-horizon",
        "services-notice-and-horizon",
        "services-own-keeps-notice-and-horizon",
    }
    assert failed(check_services(SERVICES, with_buffers_of_the_first)) == {
        "services-longest-buffers",
        "services-buffers-zero-and-inherited",
    }
    caught = failed(check_services(SERVICES, with_prices_of_the_salon))
    assert {"services-own-length", "services-own-price-below-the-deposit", "services-own-in-a-sum"} <= caught
    assert "services-two" not in caught
    caught = failed(check_services(SERVICES, sorted_by_name))
    assert "services-two" in caught
    assert "services-order" not in caught


def test_a_failure_names_missing_and_unexpected_slots() -> None:
    def half_an_hour_late(*args: Any, **asked: Any) -> Iterable[Slot]:
        return [Slot(slot.start + (slot.end - slot.start) / 2, slot.end) for slot in offered_slots(*args, **asked)]

    [case] = [case for case in CASES if case.id == "rules-exact-fit"]
    [failure] = check_slots(half_an_hour_late, [case])
    assert str(failure).splitlines() == [
        "FAILED rules-exact-fit: A range as long as the appointment offers one slot",
        "  (SPEC §1.2)",
        "  - 2025-11-24 09:00:00+08:00 – 2025-11-24 10:00:00+08:00  expected, and not offered",
        "  + 2025-11-24 09:30:00+08:00 – 2025-11-24 10:00:00+08:00  offered, and not expected",
    ]


def test_repeated_or_unsorted_slots_fail() -> None:
    [case] = [case for case in CASES if case.id == "rules-ends-at-closing"]
    [twice] = check_responses(lambda asked: asked.expected * 2, [case])
    [backwards] = check_responses(lambda asked: asked.expected[::-1], [case])
    assert twice.problems[-1] == "  some are offered twice"
    assert backwards.problems[-1] == "  in another order"


def test_an_exception_fails_only_its_case() -> None:
    def fails(case: SlotCase) -> Iterable[Slot]:
        if case.id == "rules-none":
            raise ZeroDivisionError("boom")
        return case.expected

    [failure] = check_responses(fails, CASES)
    assert (failure.id, failure.problems) == ("rules-none", ("  raised ZeroDivisionError: boom",))


def test_wrong_reasons_and_neighbours_are_detected() -> None:
    def always_busy(*args: Any, **asked: Any) -> Any:
        return replace(explain(*args, **asked), reasons=(Reason.BUSY,), before=None)

    caught = check_explanations(always_busy, CASES)
    assert "busy-takes-its-time" not in failed(caught)
    [failure] = [failure for failure in caught if failure.id == "claims-take-their-time"]
    assert failure.problems == (
        "  2025-11-24 10:00:00+08:00: expected claimed, found busy",
        "  2025-11-24 10:00:00+08:00: before it, expected 2025-11-24 09:00:00+08:00, found nothing",
    )


def test_a_history_with_another_outcome_fails() -> None:
    [history] = [history for history in HISTORIES if history.id == "cancel-tier-48-missed"]
    wrong = replace(history, expected=replace(history.expected, refund_owed=0, status=Status.EXPIRED))
    [failure] = check_histories([wrong])
    assert failure.problems == (
        "  - status: expired  expected\n  + status: cancelled  found",
        "  - refund_owed: 0  expected\n  + refund_owed: 1000000  found",
    )


def test_a_missing_or_different_error_fails() -> None:
    [history] = [history for history in HISTORIES if history.id == "place-taken"]
    for refusal, problem in (
        (None, "  step 2: other_customer place: expected that it is done, met booking.slot_taken"),
        ("hold.not_found", "  step 2: other_customer place: expected hold.not_found, met booking.slot_taken"),
    ):
        first, second = history.steps
        [failure] = check_histories([replace(history, steps=(first, replace(second, refusal=refusal)))])
        assert failure.problems == (problem,)
    first = replace(history.steps[0], refusal="booking.slot_taken")
    [failure] = check_histories([replace(history, steps=(first,))])
    assert failure.problems == ("  step 1: customer place: expected booking.slot_taken, met no refusal",)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"do": "dance"}, "unknown action"),
        ({"at": "tomorrow"}, "is not a time"),
        ({"at": "due"}, "there is no booking yet"),
        ({"do": "cancel"}, "there is no booking yet"),
        ({"do": "pay"}, "there is no bill to pay"),
        ({"more": {"hold": True}}, "there is no hold on slot"),
    ],
)
def test_an_invalid_vector_fails(changes: dict[str, Any], problem: str) -> None:
    [history] = [history for history in HISTORIES if history.id == "place-with-deposit"]
    [failure] = check_histories([replace(history, steps=(replace(history.steps[0], **changes),))])
    assert problem in failure.problems[0]


# The files.


def documents() -> Iterator[tuple[str, Any]]:
    for file in (FOLDER / "vectors").iterdir():
        yield file.name, json.loads(file.read_text(encoding="utf-8"))


Problems = Iterator[str]


class Schema:
    """Validates the subset of JSON Schema that the schema of the vectors uses."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = json.loads((FOLDER / "vectors.schema.json").read_text(encoding="utf-8"))

    def problems(self, document: Any) -> list[str]:
        return list(self._problems(document, self.root, ""))

    def _problems(self, value: Any, schema: Mapping[str, Any], at: str) -> Problems:
        if "$ref" in schema:
            yield from self._problems(value, self.root["$defs"][schema["$ref"].rpartition("/")[2]], at)
        if "oneOf" in schema:
            found = [list(self._problems(value, each, at)) for each in schema["oneOf"]]
            if sum(not each for each in found) != 1:
                yield f"{at}: does not fit one of {len(found)}: {found}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{at}: {value!r} is none of {schema['enum']}"
        if "const" in schema and value is not schema["const"]:
            yield f"{at}: {value!r} is not {schema['const']!r}"
        if "type" in schema:
            yield from getattr(self, f"_{schema['type']}")(value, schema, at)

    def _object(self, value: Any, schema: Mapping[str, Any], at: str) -> Problems:
        if not isinstance(value, dict):
            yield f"{at}: {value!r} is no object"
            return
        yield from (f"{at}: {name} is missing" for name in schema["required"] if name not in value)
        for name, member in value.items():
            if name in schema["properties"]:
                yield from self._problems(member, schema["properties"][name], f"{at}/{name}")
            else:
                yield f"{at}: there is no {name}"

    def _array(self, value: Any, schema: Mapping[str, Any], at: str) -> Problems:
        if not isinstance(value, list) or len(value) < schema.get("minItems", 0):
            yield f"{at}: {value!r} is not such a list"
            return
        for index, item in enumerate(value):
            yield from self._problems(item, schema["items"], f"{at}/{index}")

    def _string(self, value: Any, schema: Mapping[str, Any], at: str) -> Problems:
        fits = isinstance(value, str) and len(value) >= schema.get("minLength", 0)
        if not fits or re.search(schema.get("pattern", ""), value) is None:
            yield f"{at}: {value!r} is not such a text"

    def _number(self, value: Any, schema: Mapping[str, Any], at: str) -> Problems:
        right = isinstance(value, int | float) and not isinstance(value, bool)
        if not right or not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{at}: {value!r} is not such a number"

    def _integer(self, value: Any, schema: Mapping[str, Any], at: str) -> Problems:
        if not isinstance(value, int):
            yield f"{at}: {value!r} is no whole number"
        yield from self._number(value, schema, at)

    def _boolean(self, value: Any, _: Mapping[str, Any], at: str) -> Problems:
        if not isinstance(value, bool):
            yield f"{at}: {value!r} is neither true nor false"

    def _null(self, value: Any, _: Mapping[str, Any], at: str) -> Problems:
        if value is not None:
            yield f"{at}: {value!r} is not null"


def test_the_files_match_their_schema() -> None:
    schema = Schema()
    found = dict(documents())
    assert len(found) >= 10
    for name, document in found.items():
        assert schema.problems(document) == [], name


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("id", "Two Words"),
        ("now", "2025-11-24T09:00:00"),
        ("calendar", {"timeZone": "UTC", "rules": []}),
        ("expect", {"starts": [], "slots": []}),
        ("durationMinutes", "60"),
        ("explain", [{"slot": "2025-11-24T09:00:00Z", "reasons": ["because"]}]),
        ("comment", "there is no such member"),
    ],
)
def test_the_schema_rejects_invalid_vectors(name: str, wrong: object) -> None:
    schema = Schema()
    document = {"about": "One.", "slots": [dict(CASES[0].json)]}
    assert schema.problems(document) == []
    document["slots"] = [{**CASES[0].json, name: wrong}]
    assert schema.problems(document) != []


def test_expected_starts_have_the_local_offset() -> None:
    for case in CASES:
        for text in case.json["expect"].get("starts", ()):
            if not text.endswith("Z"):
                there = datetime.fromisoformat(text)
                assert there.utcoffset() == there.astimezone(case.calendar.zone).utcoffset(), (case.id, text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bufferMinutes": 5},
        {"exceptions": [{"date": "2025-11-24"}]},
        {
            "exceptions": [
                {"date": "2025-11-24", "closed": True, "ranges": [{"startTime": "10:00", "endTime": "11:00"}]}
            ]
        },
        {"settings": {"slotStep": 5}},
        {"salon": {"timeZone": "Mars/Olympus"}},
    ],
)
def test_an_invalid_calendar_is_rejected(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        calendar_of({"timeZone": "UTC", **wrong})


def test_missing_members_of_a_calendar_have_defaults() -> None:
    assert calendar_of({"timeZone": "UTC"}) == Calendar(time_zone="UTC")
    [claim] = claims_of([{"start": "2025-11-24T09:00:00Z", "end": "2025-11-24T10:00:00Z"}])
    assert claim.blocked == claim.span


# The command.


def test_a_run_without_failures_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main([]) == 0
    assert capsys.readouterr().out == (
        f"{len(CASES)} slot cases, {len(SERVICES)} of services, {len(HISTORIES)} histories: all passed\n"
    )


def test_a_run_with_a_failure_exits_with_1_and_reports_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "offered_slots", without_buffers)
    assert runner.main(["--only", "claims-buffer-of-the-*"]) == 1
    shown = capsys.readouterr().out
    assert "FAILED claims-buffer-of-the-next: " in shown
    assert "+ 2025-11-24 10:00:00+08:00 – 2025-11-24 11:00:00+08:00  offered, and not expected" in shown
    assert shown.endswith("2 slot cases, 0 of services, 0 histories: 2 failed\n")


def test_the_report_is_available_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(runner, "offered_slots", without_buffers)
    assert runner.main(["--json", "--only", "claims-buffers-of-both", "--only", "place-taken"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["slotCases"], report["histories"], report["skipped"]) == (1, 1, [])
    assert [failure["id"] for failure in report["failures"]] == ["claims-buffers-of-both"]


def test_vectors_are_listed_and_selected_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["--list", "--only", "place-*"]) == 0
    assert capsys.readouterr().out.startswith("place-with-deposit\tWith a deposit due")
    assert runner.main(["--only", "there-is-none"]) == 2
    assert "no vector is called there-is-none" in capsys.readouterr().err


def test_the_suite_runs_with_the_standard_library_alone() -> None:
    program = (
        "import sys; from booking_domain.testing.conformance.__main__ import main;"
        "code = main(['--only', 'rules-*', '--only', 'place-*']);"
        "sys.exit(code or bool({'pytest', 'hypothesis', 'msgspec', 'litestar', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=BARE)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")


# Servers.


class _Scheduling(BaseHTTPRequestHandler):
    """A minimal server with both operations, which calls `offers`."""

    offers: Any = staticmethod(offered_slots)
    explains = True

    def do_GET(self) -> None:
        self._answer(200, {"status": "ok"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        calendar, claims = calendar_of(asked["calendar"]), claims_of(asked.get("claims", ()))
        given = {"now": datetime.fromisoformat(asked["now"]), "duration_minutes": asked.get("durationMinutes")}
        if self.path == "/api/v1/scheduling/slots":
            window = TimeRange(*map(datetime.fromisoformat, (asked["window"]["from"], asked["window"]["to"])))
            slots = type(self).offers(calendar, claims, window=window, **given)
            self._answer(200, {"slots": [_json(slot) for slot in slots]})
        elif self.path == "/api/v1/scheduling/explain" and type(self).explains:
            said = explain(calendar, claims, datetime.fromisoformat(asked["slot"]), **given)
            neighbours = {"before": _json(said.before), "after": _json(said.after)}
            self._answer(200, {"offered": said.offered, "reasons": said.reasons, **neighbours})
        else:
            self._answer(404, {"code": "http.not_found"})

    def _answer(self, status: int, body: Any) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None: ...


def _json(slot: Slot | None) -> Any:
    return None if slot is None else {"start": slot.start.isoformat(), "end": slot.end.isoformat()}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(_Scheduling, "offers", staticmethod(offered_slots))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Scheduling)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_correct_server_passes_and_skipped_histories_are_reported(
    served: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main(["--url", served, "--only", "c*", "--only", "rules-*", "--only", "day-*"]) == 0
    shown = capsys.readouterr().out
    assert "SKIPPED cancel-tier-48: --admin-email and --admin-password are not given\n" in shown
    assert re.search(
        r"^[0-9]+ slot cases, 0 of services, 0 histories: all passed \([0-9]+ skipped\)$", shown, re.MULTILINE
    )


def test_a_wrong_server_fails(served: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_Scheduling, "offers", staticmethod(with_a_fixed_offset))
    assert runner.main(["--url", served, "--only", "clocks-berlin-autumn"]) == 1
    assert "FAILED clocks-berlin-autumn" in capsys.readouterr().out


def test_a_server_without_the_operation_fails(served: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["--url", f"{served}/elsewhere", "--only", "rules-exact-fit"]) == 1
    assert "POST /scheduling/slots returned 404 http.not_found" in capsys.readouterr().out


def test_a_server_that_explains_nothing_passes_with_a_switch(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Scheduling, "explains", False)
    asked = ["--url", served, "--only", "rules-explained"]
    assert (runner.main(asked), runner.main([*asked, "--no-explain"])) == (1, 0)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://example.com", "nowhere"])
def test_without_a_server_nothing_is_checked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["--url", url]) == 2
    assert capsys.readouterr().err


def test_each_history_skipped_on_servers_has_a_reason() -> None:
    server = Server("http://api.test")
    without = Gateways(server)
    reasons = {history.id: why_not(history, without, moves_clock=False) for history in HISTORIES}
    assert sum(reason is None for reason in reasons.values()) >= 60
    assert reasons["pending-expired"] == "it needs a clock that can be advanced (BOOKING_TEST_CLOCK)"
    assert reasons["callback-without-money"] == "it needs the simulator of QPay: --qpay is not given"
    assert reasons["paid-beyond-the-price"] == "it needs the simulator of QPay: --qpay is not given"
    assert reasons["cancel-in-yen"] == "QPay charges whole tögrög only (MNT): --stripe is not given"
    assert reasons["cancel-rounds-half-up"] == "QPay charges whole tögrög only (MNT): --stripe is not given"
    assert reasons["place-taken"] is None
    both = Gateways(server, qpay="http://qpay.test", stripe="http://stripe.test")
    assert {why_not(history, both, moves_clock=True) for history in HISTORIES} == {None}


class _ServerInMemory(Server):
    """Calls the API of this repository in memory, without a socket."""

    def __init__(self, api: Api, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__("http://api.test")
        object.__setattr__(self, "_api", api)
        object.__setattr__(self, "_loop", loop)
        object.__setattr__(self, "_bills", {})

    def call(
        self, method: str, address: str, body: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> RemoteResponse:
        asked = cast("Any", self)
        request = {} if body is None else {"json": body}
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        calling = asked._api.client.request(method, address, headers=headers, **request)
        response = asyncio.run_coroutine_threadsafe(calling, asked._loop).result()
        told = response.headers.get("Content-Type", "").split(";")[0].endswith("json")
        answer = RemoteResponse(response.status_code, response.json() if told else response.text)
        if answer.done and address.endswith("/payments") and method == "POST":
            asked._bills[answer.body["checkoutUrl"]] = answer.body
        return answer

    def post_form(self, address: str, form: Mapping[str, str]) -> RemoteResponse:
        bill = cast("Any", self)._bills[address]
        GatewayInMemory(self).pay(bill, bill["amount"], {"paid_without_callback": 0}.get(form["outcome"], 1))
        return RemoteResponse(200, {})


ANY_AMOUNT: Final = AmountRule(step=1, least=1, most=9_999_999_999)


class GatewayInMemory(Gateways):
    """The gateway in memory takes every amount in every currency."""

    def __init__(self, server: _ServerInMemory) -> None:
        super().__init__(server, qpay="http://qpay.test", stripe="http://stripe.test")
        self._api = cast("Any", server)._api

    def gateway_of(self, _history: History) -> None:
        return None

    def pay(self, bill: Mapping[str, Any], amount: int, callbacks: int) -> None:
        self._api.pay({**bill, "amount": amount})
        for _ in range(callbacks):
            self.call_back(bill)

    def set_up(self, up: bool) -> None:  # noqa: FBT001 - the history's own word
        self._api.gateway.available = up

    def call_back(self, bill: Mapping[str, Any]) -> None:
        self._server.call("GET", f"http://api.test/api/v1{self._api.callback(bill['id'])}")


@pytest.mark.parametrize("moves_clock", [False, True])
async def test_services_and_histories_pass_through_the_api(*, moves_clock: bool, tmp_path: Path) -> None:
    """`make test` plays every sixth history over HTTP, `make nightly` all."""
    played = HISTORIES if NIGHTLY else HISTORIES[::6]
    moving = {"BOOKING_TEST_CLOCK": "on", "BOOKING_DATA_DIR": str(tmp_path)} if moves_clock else {}
    api = Api({"BOOKING_RATE_LIMITS": "off", **moving})
    api.clock.set(datetime.now(UTC))
    if moves_clock:
        api.gateway = OpenGateway("qpay", dict.fromkeys(("MNT", "JPY", "BHD"), ANY_AMOUNT), authorises=True)
        api.container.gateway.override(api.gateway)
    async with api.opened():
        hashed = await api.container.password_hasher().hash(PASSWORD)
        admin = Register(
            email="admin@example.com", phone=None, name="A", role=Role.ADMIN, password_hash=hashed, by_platform=True
        )
        await api.container.executor().run(register, admin, actor=SYSTEM)
        server = _ServerInMemory(api, asyncio.get_running_loop())
        manager = await asyncio.to_thread(server.new_manager)
        assert (manager is not None) is moves_clock
        if manager is None:
            manager = "manager@example.com", PASSWORD
            verified = replace(admin, email=manager[0], role=Role.MANAGER, verified=ContactChannel.EMAIL)
            await api.container.executor().run(register, verified, actor=SYSTEM)
        wrong = replace(HISTORIES[0], id="wrong", expected=replace(HISTORIES[0].expected, slot_free=True))
        services = await asyncio.to_thread(
            check_services_on_server,
            server,
            SERVICES,
            email="admin@example.com",
            password=PASSWORD,
            manager=manager,
        )
        gateways = GatewayInMemory(server) if moves_clock else Gateways(server)
        found = await asyncio.to_thread(
            play_on_server,
            server,
            (*played, wrong),
            email="admin@example.com",
            password=PASSWORD,
            gateways=gateways,
        )
    assert [str(failure) for failure in services] == []
    assert [str(failure) for failure in found.failures if failure.id != "wrong"] == []
    assert [failure.problems for failure in found.failures] == [
        ("  - slot_free: True  expected\n  + slot_free: False  found",)
    ]
    skipped = {history.id for history in played if why_not(history, gateways, moves_clock=moves_clock) is not None}
    assert set(found.skipped) == skipped
    assert bool(skipped) is not moves_clock


async def test_the_clock_of_a_test_deployment_only_moves_forward(tmp_path: Path) -> None:
    api = Api({"BOOKING_TEST_CLOCK": "on", "BOOKING_DATA_DIR": str(tmp_path)})
    async with api.opened():
        moved = await api.client.put("/test/clock", json={"now": "2099-11-26T10:00:00+08:00"})
        back = await api.client.put("/test/clock", json={"now": "2098-11-26T10:00:00Z"})
        read = await api.client.get("/test/clock")
        document = (await api.client.get("/schema")).json()
    assert [each.json() for each in (moved, back, read)] == [{"now": "2099-11-26T02:00:00Z"}] * 3
    assert not any(path.startswith("/test") for path in document["paths"])
    assert MovableClock(tmp_path / "clock").now() == datetime(2099, 11, 26, 2, tzinfo=UTC)  # as the worker reads it


async def test_without_the_setting_no_clock_moves() -> None:
    api = Api({})
    async with api.opened():
        answer = await api.client.put("/test/clock", json={"now": "2099-11-26T10:00:00Z"})
    assert answer.status_code == 404


def test_production_refuses_a_clock_that_moves() -> None:
    with pytest.raises(InvalidSettings, match="BOOKING_TEST_CLOCK can be on in development only"):
        Settings.from_environment({"BOOKING_ENV": "production", "BOOKING_TEST_CLOCK": "on"})


async def test_histories_need_valid_admin_credentials() -> None:
    api = Api({})
    async with api.opened():
        server = _ServerInMemory(api, asyncio.get_running_loop())
        found = await asyncio.to_thread(play_on_server, server, HISTORIES[:1], email="a@example.com", password="no")
    [failure] = found.failures
    assert "signing in as the admin: the server returned 401 auth.invalid_credentials" in failure.problems[0]


# The endpoint of this repository.


class _Endpoint(Server):
    """The routes of `/scheduling` alone."""

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        query: Mapping[str, str | Sequence[str]] | None = None,
    ) -> RemoteResponse:
        response = asyncio.run(_responses_of_endpoint([(path, body)]))[0]
        return RemoteResponse(response.status_code, response.json())


async def _responses_of_endpoint(requests: list[tuple[str, Any]]) -> list[httpx.Response]:
    turns = Turns(InlineComputer())
    app = Litestar(
        route_handlers=[Router("/api/v1", route_handlers=[routes])],
        dependencies={
            "turn": Provide(lambda: Turn("anybody", turns, turns), sync_to_thread=False),
        },
        dto=StrictJson,
        return_dto=None,
        exception_handlers={Exception: answer_exception},
        openapi_config=None,
        logging_config=None,
    )
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        return [await client.post(f"/api/v1{path}", json=body) for path, body in requests]


def test_the_endpoint_passes_the_vectors() -> None:
    """Of those with explanations, and of all others than simple ones, `make test` takes every third."""
    server = _Endpoint("http://api.test")
    cases = [case for case in CASES if case.explanations or not case.id.startswith(("rules-", "clocks-"))]
    cases = cases if NIGHTLY else cases[::3]
    assert [str(failure) for failure in check_responses(server.slots, cases)] == []
    assert [str(failure) for failure in check_reasons(server.reasons, cases)] == []


NINE: Final = "2025-11-24T09:00:00Z"
TEN: Final = "2025-11-24T10:00:00Z"
PERIOD: Final = {"start": NINE, "end": TEN}
RULE: Final = {"day": 1, "startTime": "10:00", "endTime": "19:00"}


@pytest.mark.parametrize(
    ("wrong", "status", "pointer"),
    [
        ({"calendar": {}}, 400, "/calendar/timeZone"),
        ({"calendar": {"timeZone": "Mars/Olympus"}}, 422, "/calendar/timeZone"),
        ({"calendar": {"timeZone": "UTC", "rules": [RULE] * 201}}, 400, "/calendar/rules"),
        (
            {"calendar": {"timeZone": "UTC", "rules": [RULE, {**RULE, "everyWeeks": 2}]}},
            422,
            "/calendar/rules/1/validFrom",
        ),
        (
            {"calendar": {"timeZone": "UTC", "exceptions": [{"date": "2025-11-24"}]}},
            422,
            "/calendar/exceptions/0/ranges",
        ),
        (
            {"calendar": {"timeZone": "UTC", "exceptions": [{"date": "2025-11-24", "closed": True}] * 2}},
            422,
            "/calendar/exceptions",
        ),
        ({"calendar": {"timeZone": "UTC", "salon": {"timeZone": "x"}}}, 422, "/calendar/salon/timeZone"),
        ({"calendar": {"timeZone": "UTC", "busy": [{"start": TEN, "end": NINE}]}}, 422, "/calendar/busy/0/end"),
        ({"calendar": {"timeZone": "UTC", "blocks": [PERIOD] * 2_001}}, 400, "/calendar/blocks"),
        ({"claims": [PERIOD] * 2_001}, 400, "/claims"),
        ({"claims": [PERIOD, {"start": TEN, "end": TEN}]}, 422, "/claims/1/end"),
        (
            {"claims": [{"start": "1900-01-01T00:00:00Z", "end": NINE, "bufferBeforeMinutes": 1}]},
            422,
            "/claims/0/start",
        ),
        ({"now": "2025-11-24T09:00:00"}, 400, "/now"),
        ({"now": "9999-12-31T23:59:59Z"}, 422, "/now"),
        ({"window": {"from": NINE, "to": NINE}}, 422, "/window/to"),
        ({"window": {"from": NINE, "to": "2026-01-25T09:00:01Z"}}, 422, "/window/to"),
        ({"window": {"from": "1899-12-31T00:00:00Z", "to": "1900-01-01T00:00:00Z"}}, 422, "/window/from"),
        ({"slots": 1}, 400, "/slots"),
    ],
)
async def test_the_endpoint_rejects_invalid_questions(wrong: dict[str, Any], status: int, pointer: str) -> None:
    question = {"calendar": {"timeZone": "UTC"}, "now": NINE, "window": {"from": NINE, "to": TEN}, **wrong}
    [answer] = await _responses_of_endpoint([("/scheduling/slots", question)])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)


async def test_the_endpoint_limits_the_number_of_slots() -> None:
    always = [{"day": day, "startTime": "00:00", "endTime": "24:00"} for day in range(7)]
    settings = {"slotStepMinutes": 1, "slotDurationMinutes": 1, "horizonDays": 730}
    question = {"calendar": {"timeZone": "UTC", "rules": always, "settings": settings}, "now": "2025-11-01T00:00:00Z"}
    windows = [{"from": "2025-11-01T00:00:00Z", "to": f"2025-11-07T22:{minute}:00Z"} for minute in (40, 41)]
    asked: list[tuple[str, Any]] = [("/scheduling/slots", {**question, "window": window}) for window in windows]
    asked.append(("/scheduling/explain", {**question, "slot": "2025-11-01T00:00:00Z"}))
    most, more, too_far = await _responses_of_endpoint(asked)
    assert len(most.json()["slots"]) == 10_000
    assert (more.status_code, more.json()["code"]) == (422, "scheduling.window_invalid")
    assert too_far.json()["errors"][0]["pointer"] == "/calendar/settings/horizonDays"


PAGE: Final = (CHECKOUT / "docs" / "library" / "conformance.md").read_text(encoding="utf-8")
RULES: Final = re.findall(r"^\| (\d+) \| (.+?) \| (`.+`) \|$", PAGE, flags=re.MULTILINE)


def test_each_rule_of_the_page_is_numbered_and_has_vectors() -> None:
    ids = [case.id for case in load_slot_cases()]
    assert [int(number) for number, _, _ in RULES] == list(range(1, 27))
    named = {number: re.findall(r"`([^`]+)`", vectors) for number, _, vectors in RULES}
    assert [(number, each) for number, globs in named.items() for each in globs if not fnmatch.filter(ids, each)] == []
    covered = {each for globs in named.values() for glob in globs if glob != "*" for each in fnmatch.filter(ids, glob)}
    assert sorted({*ids} - covered) == ["rules-explained"]


def test_a_calendar_is_written_as_it_is_read() -> None:
    for case in load_slot_cases():
        question = Question(case.calendar, case.claims, case.window, case.now, case.duration_minutes)
        written = json.loads(json.dumps(question_json(question)))
        read = Question(
            calendar_of(written["calendar"]),
            claims_of(written["claims"]),
            TimeRange.parse(written["window"]["from"], written["window"]["to"]),
            instant_of(written["now"]),
            written["durationMinutes"],
        )
        assert read == question


def test_the_page_counts_the_vectors() -> None:
    said = f"{len(load_slot_cases())} calendars"
    assert said in PAGE
    assert "version of this document and of the vectors is `FORMAT`" in PAGE
    assert f"{FORMAT} now" in PAGE
