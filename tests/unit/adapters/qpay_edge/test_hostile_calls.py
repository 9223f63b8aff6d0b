"""What strangers and a wrong API send to the Worker: it refuses, answers no 500, and tells nothing."""

import json
import uuid
from typing import Any, Final

import httpx
import pytest
from tests.gates import PATIENCE_SECONDS
from tests.unit.adapters.qpay_edge.edge_fixtures import signed
from tests.unit.adapters.qpay_edge.test_worker import CHECK, UNSIGNED, an_order, asked, now
from tests.unit.adapters.qpay_edge.worker_process import KEY, OTHER_KEY, WorkerProcess
from tests.unit.simulators.callback_receiver import CallbackReceiver

from adapters.qpay_edge.signatures import TO_WORKER

WEBHOOK: Final = "/worker/qpay/webhook"
SECRETS: Final = (KEY, OTHER_KEY, "simulator", "SIMULATOR", "Bearer", "node_modules", "at async", ".js:", "Error:")
OTHER_PATHS: Final = (
    *("/", "/worker", "/worker/", "/worker/qpay", "/worker/qpay/", f"{CHECK}/", f"/{CHECK}", "/worker//qpay/check"),
    *("/worker/qpay/%63heck", "/worker/qpay/Check", "/WORKER/qpay/check", f"{CHECK};x", f"{CHECK}%00", f"{CHECK}%2f"),
    *("/worker/qpay/__proto__", "/worker/qpay/constructor", "/worker/qpay/toString", "/worker/qpay/hasOwnProperty"),
    *(
        "/worker/qpay/webhook/",
        "/worker/qpay/webhook%00",
        "/worker/qpay/..%2fwebhook",
        "/cdn-cgi/x",
        "/%ff",
        "/" + "x" * 4_000,
    ),
)
HEADERS: Final = {
    "edge-timestamp": ("", "0", "-1", "9" * 12, "9" * 13, "9" * 400, "1e9", "NaN", "Infinity", "0x1", "é", "١"),
    "edge-nonce": ("", "x", "x" * 21, "x" * 65, "x" * 5_000, "é" * 22, "' OR 1=1 --", "x" * 21 + "="),
    "edge-signature": (
        "",
        "v1=",
        "v1=" + "0" * 64,
        "v1=" + "g" * 64,
        "v2=" + "0" * 64,
        "0" * 64,
        "v1=" + "0" * 65,
        "é",
    ),
}
DOCUMENTS: Final = (
    *(b"", b"null", b"true", b"1", b'"x"', b"[]", b"[{}]", b"{", b"\xff", b"\0", b"NaN", b"\xef\xbb\xbf{}"),
    *(b"[" * 30_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b'{"page":1e400,"qpayInvoiceId":1}'),
    *(b'{"__proto__":{"qpayInvoiceId":"1","page":1}}', b'{"constructor":{"prototype":{"page":1}}}'),
    *(b'{"qpayInvoiceId":{"toString":"1"},"page":1}', b'{"qpayInvoiceId":["1"],"page":[1]}'),
    *(b'{"qpayInvoiceId":"../auth/token","page":1}', b'{"qpayInvoiceId":"1?x","page":1}', b'{"qpayInvoiceId":"1/2"}'),
    *(b'{"qpayInvoiceId":"1\\n","page":1}', b'{"qpayInvoiceId":"1\\u0000","page":1}', b'{"qpayInvoiceId":"\\ud800"}'),
    *(b'{"qpayPaymentId":"1/../../auth","note":"x"}', b'{"qpayPaymentId":"1","note":{"length":1}}'),
    *(b'{"start":{"length":1},"end":"x","page":1}', b'{"start":"x","end":["x"],"page":1.5}'),
)


async def sent(
    worker: WorkerProcess, method: str, path: str, headers: Any = None, body: bytes | None = None
) -> httpx.Response:
    async with httpx.AsyncClient(base_url=worker.url, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        answer = await client.request(method, path, headers=headers, content=body)
    assert not any(secret in answer.text for secret in SECRETS), answer.text[:500]
    return answer


async def test_other_paths_are_not_found_whatever_the_method(worker: WorkerProcess) -> None:
    for path in OTHER_PATHS:
        for method in ("GET", "POST", "HEAD", "OPTIONS"):
            answer = await sent(worker, method, path, body=b"{}" if method == "POST" else None)
            assert answer.status_code == 404, (method, path, answer.text[:200])


@pytest.mark.parametrize("path", [CHECK, WEBHOOK])
async def test_other_methods_are_not_allowed(worker: WorkerProcess, path: str) -> None:
    for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND", *(("GET",) if path == CHECK else ())):
        answer = await sent(worker, method, path)
        assert answer.status_code == 405, method
        assert answer.headers["allow"] == ("POST" if path == CHECK else "GET, POST")
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("name", list(HEADERS))
async def test_a_header_that_is_missing_wrong_or_doubled_is_refused(worker: WorkerProcess, name: str) -> None:
    body = json.dumps({"qpayInvoiceId": "1", "page": 1}).encode()
    right = {key.encode(): value.encode() for key, value in signed(TO_WORKER, "POST", CHECK, body, at=now()).items()}
    others = [(key, value) for key, value in right.items() if key != name.encode()]
    pair = (name.encode(), right[name.encode()])
    wrongs = [(name.encode(), value.encode()) for value in HEADERS[name]]
    for headers in (
        others,
        [*others, pair, pair],
        *([*others, each] for each in wrongs),
        *([*others, pair, each] for each in wrongs if each[1]),
    ):
        answer = await sent(worker, "POST", CHECK, headers, body)
        assert (answer.status_code, answer.json()) == (401, {"error": "INVALID_SIGNATURE"}), headers
    assert (await sent(worker, "POST", CHECK, list(right.items()), body)).status_code == 200


@pytest.mark.parametrize("operation", UNSIGNED)
async def test_a_signed_body_that_is_no_request_is_refused(worker: WorkerProcess, operation: str) -> None:
    path = f"/worker/qpay/{operation}"
    for body in DOCUMENTS:
        headers = signed(TO_WORKER, "POST", path, body, at=now())
        answer = await sent(worker, "POST", path, headers, body)
        assert answer.status_code in {400, 422}, (body[:80], answer.status_code, answer.text[:200])


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("bookingId", (["1"], {"toString": "1"}, 1, True, "1/2", "x" * 65)),
        ("amount", ([1], True, 1e300, -1, 2**53, "1", {"valueOf": 1})),
        (
            "returnUrl",
            (["https://a.example.com/"], "https://", "http://[::1", 1, "https://a.example.com/" + "x" * 2_000),
        ),
        ("notifyUrl", (["https://a.example.com/"], "https://", None, 1, {"href": "https://a.example.com"})),
        ("orderNumber", (["abc"], 1, True, {"toString": "abc"}, None, "", "a-b", "x" * 46)),
        ("description", (["x"], 1, {"length": 1}, None)),
        ("expiresAt", (["2030-01-01T00:00:00Z"], 1, {}, "", True, "2030-01-01T00:00:00Z\n")),
    ],
)
async def test_a_field_of_another_type_is_named(
    worker: WorkerProcess, api: CallbackReceiver, field: str, wrong: tuple[object, ...]
) -> None:
    for value in wrong:
        answer = await asked(worker, "/worker/qpay/invoice", an_order(api, **{field: value}))
        assert (answer.status_code, answer.json()) == (422, {"error": "INVALID_FIELDS", "fields": [field]}), value


async def test_a_notification_goes_to_the_api_without_credentials_in_its_address(
    worker: WorkerProcess, api: CallbackReceiver
) -> None:
    url = api.url("/api/v1/webhooks/qpay-edge")
    for wrong in (
        url.replace("http://", "http://user:pass@"),
        url.replace("http://", "http://user@"),
        f"{url}#x",
        "http://",
    ):
        answer = await asked(worker, "/worker/qpay/invoice", an_order(api, notifyUrl=wrong))
        assert answer.json() == {"error": "INVALID_FIELDS", "fields": ["notifyUrl"]}, wrong


async def test_a_callback_with_a_hostile_token_is_unknown(worker: WorkerProcess) -> None:
    for query in (
        "",
        "?",
        "?token",
        "?token=",
        "?token=%00",
        "?token=%ff",
        "?token=" + "x" * 8_000,
        "?token=a&token=b",
        "?Token=x",
        "?token[]=x",
        "?__proto__=x",
    ):
        for method in ("GET", "POST"):
            answer = await sent(worker, method, f"{WEBHOOK}{query}", body=b"x" * 100_000 if method == "POST" else None)
            assert (answer.status_code, answer.json()) == (404, {"error": "UNKNOWN_TOKEN"}), query


async def test_an_order_number_is_of_one_order_whatever_its_prototype(
    worker: WorkerProcess, api: CallbackReceiver
) -> None:
    number = uuid.uuid4().hex
    body = json.dumps(an_order(api, orderNumber=number))
    polluted = body.removesuffix("}") + ', "__proto__": {"amount": 1}, "hasOwnProperty": 1}'
    path = "/worker/qpay/invoice"
    for text, status in ((polluted, 200), (body, 409), (polluted, 200)):
        headers = signed(TO_WORKER, "POST", path, text.encode(), at=now())
        assert (await sent(worker, "POST", path, headers, text.encode())).status_code == status
