"""Spreadsheets as Office Open XML, written row by row in constant memory. No cell is a formula or a link."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from booking_domain.shared.documents import Cell, Sheet


def written(sheets: Sequence[Sheet]) -> bytes:
    """The bytes of the workbook. Equal sheets give equal cells; the file says when it was written."""
    target = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy-mm-dd"})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.set_column(0, len(sheet.headings) - 1, 14)
            for number, heading in enumerate(sheet.headings):
                page.write_string(0, number, heading, bold)
            for line, row in enumerate(sheet.rows, start=1):
                for number, cell in enumerate(row):
                    _write(page, line, number, cell, day)
    return target.getvalue()


def _write(page: Worksheet, line: int, number: int, cell: Cell, day: Format) -> None:
    match cell:
        case None:
            pass
        case str():
            page.write_string(line, number, cell)
        case date():
            page.write_datetime(line, number, cell, day)
        case int() | float() | Decimal():
            page.write_number(line, number, float(cell))
