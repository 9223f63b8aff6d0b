"""docs/adr/0019-our-own-http-code.md has a row for each module of both kits, and its numbers of lines are true."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SRC: Final = ROOT / "src"
DOCUMENT: Final = (ROOT / "docs" / "adr" / "0019-our-own-http-code.md").read_text(encoding="utf-8")
HTTP: Final = SRC / "entrypoints" / "http" / "kit"
KITS: Final = {"HTTP kit": HTTP, "PostgreSQL kit": SRC / "adapters" / "postgres" / "kit"}
COLUMNS: Final = 5
CONTAINER: Final = "container"
"""What came of the registry of objects is beside the kit."""

_NAME: Final = re.compile(r"`([\w./*]+)`")


def section(text: str, title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def tables(text: str, title: str) -> list[list[list[str]]]:
    """The rows of each table there, below its head, as cells."""
    found: list[list[list[str]]] = []
    within = False
    for line in section(text, title).splitlines():
        if line.startswith("|") and not within:
            found.append([])
        within = line.startswith("|")
        if within:
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return [rows[2:] for rows in found]


def modules(kit: Path) -> dict[str, int]:
    """The number of lines of each module; `__init__` has a docstring only."""
    return {
        ".".join(path.relative_to(kit).with_suffix("").parts): len(path.read_text(encoding="utf-8").splitlines())
        for path in kit.rglob("*.py")
        if path.name != "__init__.py"
    }


def lines(kit: Path) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in kit.rglob("*.py"))


def number(cell: str) -> int:
    return int(cell.replace(",", "")) if cell.replace(",", "").isdigit() else -1


def near(said: int, true: int) -> bool:
    return abs(said - true) <= max(20, 0.15 * true)


def problems(text: str) -> Iterator[str]:
    """What is wrong in the two tables of modules."""
    for title, kit in KITS.items():
        [rows] = tables(text, title)
        known = modules(kit)
        names = [cells[0].strip("`") for cells in rows]
        yield from (f"{name}: has no row" for name in known.keys() - set(names))
        yield from (f"{name}: there is no such module" for name in set(names) - known.keys())
        yield from (f"{name}: has two rows" for name in set(names) if names.count(name) > 1)
        for name, cells in zip(names, rows, strict=True):
            if len(cells) != COLUMNS or not all(cells):
                yield f"{name}: does not say what it adds, what it costs, or why it is there"
            elif name in known and not near(number(cells[1]), known[name]):
                yield f"{name}: has {known[name]} lines, not {cells[1]}"


def named(cell: str) -> list[str]:
    """The modules of the HTTP kit that a cell names, and the container."""
    found = _NAME.findall(cell)
    if found == ["openapi/*"]:
        return [name for name in modules(HTTP) if name.startswith("openapi.")]
    return found


def test_each_module_of_the_kits_is_justified() -> None:
    assert list(problems(DOCUMENT)) == []


def test_the_sizes_of_the_kits_are_true() -> None:
    for kit in KITS.values():
        said = re.search(rf"([\d,]+)(?: lines of our own)?\s+in\s+`{kit.relative_to(SRC).as_posix()}`", DOCUMENT)
        assert said is not None, kit
        assert abs(number(said[1]) - lines(kit)) <= 0.05 * lines(kit), f"{kit}: {lines(kit)} lines"


def test_what_there_was_and_what_is_new_is_all_there_is() -> None:
    [then_and_now, new] = tables(DOCUMENT, "What the restructuring began with")
    today = [(cells[2], cells[3]) for cells in then_and_now[:-1]] + [(cells[0], cells[1]) for cells in new[:-1]]
    known = modules(HTTP) | {CONTAINER: len((HTTP.parent / "container.py").read_text(encoding="utf-8").splitlines())}
    assert sorted(name for cell, _ in today for name in named(cell)) == sorted(known)
    for cell, said in today:
        assert near(number(said), sum(known[name] for name in named(cell))), cell
    sums: Mapping[str, tuple[int, int]] = {
        "then": (number(then_and_now[-1][1]), sum(number(cells[1]) for cells in then_and_now[:-1])),
        "now": (number(then_and_now[-1][3]), sum(number(cells[3]) for cells in then_and_now[:-1])),
        "new": (number(new[-1][1]), sum(number(cells[1]) for cells in new[:-1])),
    }
    assert {name: said for name, (said, _) in sums.items()} == {name: true for name, (_, true) in sums.items()}


ROW: Final = next(line for line in DOCUMENT.splitlines() if line.startswith("| `etags` | "))


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ("", "etags: has no row"),
        (f"{ROW}\n{ROW}\n", "etags: has two rows"),
        (f"{ROW}\n{ROW.replace('`etags`', '`gone`')}\n", "gone: there is no such module"),
        (re.sub(r"\| \d+ \|", "| 900 |", ROW) + "\n", "etags: has"),
        (re.sub(r"\| \d+ \|", "| some |", ROW) + "\n", "etags: has"),
        (re.sub(r"\| [^|]+ \|$", "| |", ROW) + "\n", "etags: does not say"),
    ],
)
def test_a_row_that_is_wrong_is_found(wrong: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(DOCUMENT.replace(f"{ROW}\n", wrong)))
