"""`values.dataclass` makes the classes that `dataclasses.dataclass` makes."""

import copy
import dataclasses
import inspect
import operator
import pickle
import sys
from dataclasses import field
from itertools import product
from typing import Any, Final

import pytest

import booking_domain.core
from booking_domain.shared.values import dataclass


class _Plain:
    """A class of which both decorators make one, with each kind of field."""

    store: int
    factory: tuple[int, ...]
    named: str = field(default="a", repr=False)
    made: list[int] = field(default_factory=list, hash=False)
    kept: str = field(default="k", compare=False)
    counted: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counted", self.store + len(self.made))

    def twice(self) -> int:
        return 2 * self.store


class _Counted:
    """A class without checks, with a method of its own."""

    number: int = 1

    def __repr__(self) -> str:
        return f"#{self.number}"


class _Empty:
    """A class without fields."""


def _both(plain: type, **options: bool) -> tuple[Any, Any]:
    """The classes that this decorator and that of the standard library make."""
    made: list[Any] = []
    for decorator in (dataclass, dataclasses.dataclass):
        body = {
            name: copy.copy(value) for name, value in vars(plain).items() if name not in {"__dict__", "__weakref__"}
        }
        made.append(decorator(frozen=True, slots=True, **options)(type(plain.__name__, (), body)))
    return made[0], made[1]


PLAIN: Final = [
    (plain, {"kw_only": kw_only, "order": order})
    for plain, kw_only, order in product((_Plain, _Counted, _Empty), (False, True), (False, True))
]
GIVEN: Final[dict[type, list[dict[str, Any]]]] = {
    _Plain: [
        {"store": store, "factory": factory, **more}
        for store, factory in product((1, 2), ((), (1,), (2,)))
        for more in ({}, {"named": "b"}, {"made": [3]}, {"kept": "l"})
    ],
    _Counted: [{}, {"number": 2}, {"number": 3}],
    _Empty: [{}],
}


@pytest.mark.parametrize(("plain", "options"), PLAIN)
def test_classes_are_declared_alike(plain: type, options: dict[str, bool]) -> None:
    mine, standard = _both(plain, **options)
    assert str(inspect.signature(mine)) == str(inspect.signature(standard))
    assert {*vars(mine)} ^ {*vars(standard)} <= {"__annotate_func__", "__annotations_cache__"}
    for name in ("__slots__", "__match_args__", "__doc__", "__annotations__"):
        assert getattr(mine, name) == getattr(standard, name), name
    assert [str(each) for each in dataclasses.fields(mine)] == [str(each) for each in dataclasses.fields(standard)]
    assert mine.__dataclass_params__.frozen


@pytest.mark.parametrize(("plain", "options"), PLAIN)
def test_values_are_compared_shown_and_kept_alike(plain: type, options: dict[str, bool]) -> None:
    mine, standard = _both(plain, **options)
    for given, other in product(GIVEN[plain], repeat=2):
        a, b, c, d = mine(**given), mine(**other), standard(**given), standard(**other)
        assert repr(a) == repr(c)
        assert hash(a) == hash(c)
        assert a != c
        assert a.__eq__(c) is NotImplemented
        assert (a == b, a != b) == (c == d, c != d)
        for compare in (operator.lt, operator.le, operator.gt, operator.ge):
            if options["order"]:
                assert compare(a, b) == compare(c, d)
            else:
                with pytest.raises(TypeError):
                    compare(a, b)
        assert dataclasses.astuple(a) == dataclasses.astuple(c)
        changed, standardly = dataclasses.replace(a, **other), dataclasses.replace(c, **other)
        assert dataclasses.astuple(changed) == dataclasses.astuple(standardly)
        assert copy.deepcopy(a) == a
        assert a.__reduce_ex__(4)[2] == c.__reduce_ex__(4)[2]


@pytest.mark.parametrize("options", [{}, {"kw_only": True}])
def test_default_values_are_made_anew(options: dict[str, bool]) -> None:
    mine, _ = _both(_Plain, **options)
    one, other = mine(store=1, factory=()), mine(store=1, factory=())
    assert one.made == other.made == []
    assert one.made is not other.made


@pytest.mark.parametrize("number", [0, 1])
def test_fields_are_frozen(number: int) -> None:
    kind = _both(_Plain)[number]
    value = kind(1, ())
    for each in (value, type("Below", (kind,), {})(1, ())):
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'store'"):
            each.store = 2
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'store'"):
            del each.store
    with pytest.raises(TypeError, match="unexpected keyword"):
        kind(store=1, factory=(), counted=2)


def test_subclasses_have_attributes_of_their_own() -> None:
    """The standard library raises `TypeError` on Python 3.11, if the class has slots."""
    kind, _ = _both(_Plain)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'note'"):
        kind(1, ()).note = "mine"
    value = type("Below", (kind,), {})(1, ())
    value.note = "mine"
    assert value.note == "mine"
    del value.note
    assert not hasattr(value, "note")


def test_a_frozen_class_inherits_its_fields() -> None:
    @dataclass(frozen=True, slots=True)
    class Above:
        number: int

    @dataclass(frozen=True, slots=True)
    class Below(Above):
        name: str = ""

    @dataclasses.dataclass(frozen=True, slots=True)
    class Standard(Below):
        last: int = 0

    assert repr(Below(1, "a")).endswith("Below(number=1, name='a')")
    assert Below(1) == Below(1) != Below(2)
    assert Standard(1, "a", 2).last == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        Below(1).number = 2  # type: ignore[misc]  # as asked
    with pytest.raises(TypeError, match="cannot inherit non-frozen"):
        dataclasses.dataclass(type("Open", (Below,), {}))


def test_values_of_a_module_are_pickled() -> None:
    calendar = booking_domain.core.Calendar(
        time_zone="UTC", rules=booking_domain.core.WeeklyRule.every_day(booking_domain.core.Hours.parse("10:00-12:00"))
    )
    assert pickle.loads(pickle.dumps(calendar)) == calendar  # noqa: S301 - our own


def test_the_frozen_classes_of_a_first_booking_are_made_so() -> None:
    modules = [vars(module) for name, module in sys.modules.items() if name.startswith("booking_domain.core")]
    kinds: list[Any] = [each for module in modules for each in module.values() if inspect.isclass(each)]
    frozen = [each for each in kinds if "__dataclass_params__" in vars(each) and each.__dataclass_params__.frozen]
    assert {booking_domain.core.Calendar, booking_domain.core.Booking} <= {*frozen}
    assert {each.__name__ for each in frozen if each.__repr__.__module__ != dataclass.__module__} == set()
