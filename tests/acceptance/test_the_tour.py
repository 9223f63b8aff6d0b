"""The README's tour can be pasted line by line and ends with a confirmed booking."""

import subprocess

from tests.acceptance.product import Product
from tests.acceptance.readme import blocks
from tests.gates import PATIENCE_SECONDS
from tests.programs import environment

HEADING = "A five-minute tour"
_DONE = "\x1e"


def test_the_tour_ends_with_a_confirmed_booking(product: Product) -> None:
    lines = [line for block in blocks(HEADING, "sh") for line in block.splitlines() if line.strip()]
    assert lines, f"README.md has no ```sh block under the heading {HEADING!r}"
    pasted = "".join(f"{line}\nprintf '{_DONE}%s{_DONE}' \"$?\"\n" for line in lines)
    done = subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-o", "pipefail"],
        input=pasted,
        env=environment({"BASE": product.url}),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    said = done.stdout.split(_DONE)
    shown, codes = said[:-1:2], said[1::2]
    for line, output, code in zip(lines, shown, codes, strict=True):
        assert code == "0", f"{line}\n{output}\n{done.stderr}"
    assert sum("{" in output for output in shown) >= 5, "the answers are shown"
    assert shown[-1].strip().endswith("confirmed") or '"confirmed"' in shown[-1]
