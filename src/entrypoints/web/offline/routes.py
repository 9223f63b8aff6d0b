"""`/offline`, the page of those without a network, `/worker.js`, the service worker that keeps it, and the manifest."""

from typing import Final

from litestar import Response, get
from msgspec.json import encode

from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UNLIMITED
from entrypoints.http.kit.request_guard import ANY_QUERY, PUBLIC
from entrypoints.languages.documents import Phrase
from entrypoints.web.errors.errors import ErrorPage
from entrypoints.web.kit.assets import assets, base
from entrypoints.web.kit.pages import Page, Site

_WORKER: Final = "offline/worker.js"


@get("/offline", opt=PUBLIC, sync_to_thread=False)
def offline(page: Injected[Page]) -> Response[bytes]:
    """What a browser shows without a network."""
    text = page.say(Phrase("Without a network we cannot show this page. Try again when you are connected."))
    return page.render(ErrorPage(title=page.say(Phrase("You are offline")), code="", text=text, robots="noindex"))


@get("/worker.js", sync_to_thread=False, opt={**PUBLIC, **UNLIMITED, **ANY_QUERY, "hidden": True})
def worker() -> Response[bytes]:
    """The service worker of all addresses. Its parameter is the folder of the assets, so it changes with them."""
    found = assets()[_WORKER]
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'; script-src 'self'",
    }
    return Response(found.bodies[None], media_type=found.media_type, headers=headers)


@get("/manifest.webmanifest", sync_to_thread=False, opt={**PUBLIC, **UNLIMITED, **ANY_QUERY, "hidden": True})
def manifest(site: Injected[Site]) -> Response[bytes]:
    """What a phone puts on its home screen. Those of Apple show notifications only of pages that stand there."""
    icon = {"src": f"{base()}/layout/icon.svg", "sizes": "any", "type": "image/svg+xml"}
    described = {"name": site.name, "start_url": "/", "display": "standalone", "icons": [icon]}
    return Response(encode(described), media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


handlers: Final = (offline,)
