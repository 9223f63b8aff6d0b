"""Configurable behaviour, mostly undocumented by the real QPay; a client must handle every setting."""

from typing import Annotated, Literal

import msgspec

from simulators.kit.switches import Faults, Seconds
from simulators.qpay.state.callbacks import CallbackMethod


class Switches(Faults, frozen=True, kw_only=True):
    """Undocumented behaviour of the merchant API v2, and injected faults; the defaults match live traffic.

    Attributes:
        duplicate_invoices: a repeated `sender_invoice_no` creates another invoice, or is rejected with 409.
        callback_method: the HTTP method of a callback.
        callback_copies: how many times each callback is delivered.
        callback_delay_seconds: delay after the payment.
        lose_callbacks: send no callbacks.
        empty_qr_image: `qr_image` of a new invoice is "".
        deeplink_field: the name of the link field in `urls[]`.
        revoke_token: setting it revokes the live token once; it always reads false.
    """

    duplicate_invoices: Literal["allow", "refuse"] = "allow"
    callback_method: CallbackMethod = "GET"
    callback_copies: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    callback_delay_seconds: Seconds = 0
    lose_callbacks: bool = False
    empty_qr_image: bool = False
    deeplink_field: Literal["link", "qPay_deeplink"] = "link"
    revoke_token: bool = False
