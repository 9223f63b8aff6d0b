"""Write the lifecycles and permissions of the code into docs/reference.md, or check that they are up to date.

The check also builds the OpenAPI document, which fails if a member or a parameter is not described.

python -m entrypoints.cli.generated_docs [--check]
"""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Final

from booking_domain.shared.actor import Role
from booking_domain.shared.permissions import LIVE_SESSION, PERMISSIONS
from booking_domain.workflows.ports import CONTEXTS
from entrypoints.http.app import create_app
from entrypoints.http.container import HttpContainer
from entrypoints.http.kit.openapi.document import document_of
from entrypoints.settings import Settings

DOCS: Final = Path(__file__).parents[3] / "docs"
Part = Callable[[], str]


def _lifecycles() -> str:
    """A section for each lifecycle: its heading, its note and its diagram."""
    return "\n\n".join(
        f"### {each.thing.capitalize()}\n\n{cleandoc(each.about)}\n\n```mermaid\n{each.mermaid()}\n```"
        for context in CONTEXTS
        for each in context.lifecycles
    )


def _permissions() -> str:
    """A row for each action, a column for each role with its relation, and a column for who needs a live session."""
    lines = ["| action | " + " | ".join(Role) + " | live session |", "|---" * (len(Role) + 2) + "|"]
    for action, roles in PERMISSIONS.items():
        cells = (", ".join(sorted(roles.get(role, ()))) for role in Role)
        live = "all" if action in LIVE_SESSION else "admins" if Role.ADMIN in roles else ""
        lines.append(f"| `{action}` | " + " | ".join(cells) + f" | {live} |")
    return "\n".join(lines)


DOCUMENT: Final = "reference.md"
PARTS: Final[Mapping[str, Part]] = {"lifecycles": _lifecycles, "permissions": _permissions}


def with_fresh_parts(text: str, parts: Mapping[str, Part]) -> str:
    """Return the document with each generated part replaced; the text around the parts does not change.

    Raises:
        LookupError: a part has no place in the document, or more than one.
    """
    for name, part in parts.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        around = re.split(f"{begin}.*?{end}", text, flags=re.DOTALL)
        if len(around) != 2:  # noqa: PLR2004 - the text before and the text after
            raise LookupError(f"the document has {len(around) - 1} places for {name!r} instead of one")
        text = f"{begin}{part()}\n{end}".join(around)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if the document is up to date or was updated; 1 if `--check` found it stale."""
    parser = argparse.ArgumentParser(prog="generated_docs", description="Write the generated parts of docs/.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if something would be changed")
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    chosen = parser.parse_args(arguments)
    document_of(create_app(HttpContainer(settings=Settings.from_environment({}))))
    document: Path = chosen.folder / DOCUMENT
    before = document.read_text(encoding="utf-8")
    after = with_fresh_parts(before, PARTS)
    if before == after:
        return 0
    if chosen.check:
        print(f"{DOCUMENT} is stale: python -m entrypoints.cli.generated_docs", file=sys.stderr)
        return 1
    document.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
