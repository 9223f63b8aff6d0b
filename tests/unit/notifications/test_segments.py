"""The number of segments, against known cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.notifications.segments import segments_of

GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà"
EXTENSION = "^{}\\[~]|€\f"


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        (GSM, 1),
        (GSM * 2, 1),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("a" * 152 + "€" + "a" * 6, 1),
        # 153 and 153 septets would do, were it not for the character that stands on the border.
        ("a" * 152 + "€" + "a" * 152, 3),
        ("a" * 151 + "€" + "a" * 153, 2),
        ("Таны код: 482913", 1),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("ө" + "a" * 69, 1),
        ("ө" + "a" * 70, 2),
        ("کد ورود شما: ۴۸۲۹۱۳", 1),
        ("ی" * 70, 1),
        ("ی" * 71, 2),
        ("می‌شود" * 12, 2),
        ("ç" + "a" * 70, 2),
        ("`" + "a" * 70, 2),
        ("🐉" * 35, 1),
        ("🐉" * 36, 2),
        # 33 of them are 66 code units; the 34th is not divided.
        ("🐉" * 66, 2),
        ("🐉" * 67, 3),
    ],
)
def test_the_number_of_segments(text: str, segments: int) -> None:
    assert segments_of(text) == segments


@pytest.mark.parametrize("character", EXTENSION)
def test_a_character_of_the_extension_table_takes_two_septets(character: str) -> None:
    assert (segments_of(character * 80), segments_of(character * 81)) == (1, 2)


@pytest.mark.parametrize("character", GSM)
def test_a_character_of_the_alphabet_takes_one_septet(character: str) -> None:
    assert (segments_of(character * 160), segments_of(character * 161)) == (1, 2)


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_longer_text_never_has_fewer_segments(one: str, other: str) -> None:
    assert segments_of(one) <= segments_of(one + other)
