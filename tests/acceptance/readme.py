"""Extracts code blocks from a README.md."""

import re
from pathlib import Path
from typing import Final

from tests.programs import CHECKOUT

README: Final = CHECKOUT / "README.md"


def blocks(heading: str, language: str, *, file: Path = README) -> list[str]:
    """The fenced code blocks of a language in the section under a heading."""
    found: list[str] = []
    within, open_block = False, None
    for line in file.read_text(encoding="utf-8").splitlines():
        if open_block is not None:
            if line.strip() == "```":
                found += ["\n".join(open_block[1:])] if open_block[0] == language and within else []
                open_block = None
            else:
                open_block.append(line)
        elif line.startswith("```"):
            open_block = [line[3:].strip()]
        elif title := re.fullmatch(r"#+ +(.*?)\s*", line):
            within = title[1] == heading
    return found
