"""E-mails show the same as their text: sentences, a table of facts, and one button."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kit.email_page import Brand, email_page

OWN = "https://own.example.com"
BRAND = Brand("Ink & Needle", "#0f766e")
TEXT = f"""Ink expects you.

Place: Peace Avenue 5
If you cancel by noon, you get 50 % back.
Map: {OWN}/map?at=1,2

You can do this without signing in:

Pay: {OWN}/links/pay#token
Cancel: {OWN}/links/cancel#token"""


def shown(page: str) -> str:
    """The words that a reader sees."""
    body = page[page.index("<main>") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_facts_are_rows_urls_are_links_and_the_first_action_is_the_button() -> None:
    page = email_page("Confirmed", TEXT, "en", BRAND, [OWN])
    assert '<th scope="row">Place</th><td><bdi>Peace Avenue 5</bdi>' in page
    assert '<td colspan="2"><bdi>If you cancel by noon, you get 50 % back.</bdi>' in page
    assert f'<td colspan="2"><bdi><a href="{OWN}/map?at=1,2">Map</a></bdi>' in page
    assert re.findall(r'class="button" href="([^"]+)">([^<]+)', page) == [(f"{OWN}/links/pay#token", "Pay")]
    assert f'<a href="{OWN}/links/cancel#token">Cancel</a>' in page
    assert shown(page) == (
        "Confirmed Ink expects you. Place Peace Avenue 5 If you cancel by noon, you get 50 % back. Map "
        "You can do this without signing in: Pay Cancel"
    )


def test_the_plus_of_a_phone_number_stays_before_it_from_right_to_left() -> None:
    page = email_page("تأیید شد", "سلام\n\nتلفن: +97611322222\nخدمات: رنگ مو", "fa", BRAND, [OWN])
    assert '<bdi dir="ltr">+97611322222</bdi>' in page
    assert "<bdi>رنگ مو</bdi>" in page


@pytest.mark.parametrize("foreign", ["https://example.com/", f"{OWN}.evil.example/", f"{OWN}@evil.example/"])
def test_an_address_of_another_host_is_no_link_and_no_button(foreign: str) -> None:
    for text in (foreign, f"Hello\n\nPay: {foreign}", f"Hello\n\nPlace: {foreign}\nPay: {OWN}"):
        page = email_page("Hello", text, "en", BRAND, [OWN])
        assert f'href="{foreign}' not in page
        assert 'class="button"' not in page
        assert foreign in page


def test_the_brand_stands_above_each_e_mail_with_its_name_or_its_logo() -> None:
    assert ">Ink &amp; Needle</div>" in email_page("Hello", "Hello", "en", BRAND)
    logo = Brand("Ink & Needle", logo_url="https://ink.example/logo.png")
    assert '<img src="https://ink.example/logo.png" alt="Ink &amp; Needle">' in email_page("Hello", "Hello", "en", logo)


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_letters_on_the_colour_of_the_brand_can_be_read(colour: str) -> None:
    """WCAG 2.2, 1.4.3: large bold letters contrast at least 3 : 1."""

    def luminance(hexadecimal: str) -> float:
        channels = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(colour), luminance(Brand("Ink", colour).ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


@given(st.text(max_size=200), st.sampled_from(["en", "mn", "fa"]))
def test_no_word_is_lost_and_none_becomes_markup(text: str, language: str) -> None:
    page = email_page("Hello", f"Hello\n\n{text}", language, BRAND, [OWN])
    assert page.count("<script") == 0
    for word in re.findall(r"\w+", text, re.ASCII):
        assert word in page
