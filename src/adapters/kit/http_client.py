"""The HTTP client with which adapters call the services that the deployment configures."""

import ssl
from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import Any, Final

import httpx

CallWatcher = Callable[[str, str, int | None, float, float], None]
"""Is told of a call: method, host, status, and when it began and ended, by `perf_counter`. Must not raise."""
call_watchers: Final[list[CallWatcher]] = []
"""Of this process."""


@cache
def trusted_certificates() -> ssl.SSLContext:
    """Trust certifi's certificates. All clients share them, because loading them takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def http_client(*, base_url: str = "", timeout: httpx.Timeout | float | None = None) -> httpx.AsyncClient:
    """A client that follows no redirects, and that no proxy or .netrc from the environment intercepts.

    `timeout` is in seconds; None means that each request has its own.
    """
    return WatchedClient(
        base_url=base_url,
        timeout=timeout,
        verify=trusted_certificates(),
        trust_env=False,
        follow_redirects=False,
        event_hooks={"response": [_forget_location]},
    )


class WatchedClient(httpx.AsyncClient):
    """A client that tells the watchers of each call, until the head of its answer."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        if not call_watchers:
            return await super().send(request, **options)
        began, status = perf_counter(), None
        try:
            response = await super().send(request, **options)
            status = response.status_code
            return response
        finally:
            host, ended = request.headers.get("host", ""), perf_counter()
            for watcher in call_watchers:
                watcher(request.method, host, status, began, ended)


async def _forget_location(response: httpx.Response) -> None:
    """Keep httpx from parsing where a redirect leads that it does not follow: a bad name would be a `UnicodeError`."""
    response.headers.pop("location", None)
