"""Traces: a span for each request and job, and within it for each statement and each call of another server.

Spans have the templates of routes and statements, and no values: no path, query, header, parameter or body. They are
sent over OTLP. Only operators' own servers are told of a trace, by what they are asked; nobody else is.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from random import random
from time import perf_counter, time_ns
from typing import Any, Final

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from opentelemetry.trace import INVALID_SPAN, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from adapters.kit.http_client import call_watchers
from adapters.kit.trace_parent import TRACE_PARENT
from adapters.postgres.kit.statements import Statement
from adapters.postgres.kit.watching import watchers
from entrypoints.observe.current import TRACE, Trace

_READER: Final = TraceContextTextMapPropagator()
_FAILED: Final = 500


class Traces:
    """The traces of a process, of which a share is sent."""

    def __init__(self, url: str, *, percent: float, service: str) -> None:
        resource = Resource({"service.name": service, "process.pid": os.getpid()})
        self._share = percent / 100
        self._provider = TracerProvider(resource=resource, sampler=ParentBased(ALWAYS_ON))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url}/v1/traces")))
        self._tracer = self._provider.get_tracer("booking")

    async def open(self) -> None:
        """Begin to see statements and calls."""
        watchers.append(self.statement)
        call_watchers.append(self.call)

    async def close(self) -> None:
        """Send what was not sent yet."""
        watchers.remove(self.statement)
        call_watchers.remove(self.call)
        await asyncio.to_thread(self._provider.shutdown)

    def is_one_of_the_share(self) -> bool:
        """Draw whether what begins here, without a parent, is traced. OpenTelemetry would take ten times as long."""
        return random() < self._share  # noqa: S311 - no secret

    def request(self, parent: context.Context | None) -> AbstractContextManager[Any]:
        """The span of a request, in the trace of the server that asks, or in one that begins here."""
        return self._span("request", SpanKind.SERVER, parent)

    def job(self, name: str, trace_parent: str | None = None) -> AbstractContextManager[Any]:
        """The span of a job, in the trace of what it follows from."""
        parent = None if trace_parent is None else self.parent_of(trace_parent)
        if parent is None and not self.is_one_of_the_share():
            return not_sent()
        return self._span(f"job {name}", SpanKind.CONSUMER, parent)

    def parent_of(self, trace_parent: str) -> context.Context | None:
        """The trace that a `traceparent` names; None if it is malformed: the W3C has it ignored then."""
        parent = _READER.extract({"traceparent": trace_parent})
        return parent if trace.get_current_span(parent).get_span_context().is_valid else None

    def answered(self, span: Any, method: str, route: str | None, status: int | None) -> None:
        """Say what a request was, and how it ended."""
        if not span.is_recording():
            return
        span.update_name(f"{method} {route or 'none'}")
        span.set_attribute("http.request.method", method)
        if route is not None:
            span.set_attribute("http.route", route)
        if status is not None:
            span.set_attribute("http.response.status_code", status)
            if status >= _FAILED:
                span.set_status(StatusCode.ERROR)

    def statement(self, statement: Statement, began: float, ended: float) -> None:
        """A statement has run."""
        if _is_sampled():
            what = {"db.system.name": "postgresql", "db.query.text": statement.sql.decode()}
            self._past(statement.operation, what, began, ended)

    def call(self, method: str, host: str, status: int | None, began: float, ended: float) -> None:
        """Another server has answered, or has not."""
        if _is_sampled():
            answered = {} if status is None else {"http.response.status_code": status}
            self._past(f"{method} {host}", {"server.address": host, **answered}, began, ended)

    def _past(self, name: str, attributes: Mapping[str, Any], began: float, ended: float) -> None:
        now, at = time_ns(), perf_counter()
        span = self._tracer.start_span(
            name, kind=SpanKind.CLIENT, attributes=attributes, start_time=now - int((at - began) * 1e9)
        )
        span.end(now - int((at - ended) * 1e9))

    @contextmanager
    def _span(self, name: str, kind: Any, parent: Any) -> Iterator[Any]:
        with self._tracer.start_as_current_span(
            name, context=parent or context.Context(), kind=kind, record_exception=False, set_status_on_exception=False
        ) as span:
            known = span.get_span_context()
            trace_id = trace.format_trace_id(known.trace_id)
            token = TRACE.set(Trace(trace_id, sampled=known.trace_flags.sampled))
            following = f"00-{trace_id}-{trace.format_span_id(known.span_id)}-01" if known.trace_flags.sampled else None
            following_token = TRACE_PARENT.set(following)
            try:
                yield span
            except BaseException:
                span.set_status(StatusCode.ERROR)  # without the message, which may have anything in it
                raise
            finally:
                TRACE_PARENT.reset(following_token)
                TRACE.reset(token)


@contextmanager
def not_sent() -> Iterator[Any]:
    """A trace of which only the id is used."""
    token = TRACE.set(Trace(sampled=False))
    try:
        yield INVALID_SPAN
    finally:
        TRACE.reset(token)


def _is_sampled() -> bool:
    current = TRACE.get()
    return current is not None and current.sampled
