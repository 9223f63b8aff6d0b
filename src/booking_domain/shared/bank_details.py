"""Bank details: where money is transferred to."""

import re
from dataclasses import dataclass
from typing import Final, Self

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.folding import ascii_digits

MAX_BANK: Final = 60
MAX_HOLDER: Final = 100
MAX_NUMBER: Final = 34
"""The length of the longest IBAN (ISO 13616); numbers of Mongolian banks have 8 to 20 digits."""
_NUMBER: Final = re.compile(r"[0-9A-Z]{4,34}")
_VISIBLE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    """Where to transfer money: a bank, an account number without spaces, and the holder's name."""

    bank: str
    account_number: str
    holder_name: str

    def __post_init__(self) -> None:
        for name, text, most in (("bank", self.bank, MAX_BANK), ("holder_name", self.holder_name, MAX_HOLDER)):
            if not text or text != " ".join(text.split()) or len(text) > most or not text.isprintable():
                raise InvalidValue(
                    field=name, problem=f"1 to {most} printable characters, words separated by one space"
                )
        if not _NUMBER.fullmatch(self.account_number):
            raise InvalidValue(field="account_number", problem=f"4 to {MAX_NUMBER} digits and capital letters")

    @classmethod
    def parse(cls, *, bank: str, account_number: str, holder_name: str) -> Self:
        """Normalise what a user typed: surplus spaces; spaces, dashes, small letters, other digits in the number."""
        return cls(
            bank=" ".join(bank.split()),
            account_number=ascii_digits(re.sub(r"[\s-]", "", account_number)).upper(),
            holder_name=" ".join(holder_name.split()),
        )

    @property
    def masked_number(self) -> str:
        """The number with all but its last four characters replaced by dots.

        >>> BankDetails(bank="Khan Bank", account_number="5012345678", holder_name="Bold").masked_number
        '••••••5678'
        """
        return "•" * (len(self.account_number) - _VISIBLE) + self.account_number[-_VISIBLE:]
