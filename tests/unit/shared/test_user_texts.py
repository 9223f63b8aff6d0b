"""Names without addresses, and texts without links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.provisional import domains, urls

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.top_level_domains import TOP_LEVEL_DOMAINS
from booking_domain.shared.user_texts import (
    NO_INVISIBLE,
    has_address,
    require_plain_name,
    without_addresses,
    without_links,
)

NAMES = (
    "Dr. Bold",
    "St. Mary's",
    "St.Mary's Hair & Nails",
    "Б.Болд",
    "Ц.Сарантуяа-Эрдэнэ",
    "Ts.Oyun",
    "M.A.C. Cosmetics",
    "Salon No.1",
    "Bat & Co., Ltd.",
    "Ink @ Peace Avenue",
    "24/7: nails",
    "A...B",
    "v2.0 Studio",
    "استودیو نقش. تهران",
    "می‌خواهم",
    "👩‍🎨 Ink",
    "example . com",
    "C://"[:2],
    "Ц.Mary-Ann",
    "Ink.. com",
)
ADDRESSES = (
    "Account locked! Verify now: https://example.com",
    "http:\\\\example",
    "hxxp://192",
    "hxxps://evil",
    "ftp://x",
    "www.example",
    "example.com",
    "EXAMPLE.COM",
    "see example.com.",
    "“example.com”",
    "ｅｘａｍｐｌｅ．ｃｏｍ",
    "example。com",
    "example｡com",
    "example․com",
    "exam\u200bple.\u00adcom",
    "пример.рф",
    "xn--e1afmkfd.xn--p1ai",
    "उदाहरण.भारत",
    "салон.мон",
    "t.me/ink",
    "X.COM",
    "me@example.com",
    "me＠example",
    "@ink",
    "write to @ink_studio",
    "203.0.113.7",
    "请访问example.com查看",
    "example.comг",
    "example.com_",
    "example.com-",
    "example.com\u200bx",
    "example.com\u2060мон",
    "i❤.ws",
    "(example).com",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_dots_or_signs_is_a_name(name: str) -> None:
    require_plain_name(name, field="name")
    assert without_links(name) == without_addresses(name) == name


@pytest.mark.parametrize("text", ADDRESSES)
def test_what_a_program_makes_a_link_of_is_refused_and_taken_apart(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        require_plain_name(text, field="name", within=("salon",))
    assert refused.value.field_path == ("salon", "name")
    assert not has_address(without_links(text))
    assert not has_address(without_addresses(text))


@pytest.mark.parametrize(
    "name",
    [
        "می\u200cخواهم",
        "\U0001f469\u200d\U0001f3a8 Ink",
        "Ink ❤\ufe0f",
        "Жаргал\u00a0Бат",
        "नमस्ते",
    ],
)
def test_joiners_within_words_and_emoji_are_allowed(name: str) -> None:
    require_plain_name(name, field="name")


@pytest.mark.parametrize(
    "unseen",
    ["\u202e", "\u2066", "\u200e", "\u200f", "\u061c", "\u200b", "\ufeff", "\u00ad", "\n", "\x07", "\u2028", "\ud800"],
)
def test_a_name_with_a_character_that_no_reader_sees_is_refused(unseen: str) -> None:
    for name in (f"Bo{unseen}ld", f"{unseen}Bold", f"Bold{unseen}", unseen):
        with pytest.raises(InvalidValue) as refused:
            require_plain_name(name, field="name")
        assert refused.value.problem == NO_INVISIBLE


@pytest.mark.parametrize("name", ["\u200cBold", "Bold\u200d", "Bo\u200c\u200dld", "Bold \u200cBat", "\u200c"])
def test_a_joiner_between_no_visible_characters_is_refused(name: str) -> None:
    with pytest.raises(InvalidValue):
        require_plain_name(name, field="name")


@given(st.one_of(urls(), domains(), st.emails()))
def test_no_url_host_or_e_mail_address_is_a_name(address: str) -> None:
    assert has_address(address)
    assert has_address(f"Ink {address}, call now")


@given(
    st.lists(
        st.one_of(
            st.text(max_size=8),
            st.sampled_from(ADDRESSES),
            st.sampled_from(sorted(TOP_LEVEL_DOMAINS)),
            st.sampled_from([".", "@", "://", "www.", " ", "\n", "．"]),
        ),
        max_size=8,
    ).map("".join)
)
def test_nothing_is_left_to_link_whatever_is_written(text: str) -> None:
    assert not has_address(without_links(text))
    assert not has_address(without_addresses(text))


def test_only_the_words_with_an_address_change() -> None:
    text = "I come at 10:30, with B.Bold.\nThe picture: https://example.com/a.b?c=1. See you!"
    assert without_links(text) == (
        "I come at 10:30, with B.Bold.\nThe picture: https[:]//example[.]com/a[.]b?c=1. See you!"
    )


def test_no_name_is_no_address() -> None:
    require_plain_name(None, field="name")
