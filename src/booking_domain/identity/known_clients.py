"""Known clients: those that have signed in to an account. Strangers cannot use up what is reserved for them.

A client that signs in gets a token, which is random, belongs to one account and is stored as a digest only. It opens
nothing. A request that shows it is counted by itself: the wrong passwords of strangers do not lock the client out, and
one-time codes are reserved for it. The network of a known client is familiar: a client without a token that comes from
there is counted by the network, and uses the reserve too. An address proves little, so a familiar network has no more
guesses than any other.

A client is forgotten a year after its last sign-in. All but that of the current session are forgotten with the
remembered devices: when the password is changed or reset, all other sessions are ended, or the account is disabled,
deleted or taken over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol, Self
from uuid import UUID

from booking_domain.shared.ids import Entropy, SessionId, UserId

KNOWN_FOR: Final = timedelta(days=365)
MOST_CLIENTS: Final = 20
"""The one that signed in the longest time ago is forgotten for another."""
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_TOKEN_LETTERS: Final = 43
"""Of 62: 256 bits."""


@dataclass(frozen=True, slots=True)
class ClientTrace:
    """What a request shows of the client that sends it."""

    network: str = ""
    """A keyed digest of an IPv4 address, or of the /64 network of an IPv6 address: without the key, all addresses could
    be tried. Empty at an entry point without addresses."""
    token: str = field(default="", repr=False)
    """The token of a known client, if it is one."""


NOBODY: Final = ClientTrace()
"""At an entry point that knows neither."""


@dataclass(frozen=True, slots=True)
class CountedClient:
    """How failures of a client at an account are counted."""

    key: bytes
    """A digest of account and client."""
    known: bool
    """Whether it is a known client or comes from a familiar network; the others are strangers."""
    by_token: bool = False
    """Whether its token, which cannot be forged, says so."""

    @classmethod
    def of_session(cls, session_id: SessionId) -> Self:
        """The client that has this session."""
        return cls(_digest(session_id, "session", ""), known=True, by_token=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClient:
    """A client that has signed in to an account."""

    user_id: UserId
    token_digest: bytes = field(repr=False)
    network_digest: bytes
    """The network that it signed in from last; empty if it had no address."""
    session_id: SessionId
    """The session that it began last."""
    last_used_at: datetime
    expires_at: datetime

    @classmethod
    def make(
        cls, user_id: UserId, session_id: SessionId, client_trace: ClientTrace, entropy: Entropy, now: datetime
    ) -> tuple[Self, str]:
        """A new client, and its token, which is shown once."""
        token = entropy.pick(_ALPHABET, _TOKEN_LETTERS)
        client = cls(
            user_id=user_id,
            token_digest=token_digest(user_id, token),
            network_digest=network_digest(user_id, client_trace.network),
            session_id=session_id,
            last_used_at=now,
            expires_at=now + KNOWN_FOR,
        )
        return client, token

    def signed_in(self, session_id: SessionId, client_trace: ClientTrace, now: datetime) -> Self:
        """The client after another sign-in."""
        return replace(
            self,
            network_digest=network_digest(self.user_id, client_trace.network),
            session_id=session_id,
            last_used_at=now,
            expires_at=now + KNOWN_FOR,
        )


def token_digest(account: UUID, token: str) -> bytes:
    """SHA-256 without stretching: a token cannot be guessed, unlike a password."""
    return _digest(account, "token", token)


def network_digest(account: UUID, network: str) -> bytes:
    """A digest, so that no address is stored; empty without an address, and then equal to no network."""
    return _digest(account, "network", network) if network else b""


def _digest(account: UUID, kind: str, text: str) -> bytes:
    return sha256(account.bytes + f"{kind} {text}".encode("utf-8", "surrogatepass")).digest()


def counted_client(account: UUID, client_trace: ClientTrace, matching: Sequence[KnownClient]) -> CountedClient:
    """How a client is counted at an account, of whose known clients these match it (`KnownClientReads.matching`)."""
    mine = token_digest(account, client_trace.token)
    if any(client.token_digest == mine for client in matching):
        return CountedClient(mine, known=True, by_token=True)
    return CountedClient(network_digest(account, client_trace.network), known=bool(matching))


class KnownClients(Protocol):
    """The known clients of a database transaction; the caller has locked the account."""

    async def of_user(self, user_id: UserId, now: datetime) -> Sequence[KnownClient]:
        """An account's clients that have not expired, the last used first."""
        ...

    async def save(self, client: KnownClient) -> None:
        """Store a client in place of the one with the same token."""
        ...

    async def remove(self, client: KnownClient) -> None:
        """Remove a client."""
        ...

    async def remove_all(self, user_id: UserId, *, but: SessionId | None = None) -> None:
        """Remove all clients of an account, except the one that has begun this session."""
        ...

    async def remove_expired(self, now: datetime) -> None:
        """Remove the clients that have expired."""
        ...


class KnownClientReads(Protocol):
    """Reads of known clients, outside any database transaction."""

    async def matching(self, account: UUID, client_trace: ClientTrace, now: datetime) -> Sequence[KnownClient]:
        """The clients of an account, not expired, that have the token, or signed in last from the network.

        The account need not exist.
        """
        ...
