"""Check this library or a server against the conformance vectors. Exits with 0 if all pass and 1 otherwise."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from booking_domain.scheduling import explain, offered_slots
from booking_domain.testing.conformance.cases import SlotCase, load_slot_cases
from booking_domain.testing.conformance.remote import Server, Unexpected
from booking_domain.testing.conformance.services import ServicesCase, check_services, load_services_cases
from booking_domain.testing.conformance.slot_checks import (
    Case,
    Failure,
    check_explanations,
    check_reasons,
    check_responses,
    check_slots,
)

if TYPE_CHECKING:
    from booking_domain.testing.conformance.histories import History

PLATFORM: Final = find_spec("booking_domain.testing.conformance.histories") is not None
"""Whether the distribution `booking-domain-platform` is installed: it has the histories, and what books on a server."""
_NO_PLATFORM: Final = "booking-domain-platform is not installed"


@dataclass(slots=True)
class Report:
    """The results of a run."""

    slot_cases: int = 0
    services: int = 0
    histories: int = 0
    failures: list[Failure] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    """Skipped histories with the reason."""

    def lines(self) -> Iterable[str]:
        """Return the report as text."""
        yield from (str(failure) for failure in self.failures)
        yield from (f"SKIPPED {id_}: {reason}" for id_, reason in self.skipped.items())
        outcome = f"{len({each.id for each in self.failures})} failed" if self.failures else "all passed"
        skipped = f" ({len(self.skipped)} skipped)" if self.skipped else ""
        histories = f"{self.histories} histories" if PLATFORM else f"no histories ({_NO_PLATFORM})"
        counted = f"{self.slot_cases} slot cases, {self.services} of services, {histories}"
        yield f"{counted}: {outcome}{skipped}"

    def json(self) -> str:
        """Return the report as JSON."""
        return json.dumps(
            {
                "slotCases": self.slot_cases,
                "services": self.services,
                "histories": self.histories,
                "failures": [
                    {"id": each.id, "title": each.title, "source": each.source, "problems": each.problems}
                    for each in self.failures
                ],
                "skipped": [{"id": id_, "reason": reason} for id_, reason in self.skipped.items()],
            },
            ensure_ascii=False,
            indent=1,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    asked = _parser().parse_args(arguments)
    cases = [case for case in load_slot_cases() if _chosen(case.id, asked.only)]
    services = [case for case in load_services_cases() if _chosen(case.id, asked.only)]
    histories = [history for history in _histories() if _chosen(history.id, asked.only)]
    if not cases and not services and not histories:
        sys.stderr.write(f"no vector is called {' or '.join(asked.only)}; --list names all\n")
        return 2
    if asked.list:
        everything: tuple[Case, ...] = (*cases, *services, *histories)
        sys.stdout.writelines(f"{each.id}\t{each.title}\n" for each in everything)
        return 0
    try:
        report = _here(cases, services, histories) if asked.url is None else _there(asked, cases, services, histories)
    except Unexpected as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in ([report.json()] if asked.json else report.lines()))
    return 1 if report.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m booking_domain.testing.conformance", description=__doc__)
    parser.add_argument("--only", metavar="ID", action="append", default=[], help="this vector; may have a * in it")
    parser.add_argument("--list", action="store_true", help="name the vectors and do nothing")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    parser.add_argument("--url", help="check the server at this address, e.g. http://127.0.0.1:8000")
    parser.add_argument("--no-explain", action="store_true", help="ask for slots only, not for reasons")
    parser.add_argument(
        "--admin-email",
        metavar="EMAIL",
        help="an admin of that server: services are booked and histories are played there",
    )
    parser.add_argument("--admin-password", metavar="PASSWORD", help="the admin's password")
    parser.add_argument(
        "--manager-email",
        metavar="EMAIL",
        help="a manager of that server with a verified contact: services of a salon of theirs are booked there "
        "(a test deployment adds one)",
    )
    parser.add_argument("--manager-password", metavar="PASSWORD", help="the manager's password")
    parser.add_argument("--qpay", metavar="URL", help="the simulator of QPay that the server calls")
    parser.add_argument("--stripe", metavar="URL", help="the simulator of Stripe that the server calls")
    return parser


def _chosen(id_: str, only: Sequence[str]) -> bool:
    return not only or any(fnmatchcase(id_, pattern) for pattern in only)


def _histories() -> "tuple[History, ...]":
    if not PLATFORM:
        return ()
    from booking_domain.testing.conformance.histories import load_histories  # noqa: PLC0415

    return load_histories()


def _here(cases: Sequence[SlotCase], services: Sequence[ServicesCase], histories: "Sequence[History]") -> Report:
    failures = [
        *check_slots(offered_slots, cases),
        *check_explanations(explain, cases),
        *check_services(services),
    ]
    if histories:
        from booking_domain.testing.conformance.playing import check_histories  # noqa: PLC0415

        failures += check_histories(histories)
    return Report(slot_cases=len(cases), services=len(services), histories=len(histories), failures=failures)


def _there(
    asked: argparse.Namespace,
    cases: Sequence[SlotCase],
    services: Sequence[ServicesCase],
    histories: "Sequence[History]",
) -> Report:
    server = Server(asked.url)
    server.ask("GET", "/health/live")  # any response shows that the server is reachable
    failures = check_responses(server.slots, cases)
    if not asked.no_explain:
        failures += check_reasons(server.reasons, cases)
    report = Report(slot_cases=len(cases), failures=failures)
    given = asked.admin_email is not None and asked.admin_password is not None
    if not (given and PLATFORM):
        reason = "--admin-email and --admin-password are not given" if PLATFORM else _NO_PLATFORM
        unplayed: tuple[Case, ...] = (*services, *histories)
        report.skipped = {each.id: reason for each in unplayed}
        return report
    _book_there(server, asked, services, histories, report)
    return report


def _book_there(
    server: Server,
    asked: argparse.Namespace,
    services: Sequence[ServicesCase],
    histories: "Sequence[History]",
    report: Report,
) -> None:
    from booking_domain.testing.conformance.remote_gateways import Gateways  # noqa: PLC0415
    from booking_domain.testing.conformance.remote_histories import play_on_server  # noqa: PLC0415
    from booking_domain.testing.conformance.remote_services import check_services_on_server  # noqa: PLC0415

    admin = {"email": asked.admin_email, "password": asked.admin_password}
    given = asked.manager_email is not None and asked.manager_password is not None
    manager = (asked.manager_email, asked.manager_password) if given else server.new_manager()
    bookable = [case for case in services if manager is not None or not case.of_salon]
    report.services = len(bookable)
    report.failures += check_services_on_server(server, bookable, **admin, manager=manager)
    gateways = Gateways(server, qpay=asked.qpay, stripe=asked.stripe)
    played = play_on_server(server, histories, **admin, gateways=gateways)
    report.histories = len(histories) - len(played.skipped)
    report.failures += played.failures
    unmanaged = "--manager-email and --manager-password are not given, nor is it a test deployment (BOOKING_TEST_CLOCK)"
    report.skipped = {each.id: unmanaged for each in services if each not in bookable} | played.skipped


if __name__ == "__main__":
    sys.exit(main())
