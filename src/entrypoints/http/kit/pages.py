"""Pages for people with a browser, which are served beside the API: what the application has to know about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, Router
from litestar.handlers.base import BaseRouteHandler
from litestar.status_codes import HTTP_401_UNAUTHORIZED

from booking_domain.shared.languages import LANGUAGES

Answerer = Callable[[Request[Any, Any, Any], Exception], Response[Any]]
PAGE: Final[dict[str, Any]] = {"page": True}
"""The `opt` of the routes of pages: what goes wrong there is answered with a page."""
_NOT_PAGES: Final = ("/api/", "/docs", "/schema", "/health", "/objects/", "/assets/")


@dataclass(frozen=True, slots=True)
class Pages:
    """The routes of the pages, and the page that stands in place of a problem."""

    routes: Sequence[Router]
    problem: Callable[[Request[Any, Any, Any], Response[Any], Exception], Response[Any]]


def in_pages(pages: Pages, answer: Answerer) -> Answerer:
    """Answer browsers with a page where programs get a problem."""

    def answered(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        problem = answer(request, error)
        shown = _wants_page(request) or (problem.status_code == HTTP_401_UNAUTHORIZED and _follows_link(request))
        return pages.problem(request, problem, error) if shown else problem

    return answered


def _follows_link(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser opens an address of the API for a person, as that of a file to which a page links."""
    return request.scope["method"] == "GET" and request.headers.get("sec-fetch-mode") == "navigate"


def _wants_page(request: Request[Any, Any, Any]) -> bool:
    handler: BaseRouteHandler | None = request.scope.get("route_handler")
    if handler is not None:
        return "page" in handler.opt
    shown = not request.scope["path"].startswith(_NOT_PAGES)
    return shown and "text/html" in request.headers.get("accept", "")


def marked(state: str, language: str) -> str:
    """The `state` of a sign-in at a service that began on a page: the callback leads back to a page in the language."""
    return f"{language}.{state}"


def unmarked(state: str) -> tuple[str, str]:
    """The language of the page, empty if a client of the API has begun, and the state as it was issued."""
    language, _, issued = state.rpartition(".")
    return (language, issued) if language in LANGUAGES else ("", state)
