"""Write what the documentation takes from the code, or check that it is fresh: lifecycles and permissions.

python -m entrypoints.cli.generated_docs [--check]
"""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from booking_domain.bookings.transitions import BOOKING_LIFECYCLE, BOOKING_PAYMENT_LIFECYCLE
from booking_domain.catalogue.model import PROFILE_LIFECYCLE
from booking_domain.catalogue.salons import MEMBER_LIFECYCLE
from booking_domain.identity.model import USER_LIFECYCLE
from booking_domain.payments.refunds import REFUND_LIFECYCLE
from booking_domain.payments.transitions import PAYMENT_LIFECYCLE
from booking_domain.reviews.model import REVIEW_LIFECYCLE
from booking_domain.scheduling.waiting import WAITING_LIFECYCLE
from booking_domain.shared.actor import Role
from booking_domain.shared.permissions import PERMISSIONS

DOCS: Final = Path(__file__).parents[3] / "docs"
Part = Callable[[], str]


def _diagram(mermaid: Part) -> Part:
    return lambda: f"```mermaid\n{mermaid()}\n```"


def _permissions() -> str:
    """A row for each action, a column for each role, and in it what the object must be to them."""
    lines = ["| action | " + " | ".join(Role) + " |", "|---" * (len(Role) + 1) + "|"]
    for action, roles in PERMISSIONS.items():
        cells = (", ".join(sorted(roles.get(role, ()))) for role in Role)
        lines.append(f"| `{action}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


PARTS: Final[Mapping[str, Mapping[str, Part]]] = {
    "lifecycles.md": {
        "booking": _diagram(BOOKING_LIFECYCLE.mermaid),
        "payments of a booking": _diagram(BOOKING_PAYMENT_LIFECYCLE.mermaid),
        "payment": _diagram(PAYMENT_LIFECYCLE.mermaid),
        "refund": _diagram(REFUND_LIFECYCLE.mermaid),
        "salon membership": _diagram(MEMBER_LIFECYCLE.mermaid),
        "waiting-list entry": _diagram(WAITING_LIFECYCLE.mermaid),
        "account": _diagram(USER_LIFECYCLE.mermaid),
        "profile": _diagram(PROFILE_LIFECYCLE.mermaid),
        "review": _diagram(REVIEW_LIFECYCLE.mermaid),
    },
    "permissions.md": {"permissions": _permissions},
}


def with_fresh_parts(text: str, parts: Mapping[str, Part]) -> str:
    """Return the document with each part as the code has it now; the text around them is left alone.

    Raises:
        LookupError: a part has no place in the document, or more than one.
    """
    for name, part in parts.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        around = re.split(f"{begin}.*?{end}", text, flags=re.DOTALL)
        if len(around) != 2:  # noqa: PLR2004 - what stands before and what stands after
            raise LookupError(f"the document has {len(around) - 1} places for {name!r}, and not one")
        text = f"{begin}{part()}\n{end}".join(around)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if all documents are fresh, or have been made so; 1 if one was to be checked and is stale."""
    parser = argparse.ArgumentParser(prog="generated_docs", description="Write what docs/ takes from the code.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if something would be changed")
    parser.add_argument("folder", nargs="?", type=Path, default=DOCS)
    chosen = parser.parse_args(arguments)
    stale = 0
    for name, parts in PARTS.items():
        document: Path = chosen.folder / name
        before = document.read_text(encoding="utf-8")
        after = with_fresh_parts(before, parts)
        if before == after:
            continue
        if chosen.check:
            print(f"{name} is stale: python -m entrypoints.cli.generated_docs", file=sys.stderr)
            stale = 1
        else:
            document.write_text(after, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
