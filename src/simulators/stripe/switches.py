"""Injected faults and configurable behaviour."""

from typing import Annotated, Literal

import msgspec

from simulators.stripe.store import Store

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Switches(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The defaults are those of an account in test mode.

    Attributes:
        busy: how many of the next API calls respond 500 without effect.
        stall_seconds: every API call takes effect at once, but its response is delayed by this long.
        refund_status: the status of new refunds.
        lose_webhooks: send no events.
        webhook_copies: how many times each event is delivered.
        webhook_delay_seconds: how long an event waits.
        reverse_webhooks: events of one request are delivered in reverse order.
    """

    busy: Annotated[int, msgspec.Meta(ge=0)] = 0
    stall_seconds: Seconds = 0
    refund_status: Literal["succeeded", "pending", "failed"] = "succeeded"
    lose_webhooks: bool = False
    webhook_copies: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    webhook_delay_seconds: Seconds = 0
    reverse_webhooks: bool = False


class SwitchStore:
    """The switches of one simulator."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self) -> Switches:
        rows = self._store.all("SELECT document FROM switches")
        return msgspec.json.decode(rows[0]["document"], type=Switches) if rows else Switches()

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
