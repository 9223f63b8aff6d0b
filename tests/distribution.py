"""How pytest-xdist spreads the tests over its workers (`make test`, `--dist loadfile`).

A file is the unit of work, so that its module fixtures are created once. Beyond that:

- all files that use the shared product of `tests/acceptance` are one unit, so the product starts once;
- long units start first, so that no worker ends long after the others;
- in a fresh checkout each worker compiles its share of the test modules before every worker imports all of them.
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from _pytest.assertion import rewrite
from xdist.scheduler import LoadFileScheduling

ROOT: Final = Path(__file__).parents[1]
LONG: Final = (
    "tests/acceptance/test_running.py",
    "tests/acceptance",
    "tests/reliability/test_schema.py",
    "tests/reliability",
    "tests/contract",
    "tests/unit/scheduling",
    "tests/unit/adapters",
    "tests/unit/simulators",
    "tests/unit/entrypoints",
)
"""Path prefixes of the longest tests, longest first; the first match counts."""
_SHARED: Final = re.compile(r"\bproduct: Product\b|\bimpatient: Api\b")


class Distribution(LoadFileScheduling):  # type: ignore[misc]  # xdist is untyped
    """`loadfile`, with all files that share the acceptance product as one unit."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "tests/acceptance" if shares_the_product(path) else path


@cache
def shares_the_product(path: str) -> bool:
    """Whether the tests of a file take the session fixtures `product` or `impatient` of `tests/acceptance`."""
    if not path.startswith("tests/acceptance/"):
        return False
    return _SHARED.search((ROOT / path).read_text(encoding="utf-8")) is not None


def rank(item: pytest.Item) -> int:
    """The place of a test in the order of the units."""
    path = item.nodeid.partition("::")[0]
    if shares_the_product(path):
        path = "tests/acceptance"
    return next((place for place, prefix in enumerate(LONG) if path.startswith(prefix)), len(LONG))


def compile_share(config: pytest.Config) -> None:
    """Write the assertion-rewritten bytecode of this worker's share of the test modules, where there is none yet.

    Otherwise every worker would rewrite every module, which takes ten seconds of processor time each.
    """
    worker, workers = os.environ.get("PYTEST_XDIST_WORKER", ""), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1 or os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return
    state = config.stash[rewrite.assertstate_key]
    for module in sorted((ROOT / "tests").rglob("test_*.py"))[int(worker.removeprefix("gw")) :: workers]:
        folder = rewrite.get_cache_dir(module)
        compiled = folder / (module.stem + rewrite.PYC_TAIL)
        if rewrite._read_pyc(module, compiled, state.trace) is None and rewrite.try_makedirs(folder):
            source_hash, code = rewrite._rewrite_test(module, config)
            rewrite._write_pyc(state, code, source_hash, compiled)
