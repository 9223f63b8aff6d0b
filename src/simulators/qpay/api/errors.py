"""QPay's error responses: `{"error": CODE, "message": text}` (QPay merchant API v2)."""

from collections.abc import Mapping
from http import HTTPStatus

from litestar import Response

from simulators.qpay.api.responses import json_response
from simulators.qpay.simulation import AnyRequest

FieldErrors = Mapping[str, Mapping[str, str]]


class ApiError(Exception):
    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.document: Mapping[str, object] = {"error": code, "message": message}


class InvalidRequest(ApiError):
    """400 with `{"field": {"type", "message"}}` under both keys."""

    def __init__(self, errors: FieldErrors) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, "", "invalid request")
        self.document = {"error": errors, "message": errors}


def no_credentials() -> ApiError:
    # The misspelling is from QPay's sandbox; production sends NO_CREDENTIALS.
    return ApiError(HTTPStatus.UNAUTHORIZED, "NO_CREDENDIALS", "Your credential is invalid. Please login!")


def authentication_failed() -> ApiError:
    return ApiError(HTTPStatus.UNAUTHORIZED, "AUTHENTICATION_FAILED", "Authentication failed!")


def bad_request(code: str, message: str) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, code, message)


def not_found(code: str, message: str) -> ApiError:
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, code, message)


def error_response(_request: AnyRequest, refusal: ApiError) -> Response[bytes]:
    return json_response(refusal.document, status=refusal.status)
