"""Extracts code blocks from a README.md."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Final, NamedTuple

from tests.programs import CHECKOUT

README: Final = CHECKOUT / "README.md"


class Block(NamedTuple):
    """A fenced code block; one within a list without its indentation."""

    heading: str
    language: str
    text: str


def fenced(file: Path) -> Iterator[Block]:
    """All fenced code blocks, also those within lists."""
    heading, language, lines = "", None, list[str]()
    for line in file.read_text(encoding="utf-8").splitlines():
        fence = re.fullmatch(r" *```(.*)", line)
        if language is not None:
            if fence and not fence[1]:
                yield Block(heading, language, dedent("\n".join(lines)))
                language = None
            else:
                lines.append(line)
        elif fence:
            language, lines = fence[1].strip(), []
        elif title := re.fullmatch(r"#+ +(.*?)\s*", line):
            heading = title[1]
    assert language is None, f"{file} ends within a block"


def blocks(heading: str, language: str, *, file: Path = README) -> list[str]:
    """The fenced code blocks of a language in the section under a heading."""
    return [each.text for each in fenced(file) if (each.heading, each.language) == (heading, language)]
