"""Searches logs for values that must not be there."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

SHORT: Final = 8
"""A shorter value could be part of a number or a time: it counts only as a whole word."""


def leaks(logs: Iterable[Path], canaries: Mapping[str, str]) -> list[str]:
    """The log lines that contain a canary, literally or URL-encoded."""
    found = []
    for log in logs:
        for number, line in enumerate(log.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            found += [
                f"{name} in {log.name}:{number}: {line[:300]}" for name, text in canaries.items() if _in(text, line)
            ]
    return found


def _in(canary: str, line: str) -> bool:
    if len(canary) < SHORT:
        return re.search(rf"(?<![\w.]){re.escape(canary)}(?!\w)", line) is not None
    forms = {canary, quote(canary, safe=""), quote_plus(canary), canary.encode("unicode_escape").decode()}
    return any(form.casefold() in line.casefold() for form in forms)
