"""How pytest-xdist spreads the tests over its workers (`make test`, `--dist loadfile`).

A file is the unit of work, so that its module fixtures are created once. Beyond that:

- all files that use the shared product of `tests/acceptance` are one unit, so the product starts once;
- long units start first, so that no worker ends long after the others; those that mostly wait for processes
  (`WAITING`) alternate with those that compute, so that the processors are busy all the time;
- the workers are forks of a process that has imported the tests (`tests/worker_server.py`), which takes longer than
  collecting them.
"""

import compileall
import os
import re
import sys
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.assertion import rewrite
from execnet import XSpec
from tests.databases import create_migrated
from tests.programs import prepare_forks, start_server
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

ROOT: Final = Path(__file__).parents[1]
_SHARING: Final = "tests/acceptance/conftest.py"
"""The unit of all files that use the shared product."""
LONG: Final = (
    _SHARING,
    "tests/reliability/test_schema.py",
    "tests/unit/entrypoints/web/test_in_a_browser.py",
    "tests/acceptance",
    "tests/reliability",
    "tests/unit/entrypoints/http/test_access.py",
    "tests/contract/test_storage.py",
    "tests/unit/testing",
    "tests/unit/adapters/calendars/test_sandbox.py",
    "tests/contract",
    "tests/unit/scheduling",
    "tests/unit/adapters",
    "tests/unit/simulators",
    "tests/unit/entrypoints",
)
"""Path prefixes of the longest tests, longest first; the first match counts."""
WAITING: Final = ("tests/acceptance", "tests/reliability")
_WAITING_UNTIL: Final = 0.75
"""The place among all units, from 0 to 1, before which the last unit that waits starts: it may be a long one."""
_SHARED: Final = re.compile(r"\bproduct: Product\b|\bimpatient: Api\b")


class Distribution(LoadFileScheduling):  # type: ignore[misc]  # xdist is untyped
    """`loadfile`, with all files that share the acceptance product as one unit.

    After each test, xdist counts all that the worker was ever given, and it searches the list of all tests for each.
    """

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        nodeid = self.registered_collections[node][item_index]
        units, unit = self.assigned_work[node], unit_of(nodeid)
        del units[unit][nodeid]
        if not units[unit]:
            del units[unit]
        self._reschedule(node)

    def _assign_work_unit(self, node: WorkerController) -> None:
        unit, tests = self.workqueue.popitem(last=False)
        self.assigned_work[node][unit] = tests
        node.send_runtest_some([self._places[nodeid] for nodeid in tests])

    @cached_property
    def _places(self) -> dict[str, int]:
        return {nodeid: place for place, nodeid in enumerate(self.collection)}


def unit_of(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    return _SHARING if shares_the_product(path) else path


@cache
def shares_the_product(path: str) -> bool:
    """Whether the tests of a file take the session fixtures `product` or `impatient` of `tests/acceptance`."""
    if not path.startswith("tests/acceptance/"):
        return False
    return _SHARED.search((ROOT / path).read_text(encoding="utf-8")) is not None


def arranged(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests in the order in which workers take their units."""
    units = dict[str, list[pytest.Item]]()
    for item in items:
        units.setdefault(unit_of(item.nodeid), []).append(item)
    by_length = sorted(units, key=_length)
    waiting = [unit for unit in by_length if unit.startswith(WAITING)]
    computing = [unit for unit in by_length if not unit.startswith(WAITING)]
    places = {unit: place * _WAITING_UNTIL / len(waiting) for place, unit in enumerate(waiting)}
    places |= {unit: place / len(computing) for place, unit in enumerate(computing)}
    return [item for unit in sorted(units, key=places.__getitem__) for item in units[unit]]


def _length(unit: str) -> int:
    return next((place for place, prefix in enumerate(LONG) if unit.startswith(prefix)), len(LONG))


def prepare_workers(config: pytest.Config, specs: Sequence[XSpec]) -> None:
    """Let xdist start forks of one process that has imported the tests, unless that is what coverage counts."""
    _compile(config)
    if config.getoption("cov_source", None):
        return
    arguments = [str(each) for each in config.invocation_params.args]
    address = start_server("worker_server.py", *arguments, environ=os.environ)
    for spec in specs:
        spec.python = f"{sys.executable} -S {ROOT / 'tests' / 'worker_client.py'} {address}"
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:  # all tests, so some need what takes long to make
        _prepare_what_is_shared(config)


def _prepare_what_is_shared(config: pytest.Config) -> None:
    """Use the other processors while one imports the tests."""
    prepare_forks()
    child = os.fork()
    if child == 0:
        try:
            create_migrated(config._tmp_path_factory.getbasetemp() / "postgres")  # type: ignore[attr-defined]
        finally:  # if it has failed, the first test that needs it says why
            os._exit(0)
    config.add_cleanup(lambda: _wait_for([child]))


def report_less(config: pytest.Config) -> None:
    """Let a worker keep to itself what the terminal does not show: each event takes both processes a tenth of a ms."""
    if not hasattr(config, "workerinput") or config.option.durations is not None or config.option.xmlpath:
        return
    [worker] = (each for each in config.pluginmanager.get_plugins() if type(each).__name__ == "WorkerInteractor")
    send = worker.sendevent

    def send_what_is_shown(name: str, **event: Any) -> None:
        report = event.get("data", {}) if name == "testreport" else {}
        expected = report.get("outcome") == "passed" and report["when"] != "call"
        if name != "logstart" and not expected:
            send(name, **event)

    worker.sendevent = send_what_is_shown


def _compile(config: pytest.Config) -> None:
    """Compile on all processors what is imported on one of them, or by every worker."""
    processors, children = os.cpu_count() or 1, []
    for number in range(processors):
        child = os.fork()
        if child == 0:
            try:
                _compile_share(config, number, processors)
            finally:
                os._exit(0)
        children.append(child)
    _wait_for(children)


def _wait_for(children: Sequence[int]) -> None:
    for child in children:
        os.waitpid(child, 0)


def _compile_share(config: pytest.Config, number: int, shares: int) -> None:
    """Write the bytecode of a share of the product's modules and, assertions rewritten, of the test modules."""
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return
    for module in sorted((ROOT / "src").rglob("*.py"))[number::shares]:
        compileall.compile_file(module, quiet=1)
    state = config.stash[rewrite.assertstate_key]
    for module in sorted((ROOT / "tests").rglob("test_*.py"))[number::shares]:
        folder = rewrite.get_cache_dir(module)
        compiled = folder / (module.stem + rewrite.PYC_TAIL)
        if rewrite._read_pyc(module, compiled, state.trace) is None and rewrite.try_makedirs(folder):
            source_hash, code = rewrite._rewrite_test(module, config)
            rewrite._write_pyc(state, code, source_hash, compiled)
