"""Problems as pages, in the language of the address or of the visitor."""

from typing import Any, Final

from litestar import Request, Response

from booking_domain.identity.errors import InvalidCsrfToken
from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.forms import takes_files
from entrypoints.http.kit.negotiation import language_for
from entrypoints.http.kit.response_headers import request_id
from entrypoints.http.kit.session_cookies import REFRESH_COOKIE
from entrypoints.web.errors.errors import error_page
from entrypoints.web.kit.pages import Page, Site

_RENEW: Final = "/renew"
_KEPT: Final = frozenset({"retry-after", "allow", "www-authenticate"})
"""Headers of the problem that a browser needs, too."""


def problem_page(
    request: Request[Any, Any, Any], problem: Response[Any], error: Exception, site: Site
) -> Response[bytes]:
    """The page in place of a problem."""
    first = request.scope["path"].split("/")[1]
    page = Page(request, site, first if first in LANGUAGES else language_for(request))
    status = problem.status_code or 500
    if status == 401:  # noqa: PLR2004 - no valid token
        return _lead_on(request, page)
    form = page.came_from
    if form and isinstance(error, InvalidCsrfToken):
        return page.see(page.link(form))  # one that is older than the session: its page is shown anew
    model = error_page(status, page.say, request_id=request_id(request.scope))
    response = page.render(model, status=status, public=False)
    response.headers.update({name: value for name, value in problem.headers.items() if name.lower() in _KEPT})
    return response


def _lead_on(request: Request[Any, Any, Any], page: Page) -> Response[bytes]:
    """To a new access token and back, a form with what was typed; without a session to signing in, and to the page.

    Of a form with files, megabytes are not sent again: it leads back to its page.
    """
    path, sent = page.path, request.scope["method"] != "GET" and not takes_files(request.scope.get("route_handler"))
    query = request.scope["query_string"].decode("latin-1")
    here = path + (f"?{query}" if query else "")
    form = page.came_from
    if path == _RENEW:
        here = page.asked("next")
    elif REFRESH_COOKIE in request.cookies:
        files = request.headers.get("content-type", "").startswith("multipart/")  # too large to be sent twice
        return page.see(page.link(_RENEW, next=form if files else here), status=307 if sent and not files else 303)
    if not sent:
        return page.see(page.link("/sign-in", next=here))
    return page.see(page.link("/sign-in", next=form, ended=1))
