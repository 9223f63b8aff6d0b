"""How QPay says no: `{"error": CODE, "message": text}` (QPay merchant API v2)."""

from collections.abc import Mapping
from http import HTTPStatus

from litestar import Response

from adapters.qpay.simulator.api.answers import answer
from adapters.qpay.simulator.simulation import AnyRequest

FieldErrors = Mapping[str, Mapping[str, str]]


class Refusal(Exception):  # an answer of the protocol, not a fault of the program
    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.document: Mapping[str, object] = {"error": code, "message": message}


class InvalidRequest(Refusal):
    """400 with `{"field": {"type", "message"}}` under both keys."""

    def __init__(self, errors: FieldErrors) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, "", "invalid request")
        self.document = {"error": errors, "message": errors}


def no_credentials() -> Refusal:
    # The spelling is the sandbox's; production says NO_CREDENTIALS.
    return Refusal(HTTPStatus.UNAUTHORIZED, "NO_CREDENDIALS", "Your credential is invalid. Please login!")


def authentication_failed() -> Refusal:
    return Refusal(HTTPStatus.UNAUTHORIZED, "AUTHENTICATION_FAILED", "Authentication failed!")


def bad(code: str, message: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, code, message)


def not_found(code: str, message: str) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, code, message)


def answer_refusal(_request: AnyRequest, refusal: Refusal) -> Response[bytes]:
    """Handle a `Refusal` for Litestar."""
    return answer(refusal.document, status=refusal.status)
