"""What search takes for the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.shared.folding import REMOVED, REPLACED, REPLACEMENTS, folded


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("болд", "БОЛД"),
        ("өнөр", "ӨНӨР"),
        ("үүл", "ҮҮЛ"),
        ("елка", "Ёлка"),
        ("jose", "José"),
        ("jose", "Jose\u0301"),
        ("lodz", "ŁÓDŹ"),
        ("istanbul", "İSTANBUL"),
        ("σοφοσ", "Σοφός"),
        ("علی", "علي"),
        ("کاوه", "كاوه"),
        ("مدرسه", "مدرسة"),
        ("احمد", "أَحْمَد"),
        ("میخواهم", "می‌خواهم"),
        ("سلام", "ســـلام"),
        ("123", "۱۲۳"),
        ("123", "١٢٣"),
        ("ink 7", "Ｉｎｋ ７"),
    ],
)
def test_spellings_of_one_word_are_found_by_each_other(typed: str, stored: str) -> None:
    assert folded(typed) == folded(stored)


@pytest.mark.parametrize(("one", "other"), [("өнөр", "онор"), ("үүл", "уул"), ("болд", "бат"), ("a-b", "ab")])
def test_other_words_stay_other_words(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_the_table_of_the_database_has_a_counterpart_for_each_letter_and_nothing_to_escape() -> None:
    assert len(REPLACED) == len(REPLACEMENTS)
    assert len(set(REPLACED + REMOVED)) == len(REPLACED + REMOVED)
    assert REPLACEMENTS.isalnum()
    assert not set("'\\%:") & set(REPLACED + REMOVED + REPLACEMENTS)
