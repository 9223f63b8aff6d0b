"""Gift cards: whatever happens to one, its entries sum to its balance, and it never pays what it has not."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.gift_cards.model import (
    EntryCause,
    GiftCard,
    GiftCardEntry,
    GiftCardEntryId,
    GiftCardNotUsable,
    GiftCardParty,
    GiftCardRules,
    InvalidGiftCardTransition,
    NotEnoughOnCard,
    Recipient,
    in_groups,
    normal_code,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.gift_cards.contracts import gift_card

STEPS: Final = st.lists(
    st.tuples(st.sampled_from(["pay", "refund", "block", "unblock", "expire"]), st.integers(0, 60)), max_size=25
)


def mnt(amount: int) -> Money:
    return Money(amount=amount, currency="MNT")


def why(number: int = 0) -> EntryCause:
    return EntryCause(id=GiftCardEntryId(UUID(int=number)), name=f"{number}", at=NOW)


@given(steps=STEPS, expires=st.booleans())
def test_entries_sum_to_the_balance_which_is_never_below_zero_nor_above_the_value(
    *, steps: list[tuple[str, int]], expires: bool
) -> None:
    card, first = gift_card(Builder())
    card = replace(card, expires_at=NOW if expires else None)
    entries, spent = [first], 0
    for number, (step, amount) in enumerate(steps):
        posted: tuple[GiftCard, GiftCardEntry] | None = None
        try:
            match step:
                case "pay":
                    posted = card.pay(mnt(amount), why(number))
                    spent += amount
                case "refund" if amount <= spent:
                    posted = card.refund(mnt(amount), why(number))
                    spent -= amount
                case "block":
                    card = card.block("Stolen.")
                case "unblock":
                    card = card.unblock()
                case "expire":
                    posted = card.expire(why(number))
                case _:
                    pass
        except (GiftCardNotUsable, InvalidGiftCardTransition, InvalidValue, NotEnoughOnCard):
            posted = None
        if posted is not None:
            card = posted[0]
            entries.append(posted[1])
        assert sum(each.amount for each in entries) == card.balance.amount == entries[-1].balance
        assert mnt(0) <= card.balance <= card.value


def test_a_card_is_taken_back_once_with_what_is_left_of_it() -> None:
    card, _ = gift_card(Builder())
    paid, _ = card.pay(mnt(30), why(1))
    voided, entry = paid.void(GiftCardParty.SELLER, why(2))
    assert (entry.amount, voided.balance, voided.status) == (-70, mnt(0), "voided")
    for again in (lambda: voided.void(GiftCardParty.SELLER, why(3)), lambda: voided.block("Why"), voided.unblock):
        with pytest.raises(InvalidGiftCardTransition):
            again()
    with pytest.raises(GiftCardNotUsable):
        voided.pay(mnt(1), why(3))
    assert voided.refund(mnt(30), why(3))[0].balance == mnt(30)


def test_a_card_expires_only_where_the_rules_say_so() -> None:
    make, rules = Builder(), GiftCardRules(valid_for={"USD": timedelta(days=30)})
    assert rules.expiry("MNT", NOW) is None
    assert rules.expiry("USD", NOW) == NOW + timedelta(days=30)
    card, _ = gift_card(make)
    limited = card.extend(NOW + timedelta(days=1), NOW)
    assert limited.expire(why(1)) is None
    later = replace(why(1), at=NOW + timedelta(days=1))
    ended = limited.expire(later)
    assert ended is not None
    assert (ended[0].balance, ended[0].expire(later)) == (mnt(0), None)
    with pytest.raises(GiftCardNotUsable):
        limited.extend(None, later.at)
    with pytest.raises(InvalidValue):
        card.extend(NOW, NOW)


def test_a_card_is_sent_within_a_year_and_to_somebody() -> None:
    make = Builder()
    card, _ = gift_card(make)
    for recipient, at in (
        (Recipient(), NOW),
        (Recipient(contact="saraa@example.com"), NOW + timedelta(days=400)),
    ):
        with pytest.raises(InvalidValue):
            GiftCard.ordered(
                id=card.id,
                value=mnt(1),
                by=card.sold_by,
                entropy=make.entropy,
                now=NOW,
                recipient=recipient,
                deliver_at=at,
            )


@given(st.text(max_size=30))
def test_a_text_is_a_code_only_if_it_has_all_its_characters(text: str) -> None:
    code = normal_code(text)
    assert code is None or normal_code(in_groups(code)) == code
