"""Security events: one log entry for each rejected request whose error is in `EVENTS`.

An entry names the account or address, and never a token, login, code, password, query or body.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import structlog
from litestar.types import Scope

from booking_domain.identity.errors import (
    AccountDisabled,
    AccountLocked,
    InvalidAssertion,
    InvalidCode,
    InvalidSecondFactor,
    InvalidToken,
    TooManyAttempts,
    TooManyCodes,
    WrongPassword,
    WrongSecondFactor,
)
from booking_domain.notifications.errors import InvalidSmsSignature, InvalidWebhookSecret
from booking_domain.payments.errors import InvalidCallbackToken, InvalidGatewaySignature
from booking_domain.shared.errors import DomainError, Forbidden
from booking_domain.shared.rate_limits import RateLimited
from entrypoints.http.kit.rate_limits import Counted, counted
from entrypoints.http.kit.response_headers import request_id

EVENTS: Final[Mapping[type[DomainError], tuple[str, str]]] = MappingProxyType(
    {
        RateLimited: ("requests.limited", "warning"),
        TooManyAttempts: ("login.limited", "warning"),
        TooManyCodes: ("code.limited", "warning"),
        AccountLocked: ("login.locked", "warning"),
        AccountDisabled: ("login.disabled", "warning"),
        WrongPassword: ("password.wrong", "info"),
        InvalidCode: ("code.wrong", "info"),
        InvalidSecondFactor: ("second_factor.wrong", "info"),
        WrongSecondFactor: ("second_factor.wrong", "info"),
        InvalidAssertion: ("assertion.refused", "info"),
        InvalidToken: ("token.refused", "info"),
        InvalidCallbackToken: ("callback.forged", "warning"),
        InvalidGatewaySignature: ("callback.forged", "warning"),
        InvalidSmsSignature: ("callback.forged", "warning"),
        InvalidWebhookSecret: ("callback.forged", "warning"),
        Forbidden: ("access.denied", "info"),
    }
)
"""The first class that an error is an instance of counts. `StructuredSecurityLog` logs failed logins."""
WEBSOCKET: Final = "WEBSOCKET"
"""What stands for the method of a WebSocket."""
_log: Final = structlog.get_logger("entrypoints.http.security")


def note(scope: Scope, error: DomainError) -> None:
    """Write the entry if the error is in `EVENTS`."""
    found = next((event for kind, event in EVENTS.items() if isinstance(error, kind)), None)
    if found is None:
        return
    event, level = found
    who = counted(scope["state"]) or Counted("none", "nobody")
    getattr(_log, level)(
        event,
        code=error.code,
        limit=who.limit,
        who=who.who,
        method=scope.get("method", WEBSOCKET),
        route=scope.get("path_template", ""),
        request_id=request_id(scope),
    )
