from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import MINOR_UNIT_DIGITS, Money
from booking_domain.testing.shared.strategies import amounts, currencies

# ISO 4217, list one: the currencies without decimals, and those with three. The Chilean and the Uruguayan unit of
# account have four and are not used for payments.
NONE, THREE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", "BHD IQD JOD KWD LYD OMR TND"


def test_minor_units_are_those_of_iso_4217() -> None:
    assert {code for code, digits in MINOR_UNIT_DIGITS.items() if digits == 0} == set(NONE.split())
    assert {code for code, digits in MINOR_UNIT_DIGITS.items() if digits == 3} == set(THREE.split())
    assert set(MINOR_UNIT_DIGITS.values()) == {0, 2, 3}
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in MINOR_UNIT_DIGITS)


def test_one_togrog_is_a_hundred_mongo() -> None:
    assert MINOR_UNIT_DIGITS["MNT"] == 2
    assert Money.of(20_000, "MNT") == Money(amount=2_000_000, currency="MNT")


@pytest.mark.parametrize("code", ["EUR", "USD", "CNY", "KZT", "RUB", "IRR", "AFN", "MGA", "MRU", "XCG", "ZWG"])
def test_current_currencies_are_known(code: str) -> None:
    assert Money.of(1, code).amount == 100


@pytest.mark.parametrize("code", ["", "mnt", "XXX", "XAU", "BGN", "HRK", "ANG", "ZWL", "MNTT", "€"])
def test_unknown_currencies_are_refused(code: str) -> None:
    for attempt in (partial(Money, amount=1, currency=code), partial(Money.of, 1, code), partial(Money.zero, code)):
        with pytest.raises(InvalidValue) as refused:
            attempt()
        assert refused.value.field_path == ("currency",)


@given(st.integers(max_value=-1))
def test_an_amount_is_never_negative(amount: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money(amount=amount, currency="MNT")
    assert refused.value.field_path == ("amount",)


@examples(300)
@given(amounts(), amounts(), amounts())
def test_adding_follows_the_laws_of_arithmetic(a: Money, b: Money, c: Money) -> None:
    zero = Money.zero("MNT")
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + zero == a
    assert (a + b) - b == a
    assert (a + b).amount == a.amount + b.amount


@examples(300)
@given(amounts(), amounts())
def test_beyond_is_the_difference_or_zero(a: Money, b: Money) -> None:
    assert a.excess_over(b) == (a - b if b <= a else Money.zero("MNT"))
    assert a.excess_over(b) + b == max(a, b)
    assert bool(a.excess_over(b)) == (a > b)


@given(amounts(), amounts(least=1))
def test_subtracting_a_larger_amount_is_refused(a: Money, more: Money) -> None:
    with pytest.raises(InvalidValue):
        _ = a - (a + more)


@examples(300)
@given(amounts(), amounts())
def test_amounts_compare_like_their_numbers(a: Money, b: Money) -> None:
    assert (a < b, a <= b, a > b, a >= b) == (
        a.amount < b.amount,
        a.amount <= b.amount,
        a.amount > b.amount,
        a.amount >= b.amount,
    )
    assert bool(a) == (a.amount != 0)


def test_different_currencies_do_not_add_up() -> None:
    togrog, yen = Money.of(1, "MNT"), Money.of(1, "JPY")
    for attempt in (
        lambda: togrog + yen,
        lambda: togrog - yen,
        lambda: togrog < yen,
        lambda: togrog <= yen,
        lambda: togrog.excess_over(yen),
    ):
        with pytest.raises(InvalidValue) as refused:
            attempt()
        assert refused.value.field_path == ("currency",)


@examples(300)
@given(currencies().flatmap(amounts))
def test_an_amount_written_as_a_decimal_is_read_back(money: Money) -> None:
    assert Money.from_decimal(money.decimal(), money.currency) == money
    assert -int(money.decimal().as_tuple().exponent) == MINOR_UNIT_DIGITS[money.currency]


def test_an_amount_is_written_with_all_decimals_of_its_currency() -> None:
    assert str(Money.of(20_000, "MNT")) == "20,000.00 MNT"
    assert str(Money.of(1_234_567, "JPY")) == "1,234,567 JPY"
    assert str(Money(amount=5, currency="BHD")) == "0.005 BHD"


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("0.001", "MNT"),
        ("0.5", "JPY"),
        ("1.0001", "BHD"),
        ("NaN", "MNT"),
        ("sNaN", "MNT"),
        ("Infinity", "MNT"),
        ("-1", "MNT"),
    ],
)
def test_fractions_of_a_minor_unit_are_refused(text: str, currency: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Money.from_decimal(Decimal(text), currency)
    assert refused.value.field_path == ("amount",)


@pytest.mark.parametrize("text", ["20000", "20000.0", "20000.000000", "2e4"])
def test_the_notation_of_a_decimal_does_not_matter(text: str) -> None:
    assert Money.from_decimal(Decimal(text), "MNT") == Money.of(20_000, "MNT")


@examples(300)
@given(amounts(), st.integers(0, 100))
def test_a_share_is_rounded_half_up_to_the_minor_unit(money: Money, percent: int) -> None:
    exact = Fraction(money.amount * percent, 100)
    share = money.percent(percent)
    assert -Fraction(1, 2) < share.amount - exact <= Fraction(1, 2)
    assert share <= money


@given(amounts())
def test_one_hundred_percent_is_everything_and_zero_is_nothing(money: Money) -> None:
    assert money.percent(100) == money
    assert money.percent(0) == Money.zero("MNT")


@given(amounts(), st.integers(0, 99))
def test_a_larger_percentage_is_never_a_smaller_amount(money: Money, percent: int) -> None:
    assert money.percent(percent) <= money.percent(percent + 1)


def test_an_amount_keeps_its_number_of_whole_units_in_another_currency() -> None:
    assert Money.of(20_000, "MNT").in_currency("JPY") == Money.of(20_000, "JPY")
    assert Money(amount=12_50, currency="USD").in_currency("JPY") == Money.of(13, "JPY")
    assert Money.of(7, "JPY").in_currency("KWD") == Money(amount=7_000, currency="KWD")
    with pytest.raises(InvalidValue, match="ISO 4217"):
        Money.of(1, "MNT").in_currency("XYZ")
