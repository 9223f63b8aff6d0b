"""CSV files (RFC 4180) whose cells spreadsheets do not compute, read and streamed page by page."""

import csv
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from io import StringIO
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from litestar import Response
from litestar.response import Stream

PAGE: Final = 500
"""How many items of a file are read at once."""
FIRST_ROWS: Final[dict[str, Any]] = {"after": lambda query: None, "limit": lambda query: PAGE}  # noqa: ARG005
"""Sources of a filter: the first items of a file."""
Item = TypeVar("Item")
Filter = TypeVar("Filter", bound=Any)
Columns = Mapping[str, Callable[[Item], object]]
"""By the name of each column, what its cell of an item holds."""

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


def csv_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """The rows of a CSV file in UTF-8, with the formulas of their texts neutralised."""
    written = StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows([_cell(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


def _cell(cell: object) -> str:
    """The cell of a value. A number is written as it is, also a negative one: it has digits, sign and point only."""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return f"{Decimal(str(cell)):f}"
    return neutralise_formulas(_text(cell))


def _text(cell: object) -> str:
    """The text of a cell; None is empty."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return cell.isoformat()
        case Enum():
            return str(cell.value)
        case _:
            return str(cell)


async def csv_response(
    name: str,
    columns: Columns[Item],
    chosen: Filter,
    read: Callable[[Filter], Awaitable[Sequence[Item]]],
    id_of: Callable[[Item], UUID],
) -> Response[str]:
    """The response that streams a CSV file of everything that a filter, for pages of `PAGE` items, chooses."""
    first = await read(chosen)  # before the response begins: a later error could not be reported

    async def parts() -> AsyncIterator[bytes]:
        yield csv_lines([columns])
        page = first
        while page:
            yield csv_lines([cell(item) for cell in columns.values()] for item in page)
            page = await read(replace(chosen, after=id_of(page[-1]))) if len(page) == PAGE else ()

    return attachment(name, parts())


def attachment(name: str, parts: AsyncIterator[bytes]) -> Response[str]:
    """The response that streams a CSV file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    # The OpenAPI document needs the type of the text; Litestar streams it.
    return cast("Response[str]", Stream(parts, media_type="text/csv", headers=headers))
