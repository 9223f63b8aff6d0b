"""Money: an integer amount in minor units and an ISO 4217 currency code."""

from typing import TYPE_CHECKING, Final

from booking_domain.shared.checks import require_type
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.values import dataclass

if TYPE_CHECKING:
    from decimal import Decimal

_TWO_DECIMALS: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP "
    "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES "
    "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK "
    "NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB "
    "TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW "
    "ZWG"
)
_NO_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS: Final = "BHD IQD JOD KWD LYD OMR TND"
MINOR_UNIT_DIGITS: Final[dict[str, int]] = {
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
}
"""Decimal digits of a currency's minor unit (ISO 4217, list one). One tögrög is 100 möngö: MNT has 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in the minor unit of a currency. Arithmetic on different currencies raises `InvalidValue`.

    >>> Money.of(20_000, "MNT")
    Money(amount=2000000, currency='MNT')
    >>> Money.of(20_000, "MNT").decimal()
    Decimal('20000.00')
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            require_type("amount", self.amount, int)
        if self.currency not in MINOR_UNIT_DIGITS:
            raise InvalidValue(field="currency", problem=f"{self.currency!r} is not an ISO 4217 currency")
        if self.amount < 0:
            raise InvalidValue(field="amount", problem="an amount must not be negative")

    @classmethod
    def of(cls, units: int, currency: str) -> "Money":
        """Return `units` whole units (tögrög, dollars)."""
        require_type("units", units, int)
        return cls(amount=units * 10 ** MINOR_UNIT_DIGITS.get(currency, 0), currency=currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Zero in `currency`."""
        return cls(amount=0, currency=currency)

    @classmethod
    def from_decimal(cls, value: "Decimal", currency: str) -> "Money":
        """Convert an amount in whole units. A fraction of a minor unit raises `InvalidValue`."""
        if not value.is_finite():
            raise InvalidValue(field="amount", problem=f"{value} is not an amount")
        scaled = value.scaleb(MINOR_UNIT_DIGITS.get(currency, 0))
        if scaled != scaled.to_integral_value():
            raise InvalidValue(field="amount", problem=f"{value} has more decimals than {currency}")
        return cls(amount=int(scaled), currency=currency)

    def decimal(self) -> "Decimal":
        """The amount in whole units, with all decimals of the currency."""
        from decimal import Decimal  # noqa: PLC0415 - few need it, and it takes long to import

        return Decimal(self.amount).scaleb(-MINOR_UNIT_DIGITS[self.currency])

    def __str__(self) -> str:
        return f"{self.decimal():,} {self.currency}"

    def __bool__(self) -> bool:
        return self.amount > 0

    def __add__(self, other: "Money") -> "Money":
        self.require_same_currency(other)
        return Money(amount=self.amount + other.amount, currency=self.currency) if other.amount else self

    def __sub__(self, other: "Money") -> "Money":
        self.require_same_currency(other)
        return Money(amount=self.amount - other.amount, currency=self.currency) if other.amount else self

    def __lt__(self, other: "Money") -> bool:
        self.require_same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self.require_same_currency(other)
        return self.amount <= other.amount

    def excess_over(self, other: "Money") -> "Money":
        """`self - other`, or zero if `other` is larger."""
        self.require_same_currency(other)
        return Money(amount=max(0, self.amount - other.amount), currency=self.currency) if other.amount else self

    def percent(self, percent: int) -> "Money":
        """`percent` percent of this amount, rounded half up to the minor unit."""
        return Money(amount=(self.amount * percent + 50) // 100, currency=self.currency)

    def in_currency(self, currency: str) -> "Money":
        """The same number of whole units of another currency, rounded half up to its minor unit: no exchange."""
        scaled = self.decimal().scaleb(MINOR_UNIT_DIGITS.get(currency, 0))
        return Money(amount=int(scaled.to_integral_value("ROUND_HALF_UP")), currency=currency)

    def require_same_currency(self, other: "Money") -> None:
        """Raise `InvalidValue` if the other amount has another currency."""
        if self.currency != other.currency:
            raise InvalidValue(field="currency", problem=f"{self.currency} and {other.currency} cannot be combined")
