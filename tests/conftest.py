"""Shared fixtures, Hypothesis profiles and collection hooks.

`HYPOTHESIS_PROFILE` selects the profile: `default`, `nightly` (two hundred times as many examples) or `mutants`.
"""

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import certifi
import pytest
import structlog
from _pytest.unraisableexception import gc_collect_iterations_key
from execnet import XSpec
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.internal.conjecture import providers
from tests.citus import PROGRAMS, CitusServer
from tests.collection import Collection
from tests.databases import BINARIES, TestServer
from tests.declared_errors import watch_executor
from tests.distribution import Distribution, arranged, prepare_workers, report_less
from tests.guarded import guard
from tests.programs import share_forks
from tests.swift.server import SwiftServer, swift_python
from xdist.remote import Producer

from adapters.kit.zone_data import use_pinned_zone_data
from adapters.postgres.kit import embedded

_UNTRACED = {"acceptance", "reliability"}
_UNTRACED_FILES = {
    *("test_access", "test_benchmarks", "test_codec", "test_conformance", "test_harness", "test_hostile_input"),
    *("test_in_a_browser", "test_languages", "test_lock_outs", "test_properties_catch_bugs", "test_refused_members"),
    *("test_search_queries", "test_slots_at_every_change_of_clocks", "test_slots_properties", "test_versions"),
}
_BETWEEN_COLLECTIONS = 20_000
"""Allocations between two garbage collections; the default, 700, makes the suite three percent slower."""
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
_FAILURES = Path(__file__).parent.parent / ".hypothesis" / "examples"

structlog.configure(  # the default, but for the tracebacks of rich, which take 20 ms
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
guard()
use_pinned_zone_data()  # as the programs of the product do

settings.register_profile(
    "default",  # the same examples each time: `make test` does not pass or fail by luck
    deadline=None,
    max_examples=10,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # it depends on what else the machine does
)
settings.register_profile(
    "nightly",  # other examples each time, and failures are kept for the next run
    settings.get_profile("default"),
    max_examples=2_000,
    derandomize=False,
    database=DirectoryBasedExampleDatabase(_FAILURES),
)
settings.register_profile(
    "mutants",  # `make mutants` runs the tests once per mutant: few examples, always the same ones
    settings.get_profile("default"),
    max_examples=4,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(_PROFILE)
if _PROFILE != "nightly":
    # Hypothesis would also draw the constants of all imported modules: each import would change the examples of all
    # tests, and in a fresh checkout each worker would parse all source text to find them.
    providers._get_local_constants = lambda: providers._local_constants


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--feature", default="", help="run the tests with this word in their path, name or parameters")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Collection(config))
    config.stash[gc_collect_iterations_key] = 1  # at the end; each takes a second or two, and PyPy needs five
    if config.getoption("dist", "no") != "no":
        share_forks()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Distribution | None:
    return Distribution(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: list[XSpec]) -> None:
    prepare_workers(config, specs)


def pytest_sessionstart(session: pytest.Session) -> None:
    report_less(session.config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the units, and do not trace those that repeat what others run: it doubles their time in vain."""
    items[:] = arranged(items)
    for item in items:
        stem = item.path.stem
        if _UNTRACED & set(item.path.parts) or stem in _UNTRACED_FILES or stem.endswith("_races"):
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Exclude the objects of collection, which live to the end of the session, from garbage collections."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(_BETWEEN_COLLECTIONS)
        gc.enable()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Honour `no_cover` under xdist, where pytest-cov 7 starts two collectors and pauses only one."""
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(trace)


@pytest.fixture(autouse=True, scope="session")
def _use_cases_declare_their_errors() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        watch_executor(monkeypatch)
        yield


@pytest.fixture(autouse=True, scope="session")
def _clients_load_one_certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Of certifi's 140 certificates, which take each HTTP client 17 ms: no test sends a request to another machine."""
    first, end, _ = certifi.contents().partition("-----END CERTIFICATE-----\n")
    authority = tmp_path_factory.mktemp("certificates") / "authority.pem"
    authority.write_text(first + end, encoding="utf-8")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("certifi.where", lambda: str(authority))
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The folder in which the workers of a test run share a migrated PostgreSQL, the product's (`copy_migrated`)."""
    shares = "PYTEST_XDIST_WORKER" in os.environ and BINARIES == embedded.BINARIES and not PROGRAMS
    return tmp_path_factory.getbasetemp().parent / "postgres" if shares else None


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, migrated: Path | None) -> Iterator[TestServer]:
    folder = tmp_path_factory.mktemp("postgres")
    server = CitusServer(folder) if PROGRAMS else TestServer(folder, migrated)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwiftServer]:
    if swift_python() is None:
        pytest.skip("OpenStack Swift is not installed: make .venv/.swift")
    with SwiftServer(tmp_path_factory.mktemp("swift")) as server:
        yield server
