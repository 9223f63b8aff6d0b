"""HEAD, compression and redirects as the real server sends them."""

from pathlib import Path

from tests.acceptance.product import Api
from tests.databases import TestServer

BEHIND_A_PROXY = {
    "BOOKING_TRUSTED_PROXIES": "127.0.0.1",
    "BOOKING_REQUIRE_HTTPS": "on",
    "BOOKING_PUBLIC_URL": "https://booking.example.com",
}


def test_head_compression_and_redirects_behind_a_proxy(postgres: TestServer, tmp_path: Path) -> None:
    with postgres.database() as url, Api(tmp_path, url, **BEHIND_A_PROXY) as api:
        head, get = api.http.head("/providers"), api.http.get("/providers")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(get.content))
        for path in ("/schema", "/docs/bookings"):
            plain = api.http.get(api.url + path, headers={"Accept-Encoding": "identity"})
            compressed = api.http.get(api.url + path, headers={"Accept-Encoding": "gzip"})
            assert compressed.headers["Content-Encoding"] == "gzip"
            assert compressed.content == plain.content
            assert api.http.head(api.url + path).content == b""
        in_the_clear = {"X-Forwarded-Proto": "http"}
        moved = api.http.get("/providers/a%20b?limit=5&cursor=%C3%A9", headers=in_the_clear)
        assert moved.status_code == 308
        assert moved.headers["Location"] == "https://booking.example.com/api/v1/providers/a%20b?limit=5&cursor=%C3%A9"
        assert api.http.post("/auth/login", json={}, headers=in_the_clear).status_code == 403
        assert api.http.get("/health/ready", headers=in_the_clear).status_code == 200
