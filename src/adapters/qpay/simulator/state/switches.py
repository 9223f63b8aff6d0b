"""What is not known about the real QPay, made a choice: a client must survive every setting."""

from typing import Annotated, Literal

import msgspec

from adapters.qpay.simulator.state.callbacks import CallbackMethod
from adapters.qpay.simulator.state.store import Store

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Switches(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The open questions of the merchant API v2, and some bad days; the defaults are what was seen on live traffic.

    Attributes:
        duplicate_invoices: whether a repeated `sender_invoice_no` makes another invoice, or is refused with 409.
        callback_method: the HTTP method of a callback.
        callback_copies: how often each callback is delivered.
        callback_delay_seconds: how long after the payment.
        lose_callbacks: no callback is ever sent.
        busy: the next so many API calls answer 500 SYSTEM_BUSY and do nothing.
        stall_seconds: every API call is carried out at once, and answered only after so long.
        empty_qr_image: `qr_image` of a new invoice is "".
        deeplink_field: what the link in `urls[]` is called.
        revoke_token: setting it kills the live token, once; it reads false again.
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


class SwitchBoard:
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

    def takes_a_call_while_busy(self) -> bool:
        """Use up one of the calls that are to be refused; return whether there was one."""
        switches = self.get()
        if switches.busy == 0:
            return False
        self.put(msgspec.structs.replace(switches, busy=switches.busy - 1))
        return True
