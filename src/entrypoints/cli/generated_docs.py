"""Write the generated documents from the code, or check that they are up to date.

The check also builds the OpenAPI document, which fails if a member or a parameter is not described.

python -m entrypoints.cli.generated_docs [--check]
"""

import argparse
import ast
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Final

from litestar.routes import HTTPRoute

from booking_domain.shared.actor import Role
from booking_domain.shared.permissions import PERMISSIONS
from booking_domain.use_cases.platform.ports import CONTEXTS
from entrypoints.cli import documented_tables
from entrypoints.cli.documented_messages import readers, texts
from entrypoints.cli.documented_retention import retention
from entrypoints.cli.documented_settings import checklist, example
from entrypoints.http.app import API, PREFIX, create_app
from entrypoints.http.container import HttpContainer
from entrypoints.http.kit.openapi.document import document_of
from entrypoints.http.kit.request_guard import serves_ended_sessions
from entrypoints.settings.main import Settings

ROOT: Final = Path(__file__).parents[3]
SRC: Final = ROOT / "src"
Part = Callable[[], str]


def _lifecycles() -> str:
    """A section for each lifecycle: its heading, its note and its diagram."""
    return "\n\n".join(
        f"### {each.thing.capitalize()}\n\n{cleandoc(each.about)}\n\n```mermaid\n{each.mermaid()}\n```"
        for context in CONTEXTS
        for each in context.lifecycles
    )


def _permissions() -> str:
    """A row for each action, and a column for each role with its relation."""
    lines = ["| action | " + " | ".join(Role) + " |", "|---" * (len(Role) + 1) + "|"]
    for action, roles in PERMISSIONS.items():
        cells = (", ".join(sorted(roles.get(role, ()))) for role in Role)
        lines.append(f"| `{action}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _ended_sessions() -> str:
    """A row for each route that accepts a token whose session has ended, with the reason."""
    found = {
        f"{method} {route.path.removeprefix(PREFIX)}": reason
        for route in API.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if (reason := serves_ended_sessions(handler))
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    }
    rows = (f"| `{route}` | {reason} |" for route, reason in sorted(found.items()))
    return "\n".join(("| route | reason |", "|---|---|", *rows))


def _packages() -> str:
    """A row for each package, and each module beside the packages of adapters, with the first line of its docstring."""
    lines = ["| package | contents |", "|---|---|"]
    for file in sorted((*SRC.glob("*/*/__init__.py"), *SRC.glob("adapters/[!_]*.py"))):
        name = (file.parent if file.stem == "__init__" else file.with_suffix("")).relative_to(SRC)
        about = ast.get_docstring(ast.parse(_read(file))) or ""
        lines.append(f"| `{name.as_posix()}` | {about.partition(chr(10))[0]} |")
    return "\n".join(lines)


DOCUMENTS: Final[Mapping[str, Mapping[str, Part]]] = {
    ".env.example": {"settings": example},
    "docs/operate/deployment-checklist.md": {"settings": checklist},
    "docs/operate/retention.md": {"retention": retention},
    "docs/use/messages.md": {"readers": readers, "texts": texts},
    "docs/develop/architecture.md": {"packages": _packages},
    "docs/develop/reference.md": {
        "lifecycles": _lifecycles,
        "permissions": _permissions,
        "ended sessions": _ended_sessions,
    },
}
"""The generated parts of each document."""
TABLES: Final = "docs/develop/tables"
"""The folder of the pages that are generated as a whole; `README.md` is not."""


def with_fresh_parts(text: str, parts: Mapping[str, Part]) -> str:
    """Return the document with each generated part replaced; the text around the parts does not change.

    Raises:
        LookupError: a part has no place in the document, or more than one.
    """
    for name, part in parts.items():
        begin, end = (f"<!-- {word} {name} -->" if "<!--" in text else f"# {word} {name}" for word in ("begin", "end"))
        around = re.split(f"{begin}\n.*?{end}", text, flags=re.DOTALL)
        if len(around) != 2:  # noqa: PLR2004 - the text before and the text after
            raise LookupError(f"the document has {len(around) - 1} places for {name!r} instead of one")
        text = f"{begin}\n{part()}\n{end}".join(around)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if the documents are up to date or were updated; 1 if `--check` found one stale."""
    parser = argparse.ArgumentParser(prog="generated_docs", description="Write the generated parts of the documents.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if something would be changed")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT)
    chosen = parser.parse_args(arguments)
    document_of(create_app(HttpContainer(settings=Settings.from_environment({}))))
    folder: Path = chosen.folder
    pages = {folder / TABLES / f"{name}.md": page for name, page in documented_tables.pages().items()}
    fresh: dict[Path, str | None] = dict.fromkeys((folder / TABLES).glob("[!R]*.md")) | pages
    fresh |= {folder / name: with_fresh_parts(_read(folder / name), parts) for name, parts in DOCUMENTS.items()}
    stale = [file for file, text in fresh.items() if text != (_read(file) if file.exists() else None)]
    for file in stale:
        if chosen.check:
            print(f"{file.relative_to(folder)} is stale: make docs", file=sys.stderr)
        else:
            _write(file, fresh[file])
    return int(chosen.check and bool(stale))


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _write(file: Path, text: str | None) -> None:
    """Write a document; None removes that of a context that is gone."""
    if text is None:
        file.unlink()
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
