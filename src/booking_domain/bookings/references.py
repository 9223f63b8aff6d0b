"""The short reference of a booking that people read to each other over the phone."""

from typing import Final

from booking_domain.shared.ids import Entropy

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without the look-alikes 0/O, 1/I/L and U/V."""
LENGTH: Final = 6


def new_reference(entropy: Entropy) -> str:
    """Return e.g. `BK-7F3K9Q`; one of 729 million, so the store keeps them unique and a collision is tried again."""
    return f"BK-{entropy.pick(ALPHABET, LENGTH)}"
