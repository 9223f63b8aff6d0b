"""How every request is answered: keys, idempotency, errors."""

import hmac
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response

from simulators.stripe.errors import ApiError, invalid
from simulators.stripe.forms import Form
from simulators.stripe.simulation import AnyRequest, Simulation, simulation_of
from simulators.stripe.store import Document

Work = Callable[[Form], Document]
_MOST_KEY: Final = 255


def json_response(document: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Answer with JSON."""
    body = document if isinstance(document, bytes) else msgspec.json.encode(document)
    return Response(body, status_code=status, media_type="application/json", headers=headers or {})


def error_response(_request: AnyRequest, error: ApiError) -> Response[bytes]:
    """Answer with the error."""
    return json_response(error.document, status=error.status)


def require_secret_key(request: AnyRequest) -> None:
    """Raise a 401 unless the request has the account's secret key."""
    expected = f"Bearer {simulation_of(request).config.secret_key}"
    authorization = request.headers.get("authorization", "")
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise ApiError(HTTPStatus.UNAUTHORIZED, "invalid_request_error", "Invalid API Key provided")


async def written(request: AnyRequest, work: Work) -> Response[bytes]:
    """Answer a POST: do the work in a transaction, once for each idempotency key.

    The same key with other parameters is an error. An answer is kept if the request was executed, so that wrong
    parameters can be corrected under the same key.
    """
    simulation = simulation_of(request)
    text = (await request.body()).decode("utf-8", "replace")
    key = request.headers.get("idempotency-key")
    if key is None:
        return json_response(_execute(simulation, work, text))
    if not 1 <= len(key) <= _MOST_KEY:
        raise invalid("Idempotency keys have at most 255 characters")
    request_line = f"{request.method} {request.url.path}?{'&'.join(sorted(text.split('&')))}"
    kept = simulation.store.all("SELECT request, status, body FROM answers WHERE key = :key", key=key)
    if kept:
        if kept[0]["request"] != request_line:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            raise ApiError(HTTPStatus.BAD_REQUEST, "idempotency_error", message)
        return json_response(kept[0]["body"], status=kept[0]["status"], headers={"idempotent-replayed": "true"})
    status, document = 200, None
    with simulation.store.transaction():
        try:
            document = work_on(work, text)
        except ApiError as error:
            if not error.kept:
                raise
            status, document = error.status, error.document
        body = msgspec.json.encode(document)
        simulation.store.insert("answers", key=key, request=request_line, status=status, body=body)
    return json_response(body, status=status)


def _execute(simulation: Simulation, work: Work, text: str) -> Document:
    with simulation.store.transaction():
        try:
            return work_on(work, text)
        except ApiError as error:
            if not error.kept:
                raise
            refusal = error
    raise refusal


def work_on(work: Work, text: str) -> Document:
    """Do the work, and refuse parameters that it did not read before it changes anything."""
    return work(Form(text))
