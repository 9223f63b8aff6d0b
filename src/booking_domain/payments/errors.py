"""What payments refuse."""

from dataclasses import dataclass
from typing import ClassVar

from booking_domain.shared.errors import Conflict, Forbidden, NotFound, Unavailable


class PaymentNotFound(NotFound):
    """There is no such payment of yours."""

    code: ClassVar[str] = "payment.not_found"


class NothingDue(Conflict):
    """There is nothing to pay for this purpose."""

    code: ClassVar[str] = "payment.nothing_due"
    input_field: ClassVar[str | None] = "booking_id"


class WindowClosed(Conflict):
    """The time to pay for this booking is over."""

    code: ClassVar[str] = "payment.window_closed"
    input_field: ClassVar[str | None] = "booking_id"


class PaymentInPreparation(Conflict):
    """This payment is being prepared by another request; ask again in a moment."""

    code: ClassVar[str] = "payment.in_preparation"


class InvalidCallbackToken(Forbidden):
    """This callback does not carry the token of its payment."""

    code: ClassVar[str] = "payment.invalid_callback_token"


@dataclass(eq=False, kw_only=True)
class GatewayUnavailable(Unavailable):
    """The payment gateway {gateway} does not answer as it should; please try again."""

    code: ClassVar[str] = "payment.gateway_unavailable"
    gateway: str
