"""Injected faults and configurable behaviour."""

from typing import Annotated, Literal

import msgspec

from simulators.kit.switches import Faults, Seconds


class Switches(Faults, frozen=True, kw_only=True):
    """The defaults are those of an account in test mode.

    Attributes:
        refund_status: the status of new refunds.
        lose_webhooks: send no events.
        webhook_copies: how many times each event is delivered.
        webhook_delay_seconds: how long an event waits.
        reverse_webhooks: events of one request are delivered in reverse order.
    """

    refund_status: Literal["succeeded", "pending", "failed"] = "succeeded"
    lose_webhooks: bool = False
    webhook_copies: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    webhook_delay_seconds: Seconds = 0
    reverse_webhooks: bool = False
