"""The security log of attempts to sign in, as structured log entries."""

from typing import Final

import structlog

from booking_domain.identity.ports import SecurityLog
from booking_domain.identity.sessions import Client, LoginMethod
from booking_domain.shared.ids import SessionId, UserId
from entrypoints.settings.origins import current_origin

_log: Final = structlog.get_logger("entrypoints.http.security")


class StructuredSecurityLog(SecurityLog):
    """Writes one log entry for each attempt, with the id of its request."""

    def login_failed(self, user_id: UserId | None, method: LoginMethod, client: Client) -> None:
        _log.info(
            "login.failed",
            account=None if user_id is None else str(user_id),
            login_method=method.value,
            address=client.address,
            request_id=current_origin().request_id,
        )

    def token_reused(self, session_id: SessionId, client: Client) -> None:
        _log.warning(
            "session.replayed",
            session=str(session_id),
            address=client.address,
            request_id=current_origin().request_id,
        )
