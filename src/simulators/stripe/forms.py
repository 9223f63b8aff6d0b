"""Reads form-encoded parameters with nested names: `metadata[order]=7`, `expand[0]=latest_charge`."""

import re
from typing import Final
from urllib.parse import parse_qsl

from simulators.stripe.errors import invalid

_NAME: Final = re.compile(r"([a-z_]+)((?:\[[^\[\]]*\])*)\Z")
_MOST_FIELDS: Final = 200


class Form:
    """The parameters of a request. Each is read once; `finish` refuses parameters that were not read."""

    def __init__(self, text: str) -> None:
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise invalid("Invalid form") from error
        self._values: dict[str, str] = {}
        self._nested: dict[str, dict[str, str]] = {}
        for name, value in pairs:
            found = _NAME.match(name)
            if found is None:
                raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
            if found[2]:
                self._nested.setdefault(found[1], {})[found[2][1:-1]] = value
            else:
                self._values[name] = value

    def text(self, name: str, *, most: int = 5_000) -> str | None:
        value = self._values.pop(name, None)
        if value is not None and len(value) > most:
            raise invalid(f"Invalid string: {name} must be at most {most} characters", param=name)
        return value or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
        return value

    def whole(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if re.fullmatch(r"-?\d{1,18}", value) is None:
            raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        return int(value)

    def nested(self, name: str) -> dict[str, str]:
        return self._nested.pop(name, {})

    def metadata(self) -> dict[str, str]:
        found = self.nested("metadata")
        if len(found) > 50 or any(len(key) > 40 or len(value) > 500 for key, value in found.items()):  # noqa: PLR2004
            raise invalid("Metadata has at most 50 keys of 40 characters, and values of 500", param="metadata")
        return found

    def finish(self) -> None:
        """Refuse unknown parameters, as Stripe does."""
        for name in (*self._values, *self._nested):
            raise invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
