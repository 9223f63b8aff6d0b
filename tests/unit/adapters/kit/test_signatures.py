"""The time and the signature of a webhook may be any text."""

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.kit.signatures import TOLERANCE, matches, recent

NOW: Final = datetime(2026, 11, 23, 2, tzinfo=UTC)
SECONDS: Final = int(NOW.timestamp())
ANY_TEXT: Final = st.text(st.characters(exclude_categories=()))  # with surrogates


@given(ANY_TEXT | st.integers().map(str) | st.floats().map(str))
@example("9" * 12)
@example("253402300800")  # the first second of the year 10000
@example("9" * 5_000)
@example(f"+{SECONDS}")
@example(f"0{SECONDS}")
@example(f"{SECONDS}.0")
@example(f" {SECONDS}")
@example(f"{SECONDS}\n")
@example(f"{SECONDS}\0")
@example("١٧٩٥٣٩٢٩٠٠")
def test_a_time_that_is_not_about_now_is_none(text: str) -> None:
    assert recent(text, NOW) is None


@given(st.integers(-1_000, 1_000))
def test_a_time_counts_for_five_minutes_before_and_after(apart: int) -> None:
    found = recent(str(SECONDS + apart), NOW)
    assert (found is None) == (abs(apart) > TOLERANCE.total_seconds())
    assert found is None or int(found.timestamp()) == SECONDS + apart


@given(ANY_TEXT)
def test_only_the_signature_matches(text: str) -> None:
    assert not matches(text, [b"v1=0123", b"v1=4567"]) or text in {"v1=0123", "v1=4567"}
    assert not matches(text, [])


@pytest.mark.parametrize("right", ["v1=0123", "v1=4567"])
def test_any_of_several_signatures_matches(right: str) -> None:
    assert matches(right, [b"v1=0123", b"v1=4567"])
