"""docs/glossary.md defines each term once and names code that exists."""

import ast
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parents[2]
GLOSSARY: Final = ROOT / "docs" / "glossary.md"

_CODE: Final = re.compile(r"`([^`]+)`")
_NAME: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")
_ROUTE: Final = re.compile(r"(?:[A-Z]+ )?(/[\w/-]+)")
_NAMED_IN: Final[dict[type[ast.AST], str]] = {
    ast.ClassDef: "name",
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.arg: "arg",
    ast.Attribute: "attr",
    ast.keyword: "arg",
}
"""Where nodes have the names that they define or use; `**` is a keyword without one."""


class Row(NamedTuple):
    terms: tuple[str, ...]
    meaning: str


class Vocabulary(NamedTuple):
    names: frozenset[str]
    """Classes, functions, parameters, variables and attributes."""
    in_json: frozenset[str]
    """The names in camel case."""
    members: dict[str, set[str]]
    """Of each class."""
    texts: frozenset[str]
    """Strings: values of enumerations, headers, paths."""


def rows() -> list[Row]:
    cells = [
        line.strip("| \n").split(" | ", maxsplit=1)
        for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith("| term |")
    ]
    return [Row(tuple(term.split(", ")), meaning) for term, meaning in cells]


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def defined(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id if isinstance(node.ctx, ast.Store) else None
    named: str | None = getattr(node, _NAMED_IN.get(type(node), ""), None)
    return named


@cache
def vocabulary() -> Vocabulary:
    names, members, texts = set[str](), defaultdict[str, set[str]](set), set[str]()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if name := defined(node):
                names.add(name)
            if isinstance(node, ast.ClassDef):
                members[node.name].update(name for child in ast.walk(node) if (name := defined(child)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    return Vocabulary(frozenset(names), frozenset(map(camel_case, names)), members, frozenset(texts))


def exists(code: str) -> bool:
    """Whether the code, or a route, a path or a text of it, has this name."""
    known = vocabulary()
    if code.startswith(("src/", "tests/", "docs/")):
        return (ROOT / code).exists()
    if route := _ROUTE.fullmatch(code):
        last = route[1].rpartition("/")[2]
        return any(f"{text}/".endswith(f"/{last}/") or text.startswith(f"{route[1]}/") for text in known.texts)
    if code in known.texts:
        return True
    if not _NAME.fullmatch(code):
        return False
    owner, _, member = code.partition(".")
    if member:
        return member in known.members[owner] if owner in known.members else {owner, member} <= known.names
    return code in known.names or code in known.in_json


def words(text: str) -> str:
    """The words of a text in lower case; a name in code is the words that it consists of."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.sub(r"[^a-z0-9]+", " ", apart.lower())


def test_each_term_has_one_row() -> None:
    counted = Counter(words(term) for row in rows() for term in row.terms)
    assert [term for term, number in counted.items() if number > 1] == []
    assert counted


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.terms[0])
def test_the_code_that_a_row_names_exists(row: Row) -> None:
    named = _CODE.findall(row.meaning)
    assert named, "the row names no code"
    assert [code for code in named if not exists(code)] == []


def test_each_term_is_used_elsewhere_under_the_same_name() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), *(path for path in (ROOT / "docs").rglob("*.md") if path != GLOSSARY)]
    used = " ".join(words(path.read_text(encoding="utf-8")) for path in sources)
    assert [term for row in rows() for term in row.terms if words(term).strip() not in used] == []
