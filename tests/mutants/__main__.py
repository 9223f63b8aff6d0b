"""`make mutants`: mutation testing of slots and lifecycles.

mutmut makes the mutants of functions, as `[tool.mutmut]` says, and `tables` those of the lifecycles' tables. It fails
if fewer than 92 percent are killed. `python -m tests.mutants` goes on where it was stopped, and tries what has survived
once more; `--only PATTERN…` tries mutants of such names alone, `--every N` each n-th, and `--survivors` shows what no
test has noticed.
"""

import argparse
import io
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import redirect_stdout
from fnmatch import fnmatch
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Final

import pytest
from mutmut.__main__ import create_mutants
from mutmut.configuration import config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths, walk_mutatable_files
from tests.mutants.running import EachMutant, Hit, Mutant, changes, prepare

LEAST: Final = 92.0
MUTANTS: Final = Path("mutants")
_KILLED: Final = frozenset({"killed", "timeout"})
_COLUMNS: Final = ("killed", "timeout", "survived", "no tests")
_FATES: Final = MUTANTS / "fates.jsonl"
Fates = dict[tuple[str, str], str]
"""The result of each mutant, by file and name."""


def make_mutants(workers: int) -> list[tuple[str, str]]:
    """Let mutmut write the mutants of functions to `mutants/`; return their files and names."""
    os.environ["MUTANT_UNDER_TEST"] = "mutant_generation"
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    MUTANTS.mkdir(exist_ok=True)
    with redirect_stdout(io.StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        setup_source_paths()
        create_mutants(workers)
    made: list[tuple[str, str]] = []
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        made += ((str(path), name) for name in data.exit_code_by_key)
    return made


def known() -> Fates:
    """The results of earlier runs."""
    if not _FATES.exists():
        return {}
    lines = map(json.loads, _FATES.read_text(encoding="utf-8").splitlines())
    return {(file, name): fate for file, name, fate in lines}


def run_tests(made: list[tuple[str, str]], before: Fates, only: list[str], every: int, workers: int) -> None:
    """Run the tests against each matching mutant (of each n-th) that is not known to be killed, and note the result."""

    def plan(items: list[pytest.Item], hits: dict[str, Hit]) -> Iterator[Mutant]:
        soonest = sorted(items, key=lambda item: hits[item.nodeid].seconds)
        puts = changes()
        for file, name in made:
            function = name.partition("__mutmut_")[0]
            tests = [item for item in soonest if function in hits[item.nodeid].functions]
            yield Mutant(file, function, name, puts[name], tests)
        yield from tables.table_mutants(items)

    def wanted(items: list[pytest.Item], hits: dict[str, Hit]) -> Iterator[Mutant]:
        for mutant in islice(plan(items, hits), None, None, every):
            named = any(fnmatch(mutant.name, each) for each in only)
            if named and before.get((mutant.file, mutant.name)) not in _KILLED:
                yield mutant

    def note(mutant: Mutant, exit_code: int) -> None:
        fates.write(json.dumps((mutant.file, mutant.name, status_by_exit_code[exit_code])) + "\n")
        fates.flush()

    prepare()
    tables = import_module("tests.mutants.tables")  # only now is it `mutants/src` that is imported
    options = ["-q", "--rootdir=.", *config().pytest_add_cli_args]
    selection = [*config().pytest_add_cli_args_test_selection, *tables.TESTS]
    with _FATES.open("a", encoding="utf-8") as fates:
        os.chdir(MUTANTS)
        try:
            result = pytest.main([*options, *selection], plugins=[EachMutant(wanted, note, workers)])
        finally:
            os.chdir("..")
    if result != pytest.ExitCode.OK:
        raise SystemExit(int(result))


def report(fates: Fates, *, survivors: bool) -> bool:
    """Print a line per file and a total; return whether enough mutants were killed."""
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (file, _), fate in fates.items():
        counted[file][fate] += 1
    counted["all"] = sum(counted.values(), Counter())
    width = max(map(len, counted))
    print(f"{'':{width}}  mutants " + " ".join(f"{column:>8}" for column in _COLUMNS) + "  percent")
    for file, of_file in sorted(counted.items(), key=lambda each: (each[0] == "all", each[0])):
        columns = " ".join(f"{of_file[column]:8}" for column in _COLUMNS)
        print(f"{file:{width}} {of_file.total():8} {columns} {_percent(of_file):8.1f}")
    if survivors:
        for (file, name), fate in sorted(fates.items()):
            if fate not in _KILLED:
                changed = get_diff_for_mutant(name, path=file) if "__mutmut_" in name else ""
                print(f"\n{name}: {fate}\n{changed}")
    return _percent(counted["all"]) >= LEAST


def _percent(fates: Counter[str]) -> float:
    return 100 * sum(fates[fate] for fate in _KILLED) / fates.total()


def main() -> int:
    """Create mutants, run them and print the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=["*"], metavar="PATTERN")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try each n-th: the share is an estimate")
    parser.add_argument("--survivors", action="store_true")
    wanted = parser.parse_args()
    run_tests(make_mutants(wanted.workers), known(), wanted.only, wanted.every, wanted.workers)
    return 0 if report(known(), survivors=wanted.survivors) else 1


if __name__ == "__main__":
    sys.exit(main())
