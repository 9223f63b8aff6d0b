"""The test kit works as documented and has a contract for every port."""

import ast
import inspect
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from tests.gates import PATIENCE_SECONDS
from tests.unit.effort import at_night, examples

import booking_domain
from booking_domain.scheduling import Slot
from booking_domain.testing import properties
from booking_domain.testing.contracts import CONTRACTS
from booking_domain.testing.core.contracts import CONTRACTS as OF_THE_CORE
from booking_domain.testing.kit.tables import Part, State
from booking_domain.testing.machines import BookableCalendar, CalendarMachine
from booking_domain.testing.memory import ManualClock, MemoryReads, MemoryRepositories
from booking_domain.testing.strategies import calendars, claims, clocks, instants, transitions, zones, zones_and_dates
from booking_domain.testing.use_case_calendar import UseCaseCalendar

CHECKOUT: Final = Path(__file__).parents[3]
LIBRARY: Final = Path(booking_domain.__file__).parent
PAGE: Final = (CHECKOUT / "docs" / "library" / "testing-your-own-rules.md").read_text(encoding="utf-8")
FACADES: Final = ("Tx", "Repositories", "ReadGroup")
"""How the names of protocols end that only group ports."""
NO_PORTS: Final = {"Answer", "BookingOrder", "Dataclass", "IdentityReads", "Reads", "WritePayload", "_Invoiced"}
"""Other protocols that are not ports."""
NO_CONTRACT: Final = {
    "BounceReports",
    "CalendarFiles",
    "Chats",
    "CodeMessenger",
    "Documents",
    "FeedReader",
    "Flags",
    "GatewayEvents",
    "GatewayNotifications",
    "ImageEncoder",
    "KnownPasswords",
    "LinkCodes",
    "Notifier",
    "MalwareScanner",
    "OpenIdProviders",
    "PublicHolidays",
    "SecurityLog",
    "SmsCallbacks",
    "TelegramAssertions",
    "Translator",
    "WebhookSender",
}
"""Ports with a single adapter, which has its own tests."""


OUTSIDE: Final = """
from contextlib import asynccontextmanager

import pytest

from booking_domain.testing.identity.contracts.passwords import PasswordHasherContract
from booking_domain.testing.memory import MemoryDatabase, MemoryPasswordHasher
from booking_domain.testing.shared.contracts.units_of_work import UnitOfWorkContract


class TestUnitOfWork(UnitOfWorkContract):
    @pytest.fixture
    def open_backend(self):
        @asynccontextmanager
        async def opened():
            yield MemoryDatabase()

        return opened


class TestPasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def password_hasher(self):
        return MemoryPasswordHasher()
"""
"""Contract tests in a project without any pytest configuration."""


FEW_EXAMPLES: Final = """
from hypothesis import settings

settings.register_profile("few", max_examples=3, derandomize=True, deadline=None)
settings.load_profile("few")
"""


def _run_elsewhere(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_mine.py").write_text(program, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py"],
        cwd=folder,
        # CI: Hypothesis fails no example for being slow, as it does by default on other machines.
        env={"CI": "true", "PYTHONPATH": str(LIBRARY.parent), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    block = PAGE.split("```python\n")[1].split("```")[0]
    assert len([line for line in block.splitlines() if line.strip()]) <= 10
    (tmp_path / "conftest.py").write_text(FEW_EXAMPLES, encoding="utf-8")
    done = _run_elsewhere(tmp_path, block)
    assert done.returncode == 0, done.stdout
    assert f"{len(properties.PROPERTIES)} passed" in done.stdout


@pytest.mark.parametrize("number", [at_night(2), 3])
def test_the_examples_of_partial_rules_run(tmp_path: Path, number: int) -> None:
    (tmp_path / "conftest.py").write_text(FEW_EXAMPLES, encoding="utf-8")
    done = _run_elsewhere(tmp_path, PAGE.split("```python\n")[number].split("```")[0])
    assert done.returncode == 0, done.stdout


def test_contracts_run_without_pytest_configuration(tmp_path: Path) -> None:
    done = _run_elsewhere(tmp_path, OUTSIDE)
    assert done.returncode == 0, done.stdout
    assert "12 passed" in done.stdout


def test_each_property_is_documented() -> None:
    for each in properties.PROPERTIES:
        assert f"| `{each.__name__}` |" in PAGE
        assert inspect.getdoc(each)


def test_every_port_has_a_contract() -> None:
    ports = {
        node.name
        for path in LIBRARY.rglob("*.py")
        if "testing" not in path.relative_to(LIBRARY).parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and _is_a_protocol(node) and not node.name.endswith(FACADES)
    }
    assert ports - NO_PORTS - NO_CONTRACT == {port.__name__ for port in CONTRACTS | OF_THE_CORE}


def test_the_adapters_in_memory_define_each_method_of_their_ports() -> None:
    """A method that is missing would be inherited from the protocol, where it does nothing."""
    missing = {
        f"{type(port).__name__}.{name}"
        for group in (MemoryRepositories(State), MemoryReads(State))
        for port in (
            getattr(group, part) for part in dir(group) if isinstance(inspect.getattr_static(group, part), Part)
        )
        for name in dir(type(port))
        if not name.startswith("_") and _inherits_from_a_protocol(type(port), name)
    }
    assert missing == set()


def _inherits_from_a_protocol(port: type, name: str) -> bool:
    owner = next(each for each in port.__mro__ if name in vars(each))
    return bool(getattr(owner, "_is_protocol", False))


def _is_a_protocol(node: ast.ClassDef) -> bool:
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in bases)


def test_modules_without_tests_do_not_import_pytest() -> None:
    program = (
        "import sys; sys.modules['pytest'] = sys.modules['hypothesis'] = None\n"
        "import booking_domain.testing.memory, booking_domain.testing.builders, booking_domain.testing.studio\n"
        "import booking_domain.testing.properties, booking_domain.testing.question, booking_domain.testing.invariants"
    )
    subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(LIBRARY.parent)},
        check=True,
        timeout=PATIENCE_SECONDS,
    )


@examples(100)
@given(zones())
def test_transitions_are_where_the_offset_changes(zone: str) -> None:
    found = transitions(zone, 2000, 2030)
    assert all(one.at < other.at and one.after == other.before for one, other in pairwise(found))
    assert all(each.before != each.after for each in found)


@examples(100)
@given(st.data())
def test_the_strategies_respect_their_arguments(data: st.DataObject) -> None:
    now = data.draw(instants())
    disjoint = [claim for claim in data.draw(claims(now.date(), now, disjoint=True)) if claim.live(now)]
    ranges = sorted(claim.blocked for claim in disjoint)
    assert all(one.end <= other.start for one, other in pairwise(ranges))
    clock = data.draw(clocks(now))
    assert isinstance(clock, ManualClock)
    times = [clock.now() for _ in range(12)]
    assert times[0] == now
    assert times == sorted(times)
    bare = data.draw(calendars(salons=False, blocks=False, busy=False, exceptions=False, buffers=False))
    assert (bare.salon, bare.blocks, bare.busy, bare.exceptions) == (None, (), (), ())
    name, day = data.draw(zones_and_dates("Europe/Berlin", first_year=2026, last_year=2026))
    assert (name, day.month) in {("Europe/Berlin", 3), ("Europe/Berlin", 10)}


def test_the_machine_detects_a_calendar_that_lists_taken_slots() -> None:
    class Forgetful(UseCaseCalendar):
        def slots(self) -> list[Slot]:
            self._before = getattr(self, "_before", None) or list(super().slots())
            return self._before

    class OnForgetful(CalendarMachine):
        def open_calendar(self) -> BookableCalendar:
            return Forgetful()

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            OnForgetful, settings=settings(max_examples=50, phases=[Phase.generate], report_multiple_bugs=False)
        )
