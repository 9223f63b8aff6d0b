"""What surrounds every request: other origins, HTTPS, HEAD, compression."""

import gzip
from uuid import uuid4

import httpx
import pytest
import zstandard
from tests.unit.entrypoints.api import PASSWORD, Api, assert_problem, serving, the_routes
from tests.unit.entrypoints.test_settings import PRODUCTION

from entrypoints.http.kit.compression import LARGE, SMALLEST, chosen
from entrypoints.http.scheduling import COMPUTE

pytestmark = pytest.mark.no_cover  # others cover what this walks; traced, it takes twice as long

SHOP = "https://shop.example.com"
CORS = {"BOOKING_CORS_ORIGINS": f"{SHOP},http://localhost:5173"}
BEHIND_A_PROXY = {**PRODUCTION, "BOOKING_TRUSTED_PROXIES": "127.0.0.1"}
IN_THE_CLEAR = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.7"}
ASKING = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
PLAIN = {"Accept-Encoding": "identity"}


class AnyId(dict[str, str]):
    """An id for each parameter of a path."""

    def __missing__(self, _: str) -> str:
        return str(uuid4())


def sharing(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.settings(**CORS)
async def test_allowed_origins_read_responses_and_errors(api: Api) -> None:
    for path, status in (("/health/live", 200), ("/auth/me", 401), ("/nowhere", 404)):
        for origin in (SHOP, "http://localhost:5173"):
            answer = await api.get(path, headers={"Origin": origin})
            assert answer.status_code == status
            assert answer.headers["Access-Control-Allow-Origin"] == origin
            assert "Origin" in answer.headers.get_list("Vary")
            exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
            assert {"ETag", "Location", "RateLimit", "Retry-After", "X-Request-Id"} < set(exposed)
            assert answer.headers["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example.com",
        "null",
        "",
        "*",
        "http://shop.example.com",
        "https://shop.example.com:444",
        "https://shop.example.com.evil.com",
        "https://shopXexample.com",
        "https://shop.example.com/",
        "https://SHOP.example.com",
    ],
)
@pytest.mark.settings(**CORS)
async def test_other_origins_get_no_cors_headers(api: Api, origin: str) -> None:
    for answer in (
        await api.get("/health/live", headers={"Origin": origin}),
        await api.call("OPTIONS", "/bookings", headers={"Origin": origin, **ASKING}),
    ):
        assert sharing(answer) == {}
        assert "Origin" in answer.headers.get_list("Vary")


@pytest.mark.settings(**CORS)
async def test_every_address_answers_preflights_without_counting_them(api: Api) -> None:
    for path in ("/bookings", "/providers/x/slots?from=2026-11-23&to=2026-11-24", "/auth/login"):
        answer = await api.call("OPTIONS", path, headers={"Origin": SHOP, **ASKING})
        assert (answer.status_code, answer.content) == (204, b"")
        found = sharing(answer)
        assert found["access-control-allow-origin"] == SHOP
        assert "PATCH" in found["access-control-allow-methods"].split(", ")
        assert {"Authorization", "Idempotency-Key", "If-Match"} < set(found["access-control-allow-headers"].split(", "))
        assert found["access-control-max-age"] == "7200"
        assert "RateLimit" not in answer.headers


async def test_by_default_no_page_of_another_origin_may_use_the_api(api: Api) -> None:
    answer = await api.get("/health/live", headers={"Origin": SHOP})
    assert sharing(answer) == {}
    assert "Vary" not in answer.headers


@pytest.mark.settings(**BEHIND_A_PROXY)
async def test_unencrypted_gets_are_redirected_to_https(api: Api) -> None:
    for method in ("GET", "HEAD"):
        answer = await api.call(method, "/providers?limit=5&cursor=a%2Fb", headers=IN_THE_CLEAR)
        assert answer.status_code == 308
        assert answer.headers["Location"] == ("https://booking.example.com/api/v1/providers?limit=5&cursor=a%2Fb")


@pytest.mark.settings(**BEHIND_A_PROXY)
async def test_unencrypted_writes_are_rejected(api: Api) -> None:
    for method, path in (("POST", "/auth/login"), ("DELETE", "/waitlist/x"), ("OPTIONS", "/bookings")):
        answer = await api.call(method, path, await api.admin(), headers=IN_THE_CLEAR)
        assert_problem(answer, 403, "http.https_required")


@pytest.mark.settings(**BEHIND_A_PROXY)
async def test_health_answers_unencrypted_and_everything_over_tls(api: Api) -> None:
    for path in ("/health/live", "/health/ready"):
        assert (await api.get(path, headers=IN_THE_CLEAR)).status_code == 200
    for headers in ({"X-Forwarded-Proto": "https"}, {}):
        assert (await api.get("/providers", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "environ",
    [
        PRODUCTION,  # nobody is believed there
        {**BEHIND_A_PROXY, "BOOKING_REQUIRE_HTTPS": "off"},
        {"BOOKING_TRUSTED_PROXIES": "127.0.0.1"},
    ],
    ids=["nobody is believed", "not required", "development"],
)
async def test_https_is_required_in_production_behind_a_trusted_proxy(environ: dict[str, str]) -> None:
    async with serving(**environ) as api:
        assert (await api.get("/providers", headers=IN_THE_CLEAR)).status_code == 200


@pytest.mark.parametrize("path", ["/health/live", "/schema", "/providers", "/nowhere", "/auth/me", "/auth/login"])
async def test_head_is_get_without_its_body(api: Api, path: str) -> None:
    head, get = await api.call("HEAD", path), await api.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert get.content
    passing = {"x-request-id", "ratelimit", "content-length"}
    assert {n: v for n, v in head.headers.items() if n not in passing} == {
        n: v for n, v in get.headers.items() if n not in passing
    }
    assert set(head.headers) == set(get.headers)


async def test_no_route_echoes_a_request(api: Api) -> None:
    paths = {path.format_map(AnyId()) for path in (route.split()[1] for route in the_routes(api))}
    assert len(paths) > 60
    for path in (*paths, "/health/live", "/schema", "/docs"):
        for method in ("TRACE", "TRACK", "CONNECT", "DEBUG"):
            answer = await api.call(method, path, headers={"X-Canary": "canary"})
            assert_problem(answer, 405, "http.method_not_allowed")
            assert "canary" not in answer.text


async def test_no_header_makes_another_method_of_a_request(api: Api) -> None:
    token, provider_id = await api.open_provider()
    (rule, *_) = (await api.get(f"/availability/{provider_id}", token)).json()["rules"]
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert (await api.get(f"/availability/{rule['id']}", token, headers={name: "DELETE"})).status_code == 404
    assert rule in (await api.get(f"/availability/{provider_id}", token)).json()["rules"]


async def test_methods_are_named_with_head(api: Api) -> None:
    refused = await api.call("PUT", "/providers")
    assert refused.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert (await api.call("OPTIONS", "/providers")).headers["Allow"] == "GET, HEAD, OPTIONS"
    assert "HEAD" not in (await api.call("HEAD", "/auth/login")).headers["Allow"]
    # Of the closest path: a literal part matches before a parameter; names of parameters do not matter.
    assert (await api.call("OPTIONS", "/availability/feeds")).headers["Allow"] == "GET, HEAD, OPTIONS, PUT"
    assert (await api.call("OPTIONS", "/availability/blocks")).headers["Allow"] == "OPTIONS, POST"
    assert (await api.call("OPTIONS", f"/availability/{uuid4()}")).headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"


async def received(api: Api, path: str, accepted: str, method: str = "GET") -> tuple[httpx.Response, bytes]:
    """The answer, and its bytes as they were sent."""
    async with api.client.stream(method, path, headers={"Accept-Encoding": accepted}) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


def unpacked(coding: str, sent: bytes) -> bytes:
    return gzip.decompress(sent) if coding == "gzip" else zstandard.decompress(sent)


@pytest.mark.parametrize(
    ("accepted", "coding"), [("br, gzip", "gzip"), ("gzip, zstd", "zstd"), ("gzip, zstd;q=0.9", "gzip")]
)
@pytest.mark.parametrize("path", ["/schema", "/docs/bookings"])
async def test_large_responses_are_compressed_on_request(api: Api, path: str, accepted: str, coding: str) -> None:
    plain = await api.get(path, headers=PLAIN)
    assert "Content-Encoding" not in plain.headers
    assert len(plain.content) > LARGE
    answer, sent = await received(api, path, accepted)
    assert answer.headers["Content-Encoding"] == coding
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(sent) < len(plain.content) / 3
    assert unpacked(coding, sent) == plain.content
    head, nothing = await received(api, path, accepted, "HEAD")
    assert (head.headers["Content-Encoding"], head.headers["Content-Length"]) == (coding, str(len(sent)))
    assert nothing == b""


async def test_responses_with_tokens_are_not_compressed(api: Api) -> None:
    person = {"email": "dorj@example.com", "password": PASSWORD, "name": "Dorj", "role": "customer"}
    headers = {"Accept-Encoding": "gzip"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("entrypoints.http.kit.compression.SMALLEST", 10)
        made = await api.post("/auth/register", headers=headers, json=person)
        again = await api.post("/auth/refresh", headers=headers, json={"refreshToken": made.json()["refreshToken"]})
        for answer in (made, again):
            assert answer.json()["accessToken"]
            assert "Content-Encoding" not in answer.headers
        token = again.json()["accessToken"]
        link = await api.post("/users/me/calendar-link", token, headers=headers)
        assert "token=" in link.json()["url"]
        assert "Content-Encoding" not in link.headers
        for fine in (
            await api.get("/auth/me", token, headers=headers),
            await api.post("/scheduling/slots", headers=headers, json=COMPUTE),
        ):
            assert fine.headers["Content-Encoding"] == "gzip"


async def test_small_answers_are_not(api: Api) -> None:
    for path in ("/health/live", "/nowhere"):
        answer = await api.get(path, headers={"Accept-Encoding": "gzip"})
        assert len(answer.content) < SMALLEST
        assert "Content-Encoding" not in answer.headers


async def test_a_strong_tag_means_the_same_bytes_in_every_coding(api: Api) -> None:
    token = await api.joined("customer")
    _, provider_id = await api.open_provider()
    booking = await api.booked(token, provider_id, notes="x" * 900)
    path = f"/bookings/{booking['id']}"
    plain = await api.get(path, token, headers=PLAIN)
    asked = await api.get(path, token, headers={"Accept-Encoding": "gzip"})
    assert len(plain.content) >= SMALLEST
    assert asked.headers["ETag"] == plain.headers["ETag"] == '"1"'
    assert "Content-Encoding" not in asked.headers
    changed = await api.post(f"{path}/cancel", token, json={}, headers={"If-Match": asked.headers["ETag"]})
    assert changed.status_code == 200


async def test_a_client_with_the_compressed_calendar_gets_304(api: Api) -> None:
    token = await api.joined("customer", verified=True)
    _, provider_id = await api.open_provider()
    for hour in range(10, 16):
        await api.booked(token, provider_id, f"2026-11-23T{hour}:00:00+08:00")
    address = (await api.post("/users/me/calendar-link", token)).json()["url"]
    ours = address[address.index("/users") :]
    compressed = await api.get(ours, headers={"Accept-Encoding": "gzip"})
    assert compressed.headers["Content-Encoding"] == "gzip"
    tag = compressed.headers["ETag"]
    assert tag.startswith("W/")
    for encoding in ("gzip", "identity"):
        again = await api.get(ours, headers={"If-None-Match": tag, "Accept-Encoding": encoding})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("said", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.9", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=0.5, *;q=0.1", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("*;q=0", None),
        ("gzip;q=x", None),
        ("gzip;q=2", None),
        ("gzip;q=nan", None),
        ("gzip;q=0.5, identity", None),
        ("identity", None),
        ("br", None),
        ("notgzip", None),
        ("", None),
    ],
)
def test_accept_encoding_is_read_with_quality_values(said: str, coding: str | None) -> None:
    assert chosen([(b"accept", b"gzip"), (b"accept-encoding", said.encode())]) == coding
    assert chosen([(b"accept-encoding", part.encode()) for part in said.split(",")]) == coding
