"""Problems as pages, in the language of the address or of the visitor."""

from typing import Any, Final

from litestar import Request, Response

from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.response_headers import request_id
from entrypoints.http.kit.session_cookies import REFRESH_COOKIE
from entrypoints.web.errors.errors import error_page
from entrypoints.web.kit.pages import Page, Site

_RENEW: Final = "/renew"
_KEPT: Final = frozenset({"retry-after", "allow", "www-authenticate"})
"""Headers of the problem that a browser needs, too."""


def problem_page(request: Request[Any, Any, Any], problem: Response[Any], site: Site) -> Response[bytes]:
    """The page in place of a problem."""
    first = request.scope["path"].split("/")[1]
    page = Page(request, site, first if first in LANGUAGES else language_for(request))
    status = problem.status_code or 500
    path = request.scope["path"].removeprefix(f"/{page.language}")
    if status == 401 and path == _RENEW:  # noqa: PLR2004 - the session has ended
        return page.see(page.link("/sign-in", next=page.asked("next")))
    expired = status == 401 and request.scope["method"] == "GET"  # noqa: PLR2004 - no valid token
    if expired:
        query = request.scope["query_string"].decode("latin-1")
        address = _RENEW if REFRESH_COOKIE in request.cookies else "/sign-in"
        return page.see(page.link(address, next=path + (f"?{query}" if query else "")))
    model = error_page(status, page.say, request_id=request_id(request.scope))
    response = page.render(model, status=status, public=False)
    response.headers.update({name: value for name, value in problem.headers.items() if name.lower() in _KEPT})
    return response
