"""Every domain error has a unique code and a message that can be formatted."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Final, get_type_hints

import pytest

import booking_domain
from booking_domain.scheduling.calendar_errors import Clocks
from booking_domain.shared import errors
from booking_domain.shared.errors import DomainError, FieldPath, InvalidValue, about, inside
from booking_domain.shared.money import Money
from entrypoints.languages.catalogues import catalogue_of

FAMILIES: Final = {
    errors.NotFound,
    errors.Conflict,
    errors.RuleViolated,
    errors.Forbidden,
    errors.Unauthenticated,
    errors.PreconditionFailed,
    errors.TooMany,
    errors.Unavailable,
}
SAMPLES: Final[dict[object, object]] = {
    str: "something",
    int: 7,
    datetime: datetime(2026, 11, 23, 2, tzinfo=UTC),
    date: date(2026, 12, 23),
    Money: Money.of(20_000, "MNT"),
    tuple[DomainError, ...]: (),
    tuple[int, ...]: (30, 60),
    tuple[str, ...]: ("something",),
    FieldPath: ("rules", 3),
    Mapping[str, object]: {},
    tuple[str, ...] | None: None,
    Clocks: ({"reference": "BK-7F3K9Q"},),
}


def _below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def all_errors() -> list[type[DomainError]]:
    """Every concrete error that a module of the library defines."""
    for module in pkgutil.walk_packages(booking_domain.__path__, "booking_domain."):
        if not module.name.startswith("booking_domain.testing"):
            importlib.import_module(module.name)
    found = {kind for kind in _below(DomainError) if kind.__module__.startswith("booking_domain.")}
    return sorted(found - {*FAMILIES, errors.Incomplete}, key=lambda kind: kind.__qualname__)


def sample(kind: type[DomainError]) -> DomainError:
    hints = get_type_hints(kind)
    return kind(**{field.name: SAMPLES[hints[field.name]] for field in fields(kind)})


def test_every_error_has_a_message_that_names_its_parameters() -> None:
    for kind in all_errors():
        message = str(sample(kind))
        assert re.fullmatch(r"[^{}\n]+[.]", message), message
        assert "  " not in message, message


def test_every_error_has_a_unique_code_with_context_and_name() -> None:
    for kind in all_errors():
        assert "code" in vars(kind), f"{kind} inherits its code"
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", kind.code), kind


def test_no_two_errors_have_the_same_code() -> None:
    assert [code for code, count in Counter(kind.code for kind in all_errors()).items() if count > 1] == []


def test_every_error_belongs_to_exactly_one_family() -> None:
    assert [kind for kind in all_errors() if len(FAMILIES & set(kind.__mro__)) != 1] == []


def test_every_error_names_its_field_in_snake_case() -> None:
    for kind in all_errors():
        names = (step for step in sample(kind).field_path if isinstance(step, str))
        assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names), kind


def test_codes_that_clients_rely_on_stay() -> None:
    assert {kind.code for kind in all_errors()} >= {
        "auth.invalid_credentials",
        "booking.invalid_transition",
        "booking.slot_not_offered",
        "booking.slot_taken",
        "conflict.stale_version",
        "idempotency.key_reused",
    }


def test_an_invalid_value_names_its_field() -> None:
    refused = InvalidValue(field="min_notice_minutes", problem="must be between {0} and 1")
    assert refused.field_path == ("min_notice_minutes",)
    assert str(refused) == "min_notice_minutes: must be between {0} and 1."
    assert refused.parameters["problem"] == "must be between {0} and 1"
    assert InvalidValue(field="day", problem="no", within=("rules", 3)).field_path == ("rules", 3, "day")


def test_a_problem_has_values_that_each_language_writes() -> None:
    refused = InvalidValue(field="price", problem="at most {most}", values={"most": Money.of(20_000, "MNT")})
    assert str(refused) == "price: at most 20,000.00 MNT."
    assert [catalogue_of(language).error(refused) for language in ("en", "fa")] == [
        "At most MNT 20,000.",
        "حداکثر \u2067۲۰٬۰۰۰\u00a0₮\u2069.",
    ]


def test_an_error_names_the_field_as_the_command_does() -> None:
    with pytest.raises(PhoneNeeded) as refused, about("walk_in", "phone"):
        raise PhoneNeeded
    assert refused.value.field_path == ("walk_in", "phone")
    with pytest.raises(PhoneNeeded) as refused:
        inside(("guests", 3), _no_phone)
    assert refused.value.details == ((("guests", 3, "phone"), refused.value),)


class PhoneNeeded(errors.RuleViolated, code="tests.phone_needed", field="phone"):
    """A number is needed."""


def _no_phone() -> None:
    raise PhoneNeeded


def test_errors_compare_by_identity() -> None:
    assert InvalidValue(field="a", problem="b") != InvalidValue(field="a", problem="b")
    assert len({InvalidValue(field="a", problem="b"), InvalidValue(field="a", problem="b")}) == 2
