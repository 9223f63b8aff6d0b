"""Validates the fields of a request and collects the errors."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from simulators.qpay import money, timestamps
from simulators.qpay.api.errors import InvalidRequest, bad_request

_DECODER: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def document_of(body: bytes) -> dict[str, Any]:
    """Decode a JSON object; an empty body is an empty object, and non-integer numbers become `Decimal`.

    Raises:
        ApiError: 400 BAD_REQUEST; the body is not a JSON object.
    """
    if not body.strip():
        return {}
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request("BAD_REQUEST", "The body is not a JSON object") from error


class Fields:
    """Reads fields; an invalid one yields a neutral value and an error that `raise_errors` reports."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._errors: dict[str, dict[str, str]] = {}

    def raise_errors(self) -> None:
        """Call after reading all fields and before using their values.

        Raises:
            InvalidRequest: 400 with every invalid field.
        """
        if self._errors:
            raise InvalidRequest(self._errors)

    def add_error(self, name: str, kind: str, what: str) -> None:
        self._errors.setdefault(name, {"type": kind, "message": f'"{name}" {what}'})

    def required_text(self, name: str, *, limit: int) -> str:
        if self._document.get(name) is None:
            self.add_error(name, "any.required", "is required")
            return ""
        text = self.text(name, limit=limit)
        if text == "":
            self.add_error(name, "string.empty", "is not allowed to be empty")
        return text or ""

    def text(self, name: str, *, limit: int) -> str | None:
        value = self._document.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self.add_error(name, "string.base", "must be a string")
            return None
        if len(value) > limit:
            self.add_error(name, "string.max", f"length must be less than or equal to {limit} characters long")
        return value

    def url(self, name: str, *, limit: int) -> str | None:
        text = self.text(name, limit=limit)
        if not text:
            return None
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            self.add_error(name, "string.uri", "must be a valid uri")
        return text

    def flag(self, name: str) -> bool:
        """Read a boolean; clients also send the strings "true" and "false"."""
        match self._document.get(name):
            case True | "true":
                return True
            case None | False | "false":
                return False
            case _:
                self.add_error(name, "boolean.base", "must be a boolean")
                return False

    def number(self, name: str) -> Decimal | None:
        value = self._document.get(name)
        if value is None:
            return None
        try:
            return money.number_from(value)
        except money.NotANumberError:
            self.add_error(name, "number.base", "must be a number")
            return None

    def whole(self, name: str, *, lowest: int, highest: int | None, default: int) -> int:
        value = self._document.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.add_error(name, "number.integer", "must be an integer")
            return default
        if value < lowest:
            self.add_error(name, "number.min", f"must be larger than or equal to {lowest}")
        if highest is not None and value > highest:
            self.add_error(name, "number.max", f"must be less than or equal to {highest}")
        return value

    def instant(self, name: str) -> float | None:
        """Read an ISO 8601 timestamp as Unix seconds."""
        value = self._document.get(name)
        if value is None:
            return None
        try:
            return timestamps.from_text(value)
        except (AttributeError, OverflowError, TypeError, ValueError):
            self.add_error(name, "date.base", "must be a valid date")
            return None

    def required_instant(self, name: str) -> float:
        instant = self.instant(name)
        if instant is None:
            self.add_error(name, "any.required", "is required")
        return instant or 0.0
