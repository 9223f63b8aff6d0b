"""Write the state diagrams of docs/lifecycles.md from the tables of the domain, or check that they are fresh.

python -m entrypoints.cli.lifecycle_diagrams [--check]
"""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from booking_domain.bookings.transitions import BOOKING_LIFECYCLE, PAYMENT_LIFECYCLE
from booking_domain.catalogue.model import PROFILE_LIFECYCLE
from booking_domain.payments.transitions import TRANSACTION_LIFECYCLE

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "lifecycles.md"
DIAGRAMS: Final[Mapping[str, Callable[[], str]]] = {
    "booking": BOOKING_LIFECYCLE.mermaid,
    "payment": PAYMENT_LIFECYCLE.mermaid,
    "transaction": TRANSACTION_LIFECYCLE.mermaid,
    "profile": PROFILE_LIFECYCLE.mermaid,
}


def with_fresh_diagrams(text: str) -> str:
    """Return the document with every diagram as its table has it now; the text around them is left alone.

    Raises:
        LookupError: a diagram has no place in the document, or more than one.
    """
    for name, diagram in DIAGRAMS.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        around = re.split(f"{begin}.*?{end}", text, flags=re.DOTALL)
        if len(around) != 2:  # noqa: PLR2004 - what stands before and what stands after
            raise LookupError(f"the document has {len(around) - 1} places for the diagram of {name!r}, and not one")
        text = f"{begin}```mermaid\n{diagram()}\n```\n{end}".join(around)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if the document is fresh, or has been made so; 1 if it was to be checked and is stale."""
    parser = argparse.ArgumentParser(prog="lifecycle_diagrams", description="Write the diagrams of docs/lifecycles.md.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if something would be changed")
    parser.add_argument("document", nargs="?", type=Path, default=DOCUMENT)
    chosen = parser.parse_args(arguments)
    document: Path = chosen.document
    before = document.read_text(encoding="utf-8")
    after = with_fresh_diagrams(before)
    if before == after:
        return 0
    if chosen.check:
        print(f"{document.name} is stale: python -m entrypoints.cli.lifecycle_diagrams", file=sys.stderr)
        return 1
    document.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
