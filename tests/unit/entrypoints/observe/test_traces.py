"""What a receiver of traces gets from the API: templates and times, and no value of a request."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.unit.entrypoints.api import serving
from tests.unit.entrypoints.observe.receiver import receiving

from adapters.kit.http_client import http_client
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.watching import watched
from entrypoints.logs import ACCESS_FIELDS, ACCESS_LOG, formatter
from entrypoints.observe.current import TRACE, Trace

pytest.importorskip("opentelemetry.sdk", reason="pip install -r requirements/observe.txt")
PARENT = "4bf92f3577b34da6a3ce929d0e0e4736"


def spans_of(received: list[tuple[str, bytes]]) -> Iterator[Any]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest  # noqa: PLC0415

    for path, body in received:
        assert path == "/v1/traces"
        sent: Any = ExportTraceServiceRequest.FromString(body)
        for resource in sent.resource_spans:
            for scope in resource.scope_spans:
                yield from scope.spans


def attributes_of(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


async def test_a_request_is_a_span_with_its_route_and_no_value_of_it() -> None:
    secret = uuid4()
    with receiving() as (port, received):
        async with serving(BOOKING_OTLP_URL=f"http://127.0.0.1:{port}", BOOKING_TRACE_PERCENT="100") as api:
            answer = await api.get(f"/providers/{secret}?phone=+97699112233", headers={"Authorization": f"X {secret}"})
            await api.get(f"/nowhere/{secret}")
        spans = list(spans_of(received))
        whole = b"".join(body for _, body in received)
    assert [(each.name, attributes_of(each)) for each in spans] == [
        (
            "GET /api/v1/providers/{provider_id}",
            {
                "http.request.method": "GET",
                "http.route": "/api/v1/providers/{provider_id}",
                "http.response.status_code": answer.status_code,
            },
        ),
        ("GET none", {"http.request.method": "GET", "http.response.status_code": 404}),
    ]
    assert answer.json()["traceId"] == spans[0].trace_id.hex()
    for value in (str(secret), "97699112233", "phone"):
        assert value.encode() not in whole


async def test_statements_and_calls_are_spans_of_what_asks_for_them() -> None:
    async def nothing() -> None:
        await asyncio.sleep(0)

    with receiving() as (port, received), receiving() as (other, _):
        async with serving(BOOKING_OTLP_URL=f"http://127.0.0.1:{port}", BOOKING_TRACE_PERCENT="100") as api:
            traces = api.container.traces()
            assert traces is not None
            with traces.job("send_messages"):
                await watched(Statement(text("SELECT 1 FROM users WHERE phone = :phone")), nothing())
                async with http_client(timeout=10) as client:
                    await client.post(f"http://127.0.0.1:{other}/bot-token/send?to=dorj", content=b"hello")
            await watched(Statement(text("SELECT 2")), nothing())
        spans = {each.name: each for each in spans_of(received)}
        whole = b"".join(body for _, body in received)
    assert set(spans) == {"select", f"POST 127.0.0.1:{other}", "job send_messages"}
    job = spans.pop("job send_messages")
    assert {each.parent_span_id for each in spans.values()} == {job.span_id}
    assert attributes_of(spans["select"])["db.query.text"] == "SELECT 1 FROM users WHERE phone = %(phone)s"
    assert b"bot-token" not in whole
    assert b"dorj" not in whole


@pytest.mark.parametrize(("proxies", "percent", "sent"), [("127.0.0.1", "0", True), ("", "0", False)])
async def test_only_a_trusted_proxy_decides_what_is_traced(proxies: str, percent: str, sent: bool) -> None:  # noqa: FBT001
    with receiving() as (port, received):
        async with serving(
            BOOKING_OTLP_URL=f"http://127.0.0.1:{port}", BOOKING_TRACE_PERCENT=percent, BOOKING_TRUSTED_PROXIES=proxies
        ) as api:
            await api.get("/health/live", headers={"traceparent": f"00-{PARENT}-00f067aa0ba902b7-01"})
        assert [each.trace_id.hex() for each in spans_of(received)] == ([PARENT] if sent else [])


GOOD = f"00-{PARENT}-00f067aa0ba902b7-01"
MALFORMED = [
    [""],
    ["malformed"],
    [GOOD.removesuffix("-01")],
    [f"{GOOD}-more"],
    [GOOD.upper()],
    [GOOD.replace("00", "ff", 1)],
    [GOOD.replace(PARENT, "0" * 32)],
    [GOOD.replace("00f067aa0ba902b7", "0" * 16)],
    [GOOD, GOOD],
]


@pytest.mark.parametrize("percent", ["0", "100"])
async def test_a_malformed_traceparent_is_ignored(percent: str) -> None:
    with receiving() as (port, received):
        async with serving(
            BOOKING_OTLP_URL=f"http://127.0.0.1:{port}",
            BOOKING_TRACE_PERCENT=percent,
            BOOKING_TRUSTED_PROXIES="127.0.0.1",
        ) as api:
            for given in MALFORMED:
                headers = [("traceparent", each) for each in given]
                assert (await api.client.get("/api/v1/health/live", headers=headers)).status_code == 200
        traces = {each.trace_id.hex() for each in spans_of(received)}
    assert len(traces) == (0 if percent == "0" else len(MALFORMED))
    assert PARENT not in traces


def test_entries_of_the_log_name_the_trace() -> None:
    access = {"name": ACCESS_LOG, "levelno": logging.INFO, "levelname": "INFO", "msg": "request", "exc_info": None}
    for about in ({**access, **dict.fromkeys(ACCESS_FIELDS)}, {"name": "another.library", "msg": "hello"}):
        record = logging.makeLogRecord(about)
        token = TRACE.set(Trace(PARENT, sampled=False))
        try:
            entry = json.loads(formatter(readable=False).format(record))
        finally:
            TRACE.reset(token)
        assert entry["trace_id"] == PARENT
        assert "trace_id" not in json.loads(formatter(readable=False).format(record))
