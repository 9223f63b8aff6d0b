"""Documents as HTTP answers: an HTML page or a PDF file, as the request asks."""

from enum import StrEnum
from functools import partial
from typing import Any, Final

from litestar import Request, Response

from booking_domain.shared.documents import Document, Documents
from entrypoints.http.kit.computers import Computing
from entrypoints.http.kit.fields import Query
from entrypoints.http.kit.quality_values import quality_values

HTML: Final = "text/html"
PDF: Final = "application/pdf"
_MAY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of a page that has its style within it, and nothing else."""


class DocumentFormat(StrEnum):
    """The format of a document."""

    HTML = "html"
    PDF = "pdf"


class DocumentQuery(Query, frozen=True, kw_only=True):
    """In which format; by default as `Accept` prefers, and HTML if it does not matter."""

    format: DocumentFormat | None = None

    def chosen(self, request: Request[Any, Any, Any]) -> DocumentFormat:
        """The format that the request asks for."""
        if self.format is not None:
            return self.format
        wanted = dict(quality_values(request.headers.get("Accept", "").encode()))
        return DocumentFormat.PDF if wanted.get(PDF, 0) > wanted.get(HTML, 0) else DocumentFormat.HTML


async def file_of(document: Document, name: str, *, documents: Documents, computing: Computing) -> Response[str]:
    """The PDF file of a document, rendered inside a turn."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    content: Any = await computing.run(partial(documents.pdf, document))
    # The OpenAPI document needs the type of the page or text that the answer is otherwise.
    return Response(content, media_type=PDF, headers=headers)


async def answer_of(
    document: Document, name: str, chosen: DocumentFormat, *, documents: Documents, computing: Computing
) -> Response[str]:
    """A document in the format that was chosen, rendered inside a turn; `name` is that of the file."""
    if chosen is DocumentFormat.PDF:
        answer = await file_of(document, name, documents=documents, computing=computing)
    else:
        page = await computing.run(partial(documents.html, document))
        answer = Response(page, media_type=HTML, headers={"Content-Security-Policy": _MAY})
    answer.headers["Vary"] = "Accept"
    return answer
