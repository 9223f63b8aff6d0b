"""The merchant's single live token: every login revokes the previous token (seen on live traffic)."""

import hmac
import secrets
from dataclasses import dataclass

from simulators.qpay.state.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`expires_at` is Unix seconds."""

    access: str
    refresh: str
    expires_at: int


class Tokens:
    def __init__(self, store: Store, *, lifetime_seconds: int) -> None:
        self._store = store
        self._lifetime_seconds = lifetime_seconds

    def issue(self, *, now: float) -> Token:
        """Issue a token that replaces the live one."""
        token = Token(
            access=secrets.token_urlsafe(48),
            refresh=secrets.token_urlsafe(48),
            expires_at=int(now) + self._lifetime_seconds,
        )
        self._store.execute(
            "INSERT OR REPLACE INTO token (id, access, refresh, expires_at) VALUES (1, :access, :refresh, :expires_at)",
            access=token.access,
            refresh=token.refresh,
            expires_at=token.expires_at,
        )
        return token

    def revoke(self) -> None:
        self._store.execute("DELETE FROM token")

    def grants_access(self, access: str, *, now: float) -> bool:
        token = self._live(now=now)
        return token is not None and hmac.compare_digest(token.access.encode(), access.encode())

    def grants_refresh(self, refresh: str, *, now: float) -> bool:
        token = self._live(now=now)
        return token is not None and hmac.compare_digest(token.refresh.encode(), refresh.encode())

    def _live(self, *, now: float) -> Token | None:
        row = self._store.one("SELECT access, refresh, expires_at FROM token WHERE expires_at > :now", now=now)
        return None if row is None else Token(**row)
