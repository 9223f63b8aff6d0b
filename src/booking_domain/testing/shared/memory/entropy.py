"""Reproducible entropy."""

from random import Random
from uuid import UUID

from booking_domain.shared.ids import Entropy


class SeededEntropy(Entropy):
    """Generates the same ids and references, in the same order, for the same seed.

    >>> SeededEntropy(7).new_id() == SeededEntropy(7).new_id()
    True
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)  # noqa: S311 - not for secrets
        self._given_out = 0

    def new_id(self) -> UUID:
        """Return a version 7 UUID (RFC 9562 §5.7) whose time is a counter."""
        self._given_out += 1
        version, variant = 0x7, 0b10
        chance_a, chance_b = self._random.getrandbits(12), self._random.getrandbits(62)
        return UUID(int=self._given_out << 80 | version << 76 | chance_a << 64 | variant << 62 | chance_b)

    def pick(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))
