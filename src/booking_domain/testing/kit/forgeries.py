"""Forged tokens and codes."""

import string
from typing import Final

RUBBISH: Final = (
    "",
    " ",
    ".",
    "..",
    "...",
    "a.b.c",
    "null",
    "Bearer x",
    "ж",
    "\ud800",
    "\x00",
    "e30.e30.",
    "=" * 5_000,
)

_BASE64: Final = string.ascii_letters + string.digits + "-_"


def mutations(text: str) -> list[str]:
    """Return the text with one character changed, removed or added.

    The last character is changed into every other one, because in base64 some of its bits may be unused.
    """
    changed = [text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :] for at in range(len(text) - 1)]
    last = [text[:-1] + letter for letter in _BASE64 if letter != text[-1]]
    return [*changed, *last, text[1:], text[:-1], "A" + text, text + "A", text + "=", text.swapcase()]
