"""Configurable behaviour, mostly undocumented by the real QPay; a client must handle every setting."""

from typing import Annotated, Literal

import msgspec

from simulators.qpay.state.callbacks import CallbackMethod
from simulators.qpay.state.store import Store

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Switches(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Undocumented behaviour of the merchant API v2, and injected faults; the defaults match live traffic.

    Attributes:
        duplicate_invoices: a repeated `sender_invoice_no` creates another invoice, or is rejected with 409.
        callback_method: the HTTP method of a callback.
        callback_copies: how many times each callback is delivered.
        callback_delay_seconds: delay after the payment.
        lose_callbacks: send no callbacks.
        busy: how many of the next API calls respond 500 SYSTEM_BUSY without effect.
        stall_seconds: every API call takes effect at once, but its response is delayed by this long.
        empty_qr_image: `qr_image` of a new invoice is "".
        deeplink_field: the name of the link field in `urls[]`.
        revoke_token: setting it revokes the live token once; it always reads false.
    """

    duplicate_invoices: Literal["allow", "refuse"] = "allow"
    callback_method: CallbackMethod = "GET"
    callback_copies: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    callback_delay_seconds: Seconds = 0
    lose_callbacks: bool = False
    busy: Annotated[int, msgspec.Meta(ge=0)] = 0
    stall_seconds: Seconds = 0
    empty_qr_image: bool = False
    deeplink_field: Literal["link", "qPay_deeplink"] = "link"
    revoke_token: bool = False


class SwitchStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self) -> Switches:
        row = self._store.one("SELECT document FROM switches")
        return Switches() if row is None else msgspec.json.decode(row["document"], type=Switches)

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
