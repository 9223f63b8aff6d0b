"""Language negotiation by `Accept-Language`; no header is an error."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from booking_domain.shared.languages import FALLBACK, LANGUAGES
from entrypoints.http.kit.negotiation import LONGEST, negotiated_language

OTHERS = ("de", "mnx", "e", "english", "zh-Hant-TW")


def asked(*values: bytes) -> str:
    return negotiated_language([(b"host", b"api.test"), *((b"accept-language", value) for value in values)])


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (b"en", "en"),
        (b"mn", "mn"),
        (b"fa", "fa"),
        (b"MN", "mn"),
        (b"mn-MN", "mn"),
        (b"mn-Cyrl-MN", "mn"),
        (b"fa-IR, en;q=0.5", "fa"),
        (b"mn, fa", "mn"),
        (b"fa, mn", "fa"),
        (b"fa;q=0.5, mn;q=0.6", "mn"),
        (b"fa;q=0.501,mn;q=0.5", "fa"),
        (b"fa ; q=0.2 ,\tmn;Q=0.3", "mn"),
        (b"mn-MN, mn;q=0.9, en-US;q=0.8, en;q=0.7", "mn"),
        (b"en-US, en;q=0.8, mn;q=0.9", "en"),
        (b"de, fr;q=0.9, fa;q=0.1", "fa"),
        (b"*", "en"),
        (b"*, fa;q=0.9", "en"),
        (b"*;q=0.5, fa;q=0.9", "fa"),
        (b"*;q=0.5, fa;q=0.5", "fa"),
        (b"en;q=0, *", "mn"),
        (b"en;q=0, mn;q=0, *;q=0.1", "fa"),
        (b"mn;q=0, mn-MN", "en"),
        (b"mn-MN;q=0, mn", "mn"),
        (b"mn;q=0", "en"),
        (b"*;q=0", "en"),
        (b"en;q=0", "en"),
        (b"de", "en"),
        (b"mnx", "en"),
        (b"", "en"),
        (b" , ,", "en"),
    ],
)
def test_the_language_with_the_highest_quality_value_is_chosen(accepted: bytes, language: str) -> None:
    assert asked(accepted) == language


@pytest.mark.parametrize(
    "malformed",
    [
        b"mn;q=2",
        b"mn;q=-1",
        b"mn;q=1.5",
        b"mn;q=0.0001",
        b"mn;q=abc",
        b"mn;q=",
        b"mn;",
        b"mn;level=1",
        b"mn_MN",
        b"mn-",
        b"-mn",
        b"mn fa",
        b"m\x00n",
        b"\xd0\xbc\xd0\xbd",
        b"mn;q=nan",
        b"mn;q=inf",
        b"mn;q=\xd9\xa1",
        "ｍｎ".encode(),
    ],
)
def test_malformed_ranges_are_ignored(malformed: bytes) -> None:
    assert asked(malformed) == FALLBACK
    assert asked(malformed + b", fa;q=0.1") == "fa"


def test_without_a_header_the_fallback_is_chosen() -> None:
    assert asked() == FALLBACK == "en"


def test_several_header_lines_are_joined() -> None:
    assert asked(b"de", b"fa;q=0.4", b"mn;q=0.5") == "mn"


def test_an_overlong_header_is_ignored() -> None:
    assert asked(b"mn".ljust(LONGEST)) == "mn"
    assert asked(b"mn".ljust(LONGEST + 1)) == FALLBACK
    assert asked(b"mn," + b"de," * LONGEST) == FALLBACK


RANGES = st.builds(
    "{}{}{}".format,
    st.sampled_from([*LANGUAGES, "*", *OTHERS]),
    st.sampled_from(["", "-IR", "-x"]),
    st.sampled_from(["", ";q=0", ";q=0.000", ";q=0.3", " ; q=0.999", ";q=1", ";q=1.000", ";q=7", ";q"]),
)
HEADERS = st.one_of(st.binary(max_size=200), st.lists(RANGES, max_size=8).map(lambda each: ",".join(each).encode()))


@given(accepted=st.lists(HEADERS, max_size=3))
@example(accepted=[b";" * LONGEST])
@example(accepted=[b"a-" * (LONGEST // 2)])
@example(accepted=[b"mn;q=0." + b"0" * 990])
def test_any_header_gives_a_supported_language(accepted: list[bytes]) -> None:
    assert asked(*accepted) in LANGUAGES


@given(weights=st.permutations([0, 300, 999]), order=st.permutations(LANGUAGES))
def test_the_highest_quality_value_wins_in_any_order(weights: list[int], order: list[str]) -> None:
    header = ", ".join(f"{language};q={weight / 1000}" for language, weight in zip(order, weights, strict=True))
    assert asked(header.encode()) == order[weights.index(999)]
