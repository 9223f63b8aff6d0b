"""Stripe's errors: `{"error": {"type", "code", "message", "param"}}`."""

from http import HTTPStatus

from simulators.stripe.store import Document


class ApiError(Exception):
    """A refused request. With `kept`, its answer is kept under the idempotency key: it was executed."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kept: bool = False,
        more: Document | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kept = kept
        fields = {"code": code, "message": message, "param": param, "type": kind}
        named = {name: value for name, value in fields.items() if value is not None}
        self.document: Document = {"error": {**named, **(more or {})}}


def invalid(message: str, *, code: str | None = None, param: str | None = None, kept: bool = False) -> ApiError:
    """400: the request is wrong, or does not fit the state of the object."""
    return ApiError(HTTPStatus.BAD_REQUEST, "invalid_request_error", message, code=code, param=param, kept=kept)


def missing(kind: str, object_id: str, *, param: str = "id", status: HTTPStatus = HTTPStatus.NOT_FOUND) -> ApiError:
    """404, or 400 if a parameter named the object."""
    message = f"No such {kind}: '{object_id}'"
    return ApiError(status, "invalid_request_error", message, code="resource_missing", param=param)


def unexpected_state(intent: Document, action: str) -> ApiError:
    """400: the intent cannot do this in its status."""
    kind = "SetupIntent" if intent["object"] == "setup_intent" else "PaymentIntent"
    message = f"You cannot {action} this {kind} because it has a status of {intent['status']}."
    return invalid(message, code=f"{intent['object']}_unexpected_state", kept=True)
