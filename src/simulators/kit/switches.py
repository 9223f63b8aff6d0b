"""Configurable behaviour and injected faults, stored in the table `switches`."""

from typing import Annotated, Generic, TypeVar

import msgspec

from simulators.kit.store import SqliteStore

SCHEMA = "CREATE TABLE IF NOT EXISTS switches (id INTEGER PRIMARY KEY CHECK (id = 1), document BLOB NOT NULL) STRICT;"
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Faults(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The faults of every simulator.

    Attributes:
        busy: how many of the next API calls respond with a server error, without effect.
        stall_seconds: every API call takes effect at once, but its response is delayed by this long.
    """

    busy: Annotated[int, msgspec.Meta(ge=0)] = 0
    stall_seconds: Seconds = 0


Switches = TypeVar("Switches", bound=Faults)


class SwitchStore(Generic[Switches]):
    """The switches of one simulator."""

    def __init__(self, store: SqliteStore, kind: type[Switches]) -> None:
        self._store = store
        self._kind = kind

    def get(self) -> Switches:
        row = self._store.one("SELECT document FROM switches")
        return self._kind() if row is None else msgspec.json.decode(row["document"], type=self._kind)

    def put(self, switches: Switches) -> None:
        self._store.execute(
            "INSERT OR REPLACE INTO switches (id, document) VALUES (1, :document)",
            document=msgspec.json.encode(switches),
        )

    def consume_busy_call(self) -> bool:
        """Decrement `busy`; return whether it was positive."""
        switches = self.get()
        if switches.busy == 0:
            return False
        self.put(msgspec.structs.replace(switches, busy=switches.busy - 1))
        return True
