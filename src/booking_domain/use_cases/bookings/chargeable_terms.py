"""Prices and deposits that the payment gateway can charge: the rule for new terms and for new bookings.

Where no deposit is asked, the whole price may be paid at the desk, so it may be in a currency that no gateway takes.
"""

from booking_domain.bookings.model import Booking, Terms
from booking_domain.bookings.scope import Scope
from booking_domain.payments.chargeable import ANY_AMOUNT, Chargeable
from booking_domain.payments.errors import NotChargeable
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.money import Money
from booking_domain.shared.unset import Unset
from booking_domain.use_cases.platform.ports import Repositories


def require_chargeable(terms: Terms, context: UseCaseContext) -> None:
    """Require that each price and deposit, and what is left after the deposit, can be charged; zero is not charged.

    Raises:
        InvalidValue: the gateway cannot charge them; names the field.
    """
    chargeable = _chargeable(terms, context)
    lengths = [terms.of_length(duration.minutes) for duration in terms.durations]
    if not chargeable.takes(terms.price.currency) and not any(each.deposit for each in (terms, *lengths)):
        return
    _require(chargeable, terms.price, terms.deposit)
    for length in lengths:
        _require(chargeable, length.price, length.deposit, "durations", "durations")


def require_chargeable_deposit(deposit: Money, terms: Terms, context: UseCaseContext) -> None:
    """Require that the gateway can charge the deposit and the rest of the price, or raise `InvalidValue`."""
    chargeable = _chargeable(terms, context)
    chargeable.require_currency(deposit.currency, "deposit_amount")
    for amount in (deposit, terms.price - deposit):
        chargeable.require(amount, "deposit_amount")


async def require_chargeable_terms(scope: Scope, booking: Booking, tx: Repositories, context: UseCaseContext) -> None:
    """Require that the gateway can charge a booking's new price and deposit, or raise `InvalidValue`."""
    if (scope.price, scope.deposit) == (booking.price, booking.deposit):
        return
    chargeable = _chargeable(await tx.bookable_providers.terms_of(booking.provider_id), context)
    if scope.deposit or chargeable.takes(scope.price.currency):
        _require(chargeable, scope.price, scope.deposit)


def _chargeable(terms: Terms | None, context: UseCaseContext) -> Chargeable:
    """What the gateway of the terms can charge."""
    return context.get(Chargeable, ANY_AMOUNT).of_gateway(None if terms is None else terms.gateway)


def _require(
    chargeable: Chargeable,
    price: Money,
    deposit: Money,
    of_price: str = "price_amount",
    of_deposit: str = "deposit_amount",
) -> None:
    chargeable.require(deposit, of_deposit)  # first: a price that is not given rises to it
    chargeable.require(price, of_price)
    chargeable.require(price - deposit, of_deposit)


def require_gateway(name: str | Unset | None, context: UseCaseContext) -> None:
    """Require that the deployment has the gateway of this name, if there is one, or raise `InvalidValue`."""
    if name:
        context.get(Chargeable, ANY_AMOUNT).require_gateway(name, "payment_gateway")


def require_chargeable_profile(terms: Terms, context: UseCaseContext) -> None:
    """Raise `NotChargeable` for terms that were set when the rule did not exist, or under another gateway."""
    try:
        require_chargeable(terms, context)
    except InvalidValue as error:
        raise NotChargeable from error
