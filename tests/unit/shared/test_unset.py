"""Partial updates: what a command gives changes, and the rest stays."""

from dataclasses import dataclass
from enum import StrEnum

import pytest

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.unset import UNSET, Unset, changed, given, given_as, given_or


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Paint:
    id: int
    colour: Colour | None = Colour.RED
    litres: int = 1
    version: int = 1


@dataclass(frozen=True)
@checks_enums
class EditPaint:
    id: int
    colour: Colour | Unset | None = UNSET
    litres: int | Unset = UNSET
    reason: str | Unset = UNSET
    version: int | None = None


def test_a_value_that_is_not_given_stays_and_none_clears() -> None:
    assert changed(Paint(1), EditPaint(1)) == Paint(1)
    assert changed(Paint(1), EditPaint(1, colour=None)) == Paint(1, colour=None)
    assert changed(Paint(1), EditPaint(1, litres=0), version=2) == Paint(1, litres=0, version=2)


def test_only_fields_that_may_be_unset_and_that_the_aggregate_has_are_given() -> None:
    assert given(EditPaint(2, reason="spilt", version=7), Paint(1)) == {}
    assert given(EditPaint(2, litres=3), Paint(1), colour=UNSET) == {"litres": 3}


def test_a_computed_value_replaces_the_one_that_the_command_gives() -> None:
    assert changed(Paint(1), EditPaint(1, litres=3), litres=30) == Paint(1, litres=30)


def test_a_given_value_is_converted_and_an_unset_one_stays_unset() -> None:
    assert (given_as(0, str), given_as(UNSET, str)) == ("0", UNSET)
    assert (given_or(None, 1), given_or(UNSET, 1)) == (None, 1)
    assert not UNSET


def test_an_enum_that_may_be_unset_is_checked() -> None:
    assert EditPaint(1, colour="blue").colour is Colour.BLUE  # type: ignore[arg-type]  # what JSON has
    with pytest.raises(InvalidValue, match="red, blue"):
        EditPaint(1, colour="green")  # type: ignore[arg-type]  # what JSON has
