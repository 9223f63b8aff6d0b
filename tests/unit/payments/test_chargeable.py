"""Which amounts a gateway can charge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.qpay.gateway import CHARGEABLE
from booking_domain.payments.chargeable import AmountRule, Chargeable
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money


@given(
    step=st.integers(1, 1_000), least=st.integers(1, 10_000), more=st.integers(0, 10_000), amount=st.integers(0, 30_000)
)
def test_an_amount_is_chargeable_if_it_is_a_multiple_within_the_limits(
    step: int, least: int, more: int, amount: int
) -> None:
    rule = AmountRule(step=step, least=least, most=least + more)
    chargeable = Chargeable(gateway="any", currencies={"MNT": rule})
    money = Money(amount=amount, currency="MNT")
    expected = amount in range(0, rule.most + 1, step) and least <= amount
    assert chargeable.accepts(money) is expected
    if expected or amount == 0:
        chargeable.require(money, "price_amount")
    else:
        with pytest.raises(InvalidValue) as refused:
            chargeable.require(money, "price_amount")
        assert refused.value.field_path == ("price_amount",)
    assert not chargeable.accepts(Money(amount=amount, currency="JPY"))
    with pytest.raises(InvalidValue) as refused:
        chargeable.require(Money(amount=amount, currency="JPY"), "price_amount")
    assert refused.value.field_path == ("currency",)


def test_qpay_charges_whole_tugriks() -> None:
    for amount, accepted in ((1_00, True), (20_000_00, True), (20_000_50, False), (0, False), (99, False)):
        assert CHARGEABLE.accepts(Money(amount=amount, currency="MNT")) is accepted
    assert CHARGEABLE.accepts(Money(amount=9_999_999_999_00, currency="MNT"))
    assert not CHARGEABLE.accepts(Money(amount=10_000_000_000_00, currency="MNT"))
    assert not CHARGEABLE.accepts(Money.of(20_000, "EUR"))
