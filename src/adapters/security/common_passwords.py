"""Passwords that are common or were in breaches, from a list beside this module."""

from functools import cache
from pathlib import Path
from typing import Final

from booking_domain.identity.passwords import KnownPasswords

LIST: Final = Path(__file__).with_name("common_passwords.txt")


class CommonPasswords(KnownPasswords):
    """16,000 of them; where they come from is said at the top of the list."""

    def contains(self, password: str) -> bool:
        return password.casefold() in _listed()


@cache
def _listed() -> frozenset[str]:
    _, _, passwords = LIST.read_text(encoding="ascii").partition("\n\n")
    return frozenset(passwords.splitlines())
