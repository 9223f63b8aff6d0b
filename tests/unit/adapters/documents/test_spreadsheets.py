"""Spreadsheets: numbers stay numbers, and no text becomes a formula or a link."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from adapters.documents.renderer import TemplateDocuments
from booking_domain.shared.documents import Cell, Sheet

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(content: bytes, number: int) -> list[tuple[str, str]]:
    """Type and value of each cell of a sheet, row by row; `n` is a number."""
    with ZipFile(BytesIO(content)) as archive:
        page = ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 - our own file
    assert not list(page.iter(f"{NAMESPACE}f")), "a formula"
    assert not list(page.iter(f"{NAMESPACE}hyperlink")), "a link"
    return [(cell.get("t", "n"), "".join(cell.itertext())) for cell in page.iter(f"{NAMESPACE}c") if list(cell)]


def test_cells_are_what_they_are() -> None:
    rows: list[list[Cell]] = [
        ["=1+1", 5, Decimal("12.50"), None, date(2026, 11, 23)],
        ["https://example.com", -1, 0.5, "@SUM", None],
    ]
    content = TemplateDocuments().spreadsheet(
        [Sheet(name="One", headings=["a", "b", "c", "d", "e"], rows=rows), Sheet(name="Two", headings=["x"], rows=[])]
    )
    assert cells(content, 1)[5:] == [
        *[("inlineStr", "=1+1"), ("n", "5"), ("n", "12.5"), ("n", "46349")],
        *[("inlineStr", "https://example.com"), ("n", "-1"), ("n", "0.5"), ("inlineStr", "@SUM")],
    ]
    assert cells(content, 2) == [("inlineStr", "x")]
