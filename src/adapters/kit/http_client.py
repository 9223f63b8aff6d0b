"""The HTTP client with which adapters call the services that the deployment configures."""

import ssl
from functools import cache

import httpx


@cache
def trusted_certificates() -> ssl.SSLContext:
    """Trust certifi's certificates. All clients share them, because loading them takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


def http_client(*, base_url: str = "", timeout: httpx.Timeout | float | None = None) -> httpx.AsyncClient:
    """A client that follows no redirects, and that no proxy or .netrc from the environment intercepts.

    `timeout` is in seconds; None means that each request has its own.
    """
    return httpx.AsyncClient(
        base_url=base_url,
        timeout=timeout,
        verify=trusted_certificates(),
        trust_env=False,
        follow_redirects=False,
        event_hooks={"response": [_forget_location]},
    )


async def _forget_location(response: httpx.Response) -> None:
    """Keep httpx from parsing where a redirect leads that it does not follow: a bad name would be a `UnicodeError`."""
    response.headers.pop("location", None)
