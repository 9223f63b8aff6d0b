"""How hard Hypothesis tries: `default` for everybody, `nightly` (HYPOTHESIS_PROFILE=nightly) forty times as hard, or as
hard as `examples` is told to."""

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from tests.databases import TestServer

_UNTRACED = {"acceptance", "reliability"}
_IN_CI = bool(os.environ.get("CI"))
_FAILURES = Path(__file__).parent.parent / ".hypothesis" / "examples"

settings.register_profile(
    "default",
    deadline=None,
    max_examples=50,
    derandomize=_IN_CI,
    database=None if _IN_CI else DirectoryBasedExampleDatabase(_FAILURES),
    print_blob=True,
)
settings.register_profile(
    "nightly",
    settings.get_profile("default"),
    max_examples=2_000,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "mutants",  # `make mutants` runs the tests once for every mutant: a few examples, always the same ones
    settings.get_profile("default"),
    max_examples=4,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Trace nothing of what drives other processes or walks what others cover: it takes twice as long then."""
    for item in items:
        if _UNTRACED & set(item.path.parts):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """Let the garbage collector look no more at what was made until now, which lives to the end of all tests."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Let `no_cover` mean it under xdist too, where pytest-cov 7 has started two collectors and pauses only one."""
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(trace)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    server = TestServer(tmp_path_factory.mktemp("postgres"))
    try:
        yield server
    finally:
        server.stop()
