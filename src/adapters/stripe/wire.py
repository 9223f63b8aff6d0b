"""The parts of Stripe's objects that count, validated. Unknown fields are ignored."""

from typing import Annotated, Final, TypeVar

import msgspec
from stripe import StripeObject

from adapters.kit.http_responses import UnusableResponse

PAYMENT_ID: Final = "booking_payment_id"
"""The metadata key, on a payment intent and its charges, of the platform's payment id."""
ORDER_NUMBER: Final = "order_number"
"""The metadata key, on a payment intent, of the platform's order number."""
REFUND_ID: Final = "booking_refund_id"
"""The metadata key, on a refund, of the platform's refund id."""
INTENT: Final = r"\Api_[A-Za-z0-9_]{1,250}\Z"
"""An id of a payment intent."""
SETUP: Final = r"\Aseti_[A-Za-z0-9_]{1,250}\Z"
"""An id of a setup intent."""

Id = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_]{1,255}\Z")]
Amount = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
DocumentT = TypeVar("DocumentT")


class Card(msgspec.Struct, frozen=True):
    """What is known of a card."""

    brand: str = ""
    last4: str = ""
    fingerprint: str | None = None


class Method(msgspec.Struct, frozen=True):
    """A payment method; of others than cards only the type is known."""

    type: str = ""
    card: Card | None = None


class KeptPaymentMethod(Method, frozen=True, kw_only=True):
    """A payment method that a customer has."""

    id: Id


class Customer(msgspec.Struct, frozen=True):
    """A customer of the account."""

    id: Id


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """A setup intent, with its payment method expanded."""

    id: Annotated[str, msgspec.Meta(pattern=SETUP)]
    status: str
    customer: Id
    client_secret: Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,500}\Z")] | None = None
    payment_method: KeptPaymentMethod | None = None


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to collect a payment intent."""

    id: Id
    amount: Amount
    amount_captured: Amount
    amount_refunded: Amount
    captured: bool
    created: Annotated[int, msgspec.Meta(ge=0, le=10**11)]
    currency: str
    metadata: dict[str, str] = {}
    payment_intent: Id | None = None
    payment_method_details: Method | None = None
    refunded: bool
    status: str

    @property
    def collected(self) -> bool:
        """Whether the money was received."""
        return self.status == "succeeded" and self.captured


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A payment intent; `latest_charge` is the charge if it was expanded, else its id."""

    id: Annotated[str, msgspec.Meta(pattern=INTENT)]
    amount_capturable: Amount = 0
    amount_received: Amount
    currency: str
    status: str
    metadata: dict[str, str] = {}
    client_secret: Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,500}\Z")] | None = None
    customer: Id | None = None
    payment_method: Id | None = None
    setup_future_usage: str | None = None
    latest_charge: Charge | str | None = None


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund of a payment intent."""

    id: Id
    amount: Amount
    currency: str
    metadata: dict[str, str] = {}
    status: str | None = None


class Charges(msgspec.Struct, frozen=True):
    """A page of charges."""

    data: list[Charge]
    has_more: bool


class Refunds(msgspec.Struct, frozen=True):
    """A page of refunds."""

    data: list[Refund]
    has_more: bool


def read(found: StripeObject, kind: type[DocumentT]) -> DocumentT:
    """Decode an object of the SDK.

    Raises:
        UnusableResponse: it is not such a document.
    """
    response = found.last_response
    body = "" if response is None else response.body
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise UnusableResponse(f"no {kind.__name__} in {len(body)} characters ({type(error).__name__})") from None
