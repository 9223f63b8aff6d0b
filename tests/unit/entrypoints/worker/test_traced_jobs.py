"""The trace of a request goes on in the jobs and messages that follow from it."""

from functools import partial
from typing import Any

import pytest
from tests.unit.entrypoints.observe.receiver import receiving
from tests.unit.entrypoints.observe.test_traces import spans_of
from tests.unit.entrypoints.worker.workshop import Workshop

from entrypoints.wiring.root import opened
from entrypoints.worker.main import trace_job

pytest.importorskip("opentelemetry.sdk", reason="pip install -r requirements/observe.txt")


async def stored(shop: Workshop) -> str:
    """What waits in the outbox and in the queue, as text."""
    async with shop.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT coalesce(string_agg(text, ' '), '') FROM (SELECT payload::text AS text FROM outbox"
            " UNION ALL SELECT args::text FROM procrastinate_jobs) AS waiting"
        )
        [[text]] = await cursor.fetchall()
    return str(text)


async def test_the_trace_of_a_request_goes_on_until_its_message_is_sent(shop: Workshop) -> None:
    from entrypoints.observe.traces import Traces  # noqa: PLC0415 - is not installed everywhere

    with receiving() as (port, received):
        traces = Traces(f"http://127.0.0.1:{port}", percent=100, service="test")
        async with opened(traces):
            with traces.request(None) as span:
                await shop.studio.book()
                traces.answered(span, "POST", "/bookings", 201)
            await shop.relay()
            tracing: Any = [partial(trace_job, traces)]
            await shop.jobs.app.run_worker_async(
                wait=False, listen_notify=False, install_signal_handlers=False, worker_middleware=tracing
            )
        spans = list(spans_of(received))
    assert shop.subjects() == ["please pay the deposit"]
    [request] = [each for each in spans if each.name == "POST /bookings"]
    [notify] = [each for each in spans if each.name == "job notify"]
    [send] = [each for each in spans if each.name == "job send_messages"]
    assert {each.trace_id for each in (request, notify, send)} == {request.trace_id}
    assert (notify.parent_span_id, send.parent_span_id) == (request.span_id, notify.span_id)
    expire = [each for each in await shop.waiting_jobs() if each[0] == "expire"]
    assert "_traceparent" not in expire[0][1]  # of a later time, so it has a trace of its own


async def test_what_is_not_traced_carries_nothing(shop: Workshop) -> None:
    await shop.studio.book()
    assert "_traceparent" not in await stored(shop)
    await shop.relay()
    assert "_traceparent" not in await stored(shop)
