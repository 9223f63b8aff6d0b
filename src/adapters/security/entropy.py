"""Random ids and references from the operating system."""

import secrets
from uuid import UUID

from uuid_utils import uuid7

from booking_domain.shared.ids import Entropy


class SystemEntropy(Entropy):
    """Time-ordered ids (UUIDv7, RFC 9562 §5.7) and unpredictable references."""

    def new_id(self) -> UUID:
        return UUID(bytes=uuid7().bytes)

    def pick(self, alphabet: str, length: int) -> str:
        # One call of the operating system for all characters: a number for each possible result, all equally likely.
        number, picked = secrets.randbelow(len(alphabet) ** length), ""
        for _ in range(length):
            number, digit = divmod(number, len(alphabet))
            picked += alphabet[digit]
        return picked
