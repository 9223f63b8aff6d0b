"""Amounts as Stripe counts them. Its units differ from ISO 4217 in a few currencies."""

from typing import Final

from adapters.kit.http_responses import UnusableResponse
from booking_domain.payments.chargeable import AmountRule, Chargeable
from booking_domain.shared.money import MINOR_UNIT_DIGITS, Money

_TAKEN: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC "
    "CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JPY "
    "KES KGS KHR KMF KRW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO "
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TOP "
    "TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW BHD JOD KWD OMR TND"
)
_LEAST: Final = {
    "AED": 2_00,
    "AUD": 50,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 15_00,
    "DKK": 2_50,
    "EUR": 50,
    "GBP": 30,
    "HKD": 4_00,
    "HUF": 175_00,
    "INR": 50,
    "JPY": 50,
    "MXN": 10_00,
    "MYR": 2_00,
    "NOK": 3_00,
    "NZD": 50,
    "PLN": 2_00,
    "RON": 2_00,
    "SEK": 3_00,
    "SGD": 50,
    "THB": 10_00,
    "USD": 50,
}
"""The published minimum amounts, in minor units. In other currencies Stripe decides by the rate of the day."""
_MOST: Final = {"IDR": 999_999_999_999}
_EIGHT_DIGITS: Final = 99_999_999
"""The largest amount in Stripe's units, but for `_MOST`."""
_STRIPE_DIGITS: Final = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Decimal digits of Stripe's unit where ISO 4217 has others: Stripe keeps two for ISK and UGX, and none for MGA."""
_LAST_DIGIT_ZERO: Final = 3
"""With three decimals, the last digit of an amount is zero."""


def _rule(currency: str) -> AmountRule:
    digits, ours = _digits(currency), MINOR_UNIT_DIGITS[currency]
    step = 10 if digits == _LAST_DIGIT_ZERO else 10 ** max(0, ours - digits)
    most = _MOST.get(currency, _EIGHT_DIGITS) * 10**ours // 10**digits
    return AmountRule(step=step, least=_LEAST.get(currency, step), most=most - most % step)


def _digits(currency: str) -> int:
    return _STRIPE_DIGITS.get(currency, MINOR_UNIT_DIGITS[currency])


CHARGEABLE: Final = Chargeable(gateway="Stripe", currencies={currency: _rule(currency) for currency in _TAKEN.split()})
"""What Stripe charges by card. An account may take fewer currencies."""


def to_stripe(money: Money) -> int:
    """Convert an amount that `CHARGEABLE` accepts to Stripe's units.

    >>> [to_stripe(Money.of(5, currency)) for currency in ("USD", "JPY", "KWD", "ISK", "MGA")]
    [500, 5, 5000, 500, 5]
    """
    units: int = money.amount * 10 ** _digits(money.currency) // 10 ** MINOR_UNIT_DIGITS[money.currency]
    return units


def from_stripe(amount: int, currency: str) -> Money:
    """Convert an amount in Stripe's units; `currency` is in lower case, as Stripe writes it.

    >>> str(from_stripe(500, "isk")), str(from_stripe(5, "mga"))
    ('5 ISK', '5.00 MGA')

    Raises:
        UnusableResponse: it is no amount of a currency that Stripe takes.
    """
    code = currency.upper()
    if code not in CHARGEABLE.currencies or amount < 0:
        raise UnusableResponse("an amount that is none")
    scaled, rest = divmod(amount * 10 ** MINOR_UNIT_DIGITS[code], 10 ** _digits(code))
    if rest:
        raise UnusableResponse("a fraction of a minor unit")
    return Money(amount=scaled, currency=code)
