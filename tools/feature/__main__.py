"""Begin a feature: `make feature NAME=guest_books` writes its files, and its line in each tuple and document.

Each template below `files` is a file of the repository, at its place. One below `below` has a line of a document, and
what is added below that line. What they begin works; `tests/unit/features/test_next_steps.py` says what comes next.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Final

_HERE: Final = Path(__file__).parent
_SUFFIX: Final = ".template"
_NAME: Final = re.compile(r"[a-z]+(_[a-z]+)*s")
_REPEATED: Final[Mapping[str, str]] = {
    "src/adapters/postgres/contexts.py": r"\breviews\b",
    "src/booking_domain/testing/contexts.py": r"\breviews\b|\bReview(Repositories|ReadGroup)\b",
    "src/booking_domain/use_cases/platform/ports.py": r"\breviews\b(?!\.CONTEXT)",  # it has no events yet
    "src/entrypoints/http/app.py": r"\breviews\b",
}
"""In which files the lines of reviews are repeated for the feature, and which lines."""


def words(many: str, newest: str) -> Mapping[str, str]:
    """Return what the placeholders of the templates stand for.

    Raises:
        ValueError: it is no plural in snake_case.
    """
    if _NAME.fullmatch(many) is None:
        raise ValueError(f"NAME={many}: name the feature by a plural in snake_case, for example NAME=guest_books")
    one = many.removesuffix("ies") + "y" if many.endswith("ies") else many.removesuffix("s")
    camel = {name: name.title().replace("_", "") for name in (one, many)}
    return {
        "one": one,
        "many": many,
        "One": camel[one],
        "Many": camel[many],
        "ONE": one.upper(),
        "MANY": many.upper(),
        "many_json": camel[many][0].lower() + camel[many][1:],
        "code": one.replace("_", ""),
        "path": many.replace("_", "-"),
        "thing": one.replace("_", " "),
        "things": many.replace("_", " "),
        "Things": many.replace("_", " ").capitalize(),
        "newest": newest,
        "revision": f"{int(newest) + 1:04}",
    }


def begin(root: Path, many: str) -> list[Path]:
    """Write a feature into a checkout, and return the files that are new or changed.

    Raises:
        ValueError: the name does not suit, or is in use.
        LookupError: a document has no longer the line that a template names.
    """
    newest = max(file.name.partition("_")[0] for file in (root / "migrations" / "versions").glob("[0-9]*.py"))
    named = words(many, newest)
    texts = {root / name: text for name, text in _filled(_HERE / "files", named)}
    if taken := [str(file.relative_to(root)) for file in texts if file.exists()]:
        raise ValueError(f"NAME={many}: there is {taken[0]} already")
    for name, text in _filled(_HERE / "below", named):
        line, _, added = text.partition("\n")
        texts[root / name] = _with_below(root / name, line, added)
    for name, lines in _REPEATED.items():
        texts[root / name] = _with_repeated((root / name).read_text(encoding="utf-8"), re.compile(lines), named)
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    python = [str(file) for file in texts if file.suffix == ".py"]
    for command in (("check", "--quiet", "--select=I", "--fix"), ("format", "--quiet")):
        subprocess.run([sys.executable, "-m", "ruff", *command, *python], cwd=root, check=True)  # noqa: S603
    return list(texts)


def _filled(folder: Path, named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for template in sorted(folder.rglob(f"*{_SUFFIX}")):
        name = template.relative_to(folder).as_posix().removesuffix(_SUFFIX)
        yield Template(name).substitute(named), Template(template.read_text(encoding="utf-8")).substitute(named)


def _with_below(document: Path, start: str, added: str) -> str:
    lines = document.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next((place for place, line in enumerate(lines, 1) if line.startswith(start)), None)
    if place is None:
        raise LookupError(f"{document} has no line that begins with {start!r}: mend the template below {_HERE}")
    return "".join((*lines[:place], added, *lines[place:]))


def _with_repeated(text: str, lines: re.Pattern[str], named: Mapping[str, str]) -> str:
    def repeated(line: str) -> str:
        return line.replace("reviews", named["many"]).replace("Review", named["One"])

    return "".join(line + (repeated(line) if lines.search(line) else "") for line in text.splitlines(keepends=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0, or 1 if the name does not suit."""
    parser = argparse.ArgumentParser(prog="make feature NAME=guest_books", description="Begin a feature.")
    parser.add_argument("name")
    parser.add_argument("root", nargs="?", type=Path, default=_HERE.parents[1])
    chosen = parser.parse_args(arguments)
    try:
        files = begin(chosen.root.resolve(), chosen.name)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(*(file.relative_to(chosen.root.resolve()) for file in files), sep="\n")
    print(f"\nNow `make docs catalogues`, then `make test FEATURE={chosen.name}`: what fails says the next step.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
