"""Errors of payments."""

from dataclasses import dataclass
from typing import ClassVar

from booking_domain.shared.errors import Conflict, Forbidden, NotFound, Unavailable


class PaymentNotFound(NotFound):
    """You have no such payment."""

    code: ClassVar[str] = "payment.not_found"


class NothingDue(Conflict):
    """Nothing is due for this purpose."""

    code: ClassVar[str] = "payment.nothing_due"
    input_field: ClassVar[str | None] = "booking_id"


class WindowClosed(Conflict):
    """The payment window of this booking is closed."""

    code: ClassVar[str] = "payment.window_closed"
    input_field: ClassVar[str | None] = "booking_id"


class PaymentInPreparation(Conflict):
    """Another request is preparing this payment; try again in a moment."""

    code: ClassVar[str] = "payment.in_preparation"


class NotChargeable(Conflict):
    """The payment gateway cannot charge the provider's price or deposit; the provider must change it."""

    code: ClassVar[str] = "payment.not_chargeable"


class CaptureInProgress(Conflict):
    """The payment gateway is capturing a payment of this booking; try again once it has."""

    code: ClassVar[str] = "payment.capture_in_progress"


class InvalidCallbackToken(Forbidden):
    """The callback token is not valid for this payment."""

    code: ClassVar[str] = "payment.invalid_callback_token"


class InvalidGatewaySignature(Forbidden):
    """The notification lacks a valid, recent and new signature of the payment gateway."""

    code: ClassVar[str] = "payment.invalid_signature"


@dataclass(eq=False, kw_only=True)
class GatewayUnavailable(Unavailable):
    """The payment gateway {gateway} is unavailable; please try again."""

    code: ClassVar[str] = "payment.gateway_unavailable"
    gateway: str
