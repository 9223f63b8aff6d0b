"""Errors of payments."""

from booking_domain.shared.errors import Conflict, Forbidden, NotFound, Unavailable


class PaymentNotFound(NotFound, code="payment.not_found"):
    """You have no such payment."""


class NothingDue(Conflict, code="payment.nothing_due", field="booking_id"):
    """Nothing is due for this purpose."""


class WindowClosed(Conflict, code="payment.window_closed", field="booking_id"):
    """The payment window of this booking is closed."""


class PaymentInPreparation(Conflict, code="payment.in_preparation"):
    """Another request is preparing this payment; try again in a moment."""


class NotChargeable(Conflict, code="payment.not_chargeable"):
    """No payment gateway can charge this price or deposit: it is paid at the desk, or the provider changes it."""


class CaptureInProgress(Conflict, code="payment.capture_in_progress"):
    """The payment gateway is capturing a payment of this booking; try again once it has."""


class InvalidCallbackToken(Forbidden, code="payment.invalid_callback_token"):
    """The callback token is not valid for this payment."""


class InvalidGatewaySignature(Forbidden, code="payment.invalid_signature"):
    """The notification lacks a valid, recent and new signature of the payment gateway."""


class GatewayUnavailable(Unavailable, code="payment.gateway_unavailable"):
    """The payment gateway {gateway} is unavailable; please try again."""

    gateway: str
