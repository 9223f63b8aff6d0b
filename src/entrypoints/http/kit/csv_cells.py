"""Rows of CSV files (RFC 4180) whose cells spreadsheets do not compute."""

import csv
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from io import StringIO
from typing import Final, TypeVar

PAGE: Final = 500
"""How many items of a file are read at once."""
Item = TypeVar("Item")

_FORMULA: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
"""Characters that begin a formula, with their fullwidth and small forms, and the minus sign."""
_SKIPPED: Final = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
"""White space, control characters and invisible characters, which spreadsheets trim."""
_SEPARATOR: Final = r";|\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029"
"""What a spreadsheet may take for the end of a cell or a row even within quotes, depending on its locale."""
_DANGEROUS: Final = re.compile(
    rf"^(?=[\x00-\x1f\x7f-\x9f])|(?:^|(?<=[{_SEPARATOR}]))(?=[{_SKIPPED}]*[{_FORMULA}])",
)


def neutralise_formulas(cell: str) -> str:
    """Put an apostrophe before everything in the cell that a spreadsheet could compute (OWASP: CSV injection).

    That is a formula at the start of the cell or after a character that could end one, and a leading control character.
    """
    return _DANGEROUS.sub("'", cell)


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows of a CSV file in UTF-8, with the formulas of their cells neutralised."""
    written = StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows([neutralise_formulas(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


def moment(at: datetime | None) -> str:
    """The cell of an instant; empty for None."""
    return "" if at is None else at.isoformat()


async def csv_file(
    columns: Sequence[str],
    first: Sequence[Item],
    cells: Callable[[Item], Sequence[str]],
    after: Callable[[Item], Awaitable[Sequence[Item]]],
) -> AsyncIterator[bytes]:
    """A CSV file in parts: the columns, `first`, and the pages of `PAGE` items that `after` reads after an item."""
    yield csv_lines([columns])
    page = first
    while page:
        yield csv_lines(map(cells, page))
        page = await after(page[-1]) if len(page) == PAGE else ()
