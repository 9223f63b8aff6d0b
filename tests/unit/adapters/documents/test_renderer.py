"""Documents as PDF and HTML, read back by libraries that have no part in making them."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from adapters.documents.renderer import TemplateDocuments
from booking_domain.shared.documents import Chart, Column, Document, Fact, LinkPicture
from entrypoints.http.kit.computers import ProcessComputer

DOCUMENTS: Final = TemplateDocuments()
A_DOCUMENT: Final = Document(
    language="en",
    title="Receipt",
    number="2026-000001",
    created_at=datetime(2026, 11, 22, 8, tzinfo=UTC),
    facts=(Fact(label="Customer", value="Bold Bat"), Fact(label="Provider", value="Өргөө салон")),
    columns=(Column(heading="Item"), Column(heading="Amount", numeric=True)),
    rows=(("Deposit", "20,000.00 MNT"), ("Balance", "60,000.00 MNT")),
    totals=(Fact(label="Total", value="80,000.00 MNT"),),
    notes=("Paid in full.",),
)
HOSTILE: Final = (
    '#eval("1") *bold* $x$ @ref <label> [content] \\u{41} // comment',
    "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} \" ' &",
    "#import sys: inputs",
    "m" * 300,
)
UNUSUAL: Final = ("\u202eb\u2066c\x07\x00\n\n= Heading", "日本語 😀", "م" * 300, "\ud800", "")


class _Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def named(name: str, language: str = "en") -> Document:
    return replace(A_DOCUMENT, language=language, facts=(Fact(label="Customer", value=name),))


def test_a_pdf_contains_each_text() -> None:
    said = text_of(DOCUMENTS.pdf(A_DOCUMENT))
    for expected in ("Receipt", "2026-000001", "Bold Bat", "Өргөө салон", "Deposit", "60,000.00 MNT", "Paid in full."):
        assert expected in said


def test_a_chart_has_its_words_and_a_bar_for_each_value() -> None:
    chart = Chart(title="Hours", bars=(1, 0, 2.5), most="2.5 h", first="Monday", last="Wednesday")
    document = replace(A_DOCUMENT, charts=(chart,))
    said = text_of(DOCUMENTS.pdf(document))
    page = _Page(DOCUMENTS.html(document))
    for expected in ("Hours", "2.5 h", "Monday", "Wednesday"):
        assert expected in said
        assert expected in " ".join(page.texts)
    heights = [float(shape["height"]) for tag, shape in page.tags if tag == "rect" and "x" in shape]
    assert heights == [24, 0, 60]
    mirrored = _Page(DOCUMENTS.html(replace(document, language="fa")))
    assert [float(shape["height"]) for tag, shape in mirrored.tags if tag == "rect" and "x" in shape] == [60, 0, 24]


def test_a_pdf_is_tagged_and_has_title_language_and_only_our_fonts() -> None:
    reader = PdfReader(io.BytesIO(DOCUMENTS.pdf(replace(A_DOCUMENT, language="mn"))))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert (reader.metadata.title, root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("Receipt 2026-000001", "mn", True)
    fonts: Any = reader.pages[0]["/Resources"]
    assert {each.get_object()["/BaseFont"].partition("+")[2] for each in fonts["/Font"].values()} == {
        "NotoSans-Regular",
        "NotoSans-Bold",
    }


def test_persian_is_set_from_right_to_left_and_amounts_from_left_to_right() -> None:
    persian = replace(A_DOCUMENT, language="fa", title="رسید", facts=(Fact(label="مشتری", value="رضایی"),))
    pdf = PdfReader(io.BytesIO(DOCUMENTS.pdf(persian)))
    said = pdf.pages[0].extract_text()
    for expected in ("رسید", "رضایی", "مشتری", "60,000.00 MNT"):
        assert expected in said
    fonts: Any = pdf.pages[0]["/Resources"]
    assert any("Vazirmatn" in each.get_object()["/BaseFont"] for each in fonts["/Font"].values())
    page = _Page(DOCUMENTS.html(persian))
    assert ("html", {"lang": "fa", "dir": "rtl"}) in page.tags
    assert ("bdi", {"dir": "ltr"}) in page.tags


def test_the_same_document_renders_to_the_same_bytes() -> None:
    assert DOCUMENTS.pdf(A_DOCUMENT) == DOCUMENTS.pdf(A_DOCUMENT)


def test_the_instant_of_issue_may_have_microseconds() -> None:
    at = A_DOCUMENT.created_at + timedelta(microseconds=1)
    assert DOCUMENTS.pdf(replace(A_DOCUMENT, created_at=at)) == DOCUMENTS.pdf(A_DOCUMENT)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", ["en", "mn"])
def test_markup_in_a_name_is_shown_literally(name: str, language: str) -> None:
    document = named(name, language)
    shown = "".join(text_of(DOCUMENTS.pdf(document)).replace("\u200b", "").split())
    assert "".join(name.split()) in shown
    assert "80,000.00MNT" in shown
    page = _Page(DOCUMENTS.html(document))
    assert name in page.texts
    assert "script" not in {tag for tag, _ in page.tags}


@pytest.mark.parametrize("name", UNUSUAL)
@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_name_without_glyphs_does_not_prevent_a_document(name: str, language: str) -> None:
    assert "80,000.00 MNT" in text_of(DOCUMENTS.pdf(named(name, language)))
    assert "80,000.00 MNT" in "".join(_Page(DOCUMENTS.html(named(name, language))).texts)


@settings(max_examples=25)
@given(name=st.text(max_size=60), language=st.sampled_from(["en", "mn", "fa"]))
def test_any_text_can_be_rendered(name: str, language: str) -> None:
    assert "2026-000001" in text_of(DOCUMENTS.pdf(named(name, language)))
    assert "script" not in {tag for tag, _ in _Page(DOCUMENTS.html(named(name, language))).tags}


def test_a_long_table_repeats_its_headings_on_each_page() -> None:
    long = replace(A_DOCUMENT, rows=[(f"Booking {n}", f"{n}.00 MNT") for n in range(200)])
    pages = PdfReader(io.BytesIO(DOCUMENTS.pdf(long))).pages
    assert len(pages) > 3
    assert all("Amount" in page.extract_text() for page in list(pages)[:-1])


def test_each_row_has_one_cell_per_column() -> None:
    with pytest.raises(ValueError, match="one cell per column"):
        replace(A_DOCUMENT, rows=(("Deposit",),))


@pytest.fixture
async def computing() -> AsyncIterator[ProcessComputer]:
    computing = ProcessComputer()
    yield computing
    await computing.close()


async def test_documents_are_rendered_in_another_process(computing: ProcessComputer) -> None:
    assert await computing.run(partial(DOCUMENTS.pdf, A_DOCUMENT)) == DOCUMENTS.pdf(A_DOCUMENT)


@pytest.mark.parametrize("text", [*HOSTILE, *UNUSUAL])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_picture_of_a_link_has_its_size_whatever_it_says(language: str, text: str) -> None:
    said = LinkPicture(language=language, brand=text, title=text, subtitle=text, stars=text, accent="#7a2e3a")
    with Image.open(io.BytesIO(DOCUMENTS.link_picture(said))) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (1200, 630))


def test_the_picture_of_a_link_shows_the_photo_unless_it_is_damaged() -> None:
    red = io.BytesIO()
    Image.new("RGB", (90, 90), (200, 0, 0)).save(red, "WEBP")
    said = LinkPicture(language="en", brand="Booking", title="Sarnai", accent="#00ff00")
    edges = []
    for photo in (red.getvalue(), red.getvalue()[:20], b""):
        with Image.open(io.BytesIO(DOCUMENTS.link_picture(replace(said, photo=photo)))) as drawn:
            edges.append(drawn.convert("RGB").crop((1190, 300, 1191, 301)).tobytes())
    assert (edges[0][0] > 190, edges[1:]) == (True, [b"\x00\xff\x00"] * 2)
