"""Bank details in encrypted columns."""

from typing import Final

import msgspec

from adapters.postgres.kit.codec import Encrypted
from booking_domain.shared.bank_details import BankDetails

_decode: Final = msgspec.json.Decoder(BankDetails).decode


def _encode(details: BankDetails) -> str:
    return msgspec.json.encode(details).decode()


def encrypted_details(column: str) -> Encrypted:
    """Declare a field of type `BankDetails` in an encrypted column."""
    return Encrypted(column, write=_encode, read=_decode)
