import re

from hypothesis import given
from hypothesis import strategies as st

from booking_domain.bookings.references import ALPHABET, LENGTH, new_reference
from booking_domain.testing.shared.memory.entropy import SeededEntropy

LOOK_ALIKES = ("0O", "1IL", "UV")


@given(st.integers())
def test_a_reference_can_be_read_over_the_phone(seed: int) -> None:
    assert re.fullmatch(r"BK-[2-9A-HJKMNP-TV-Z]{6}", new_reference(SeededEntropy(seed)))


def test_the_alphabet_has_no_look_alike_letters() -> None:
    assert all(len(set(ALPHABET) & set(alike)) <= 1 for alike in LOOK_ALIKES)
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_there_are_enough_possible_references() -> None:
    assert len(ALPHABET) ** LENGTH == 729_000_000


def test_references_differ() -> None:
    entropy = SeededEntropy()
    assert len({new_reference(entropy) for _ in range(1_000)}) > 990
