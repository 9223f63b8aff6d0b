"""Common and breached passwords, from the list next to this module."""

from functools import cache
from pathlib import Path
from typing import Final

from booking_domain.identity.passwords import KnownPasswords

LIST: Final = Path(__file__).with_name("common_passwords.txt")


class CommonPasswords(KnownPasswords):
    """About 16,000 passwords; the header of the list names its sources."""

    def contains(self, password: str) -> bool:
        return password.casefold() in _passwords()


@cache
def _passwords() -> frozenset[str]:
    _, _, passwords = LIST.read_text(encoding="ascii").partition("\n\n")
    return frozenset(passwords.splitlines())
