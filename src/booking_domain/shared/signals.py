"""What processes tell each other: that something was committed. What it is, they read."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from booking_domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSignals:
    """What a process was told since it asked the last time."""

    missed: bool = False
    """Whether it may have missed something: at first, and after the connection was lost."""
    live_events: bool = False
    """Whether live events were announced."""
    accounts: frozenset[UserId] = frozenset()
    """The accounts whose access was reduced: a session ended, or the account has another status or role."""
    public: frozenset[UUID] = frozenset()
    """The providers and salons whose public version has changed."""


class Signals(Protocol):
    """Tells one process what was committed by any process."""

    async def wait(self, seconds: float) -> ReceivedSignals:
        """Return once something was committed since the previous return, or when this time is over.

        The first call returns at once, and so does the first one after a lost connection: both may have missed
        something. What is committed after that is heard.

        Raises:
            StorageUnavailable: the database is unreachable. The call after that returns once it is reachable. Its
                contract cannot cut a connection: the tests of each adapter that has one do.
        """
        ...

    async def close(self) -> None:
        """Stop listening."""
        ...
