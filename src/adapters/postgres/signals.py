"""Signals by LISTEN/NOTIFY. While nothing is heard, a notification to itself proves that some would be."""

from typing import Any, Final
from uuid import UUID, uuid4

from psycopg import AsyncConnection, Notify, OperationalError, sql

from adapters.postgres.identity.tables import ACCESS
from adapters.postgres.kit.errors import domain_errors
from adapters.postgres.live import NOTIFIED
from adapters.postgres.public_versions import CHANGES
from booking_domain.shared.ids import UserId
from booking_domain.shared.signals import ReceivedSignals, Signals

CHECK_SECONDS: Final = 5
"""How long a notification to itself may take."""
_LISTEN: Final = sql.SQL("LISTEN {}")
_NOTIFY: Final = sql.SQL("NOTIFY {}")


class PostgresSignals(Signals):
    """`Signals` by LISTEN on its own connection, which is replaced when it is lost, or when it hears nothing."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: AsyncConnection[Any] | None = None
        self._own_channel = f"signals_{uuid4().hex}"

    async def wait(self, seconds: float) -> ReceivedSignals:
        with domain_errors():
            try:
                if self._connection is None:
                    # `tcp_user_timeout`: a server that vanished is noticed in seconds.
                    self._connection = await AsyncConnection.connect(
                        self._conninfo, autocommit=True, connect_timeout=5, tcp_user_timeout=15_000
                    )
                    for each in (NOTIFIED, ACCESS, CHANGES, self._own_channel):
                        await self._connection.execute(_LISTEN.format(sql.Identifier(each)))
                    await self._check(self._connection)
                    return ReceivedSignals(missed=True)
                received = await _heard(self._connection, seconds) or await self._check(self._connection)
            except BaseException:
                await self.close()
                raise
        return _received(received)

    async def _check(self, connection: AsyncConnection[Any]) -> list[Notify]:
        """Return what is heard after a notification to itself: that, at least."""
        await connection.execute(_NOTIFY.format(sql.Identifier(self._own_channel)))
        heard = await _heard(connection, CHECK_SECONDS)
        if not heard:
            raise OperationalError("notifications do not arrive: is there a pooler between, which swallows LISTEN?")
        return heard

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def _heard(connection: AsyncConnection[Any], seconds: float) -> list[Notify]:
    return [each async for each in connection.notifies(timeout=seconds, stop_after=1)]


def _received(received: list[Notify]) -> ReceivedSignals:
    named = {each.payload for each in received if each.channel == ACCESS}
    try:
        accounts = frozenset(UserId(UUID(each)) for each in named)
    except ValueError:  # the table was truncated: no account is named
        return ReceivedSignals(missed=True)
    return ReceivedSignals(
        live_events=any(each.channel == NOTIFIED for each in received),
        accounts=accounts,
        public=frozenset(UUID(each.payload) for each in received if each.channel == CHANGES),
    )
