"""`/docs/inbox`: messages that development writes to files instead of sending. Served only to the same machine."""

from collections.abc import Mapping, Sequence
from html import escape
from ipaddress import ip_address
from typing import Any, Final, Protocol

from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import PUBLIC

ADDRESS: Final = "/docs/inbox"
MOST_SHOWN: Final = 200
_HIDDEN: Final = {**PUBLIC, **UNLIMITED, "hidden": True}
_NO_STORE: Final = {"Cache-Control": "no-store"}
_POLICY: Final = "Content-Security-Policy"
_WITH_PREVIEW: Final = {
    **_NO_STORE,
    _POLICY: "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}
_SANDBOXED: Final = {
    **_NO_STORE,
    _POLICY: "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'",
}
_PAGE: Final = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title}</title>
    <link rel="icon" type="image/svg+xml" href="{assets}/icon.svg">
    <link rel="stylesheet" href="{assets}/page.css">
  </head>
  <body>
    <main>
      <h1>{title}</h1>
{content}
    </main>
  </body>
</html>
"""


class Inbox(Protocol):
    """The messages that were written to files."""

    def listed(self, most: int) -> Sequence[Mapping[str, str]]:
        """The newest messages: at least `name`, `channel`, `to`, `subject`, `text` and `createdAt`."""
        ...

    def named(self, name: str) -> Mapping[str, str] | None:
        """A message, with its `html` if it is an e-mail, and its `calendar`, perhaps empty."""
        ...


class Pages:
    """The pages, with the address of the folder of their assets."""

    def __init__(self, assets: str) -> None:
        self._assets = assets

    def list(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The newest messages."""
        rows = "\n".join(
            f'<li><a href="{ADDRESS}/{escape(each["name"])}">{escape(_title(each))}</a><br>'
            f"{escape(each['channel'])} to {escape(each['to'])}, {escape(each['createdAt'])}</li>"
            for each in messages
        )
        shown = f'<ul class="inbox">\n{rows}\n</ul>' if rows else "<p>No messages yet.</p>"
        return self._page("Inbox", f"<p>What would be sent, newest first. Reload to see more.</p>\n{shown}")

    def message(self, found: Mapping[str, str]) -> str:
        """One message, with a preview of its HTML."""
        address = f"{ADDRESS}/{escape(found['name'])}"
        parts = [
            f'<p><a href="{ADDRESS}">Inbox</a></p>',
            f"<p>{escape(found['channel'])} to {escape(found['to'])}, {escape(found['createdAt'])}</p>",
            f'<p class="text" dir="auto">{escape(found["text"])}</p>',
        ]
        if found.get("calendar"):
            parts.append(f'<p><a href="{address}/booking.ics">booking.ics</a></p>')
        if found.get("html"):
            parts.append(f'<iframe class="preview" sandbox title="The message as HTML" src="{address}/page"></iframe>')
        return self._page(found["subject"] or "Text message", "\n".join(parts))

    def _page(self, title: str, content: str) -> str:
        return _PAGE.format(title=escape(title), assets=self._assets, content=content)


def _title(message: Mapping[str, str]) -> str:
    """The subject, or the first line of a message without one."""
    return message["subject"] or message["text"].partition("\n")[0]


def _require_local(request: Request[Any, Any, Any], inbox: Inbox | None) -> Inbox:
    """Refuse requests from other machines, and from pages whose host name resolves to this machine (DNS rebinding)."""
    local = request.client is not None and ip_address(request.client.host).is_loopback
    if inbox is None or not local or request.url.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise NotFoundException
    return inbox


def _found(request: Request[Any, Any, Any], inbox: Inbox | None, name: str) -> Mapping[str, str]:
    found = _require_local(request, inbox).named(name)
    if found is None:
        raise NotFoundException
    return found


@get("", sync_to_thread=True, opt=_HIDDEN)
def inbox_page(
    request: Request[Any, Any, Any], inbox: Injected[Inbox | None], inbox_pages: Injected[Pages]
) -> Response[str]:
    """The newest messages."""
    shown = inbox_pages.list(_require_local(request, inbox).listed(MOST_SHOWN))
    return Response(shown, media_type=MediaType.HTML, headers=_NO_STORE)


@get("/{name:str}", sync_to_thread=True, opt=_HIDDEN)
def message_page(
    name: FromPath[str], request: Request[Any, Any, Any], inbox: Injected[Inbox | None], inbox_pages: Injected[Pages]
) -> Response[str]:
    """One message."""
    shown = inbox_pages.message(_found(request, inbox, name))
    return Response(shown, media_type=MediaType.HTML, headers=_WITH_PREVIEW)


@get("/{name:str}/page", sync_to_thread=True, opt=_HIDDEN)
def message_html(name: FromPath[str], request: Request[Any, Any, Any], inbox: Injected[Inbox | None]) -> Response[str]:
    """The HTML of an e-mail, sandboxed."""
    html = _found(request, inbox, name).get("html")
    if not html:
        raise NotFoundException
    return Response(html, media_type=MediaType.HTML, headers=_SANDBOXED)


@get("/{name:str}/booking.ics", sync_to_thread=True, opt=_HIDDEN)
def message_calendar(
    name: FromPath[str], request: Request[Any, Any, Any], inbox: Injected[Inbox | None]
) -> Response[str]:
    """The calendar file of an e-mail."""
    calendar = _found(request, inbox, name).get("calendar")
    if not calendar:
        raise NotFoundException
    headers = {**_NO_STORE, "Content-Disposition": 'attachment; filename="booking.ics"'}
    return Response(calendar, media_type="text/calendar", headers=headers)
