"""The row codec: every mapper reads back what it wrote, and an undeclared field fails at import."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Final, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Column, Computed, Identity, Integer, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from tests.databases import CIPHER
from tests.unit.effort import examples
from tests.unit.features.collected import FEATURES

from adapters.postgres.kit.codec import Columns, Converted, Encrypted, Mapper, Renamed
from booking_domain.catalogue.invitation_links import InvitationLink
from booking_domain.gift_cards.model import GiftCard
from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.identity.contact_changes import ContactChange
from booking_domain.identity.contact_edits import ContactEdit
from booking_domain.identity.model import User
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.identity.sign_ups import SignUp
from booking_domain.notifications.model import Message, Notification
from booking_domain.notifications.push import PushSubscription
from booking_domain.payments.provider_payouts import ProviderPayout
from booking_domain.payments.refunds import Refund
from booking_domain.scheduling.claims import Claim
from booking_domain.shared.errors import DomainError
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.shared.strategies import currencies
from booking_domain.webhooks.model import WebhookDelivery, WebhookEndpoint

import_module("adapters.postgres.contexts")

MAPPERS: Final = {
    f"{name.removeprefix('adapters.postgres.')}.{constant}": value
    for name, module in sorted(sys.modules.items())
    if name.startswith("adapters.postgres.")
    for constant, value in vars(module).items()
    if isinstance(value, Mapper)
}
ENCRYPTED: Final = frozenset(
    {
        User,
        ContactChange,
        ContactEdit,
        SignUp,
        InvitationLink,
        SecondFactor,
        BankAccount,
        Refund,
        WebhookEndpoint,
        WebhookDelivery,
        ProviderPayout,
        Notification,
        Message,
        PushSubscription,
        GiftCard,
    }
)
FREE: Final = frozenset({"details"})
"""Columns with JSON whose members are not fields."""
JSON: Final = sorted(
    name for name, mapper in MAPPERS.items() if any(isinstance(each.type, JSONB) for each in mapper.columns)
)
TEXTS: Final = st.text("abДиж '\"\\{}漢🙂", min_size=1, max_size=20).filter(str.strip)
INSTANTS: Final = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SPANS: Final = st.builds(
    lambda start, minutes: TimeRange(start, start + timedelta(minutes=minutes)), INSTANTS, st.integers(1, 10_000)
)
VALID: Final = {field: strategy for feature in FEATURES for field, strategy in feature.samples.items()}


_type_hints: Final = cache(get_type_hints)


@cache  # Hypothesis takes longer to make a strategy than to draw from it
def of_type(hint: Any, currency: str) -> st.SearchStrategy[Any]:
    """Values of a field's type; all amounts of one value are in one currency."""
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    if get_origin(hint) in {Union, UnionType}:
        return st.one_of(*(of_type(each, currency) for each in get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(of_type(get_args(hint)[0], currency), max_size=3).map(tuple)
    if get_origin(hint) is not None:
        return st.dictionaries(TEXTS, TEXTS | st.integers() | st.none(), max_size=3)
    known: Mapping[Any, st.SearchStrategy[Any]] = {
        NoneType: st.none(),
        UUID: st.uuids(),
        str: TEXTS,
        bool: st.booleans(),
        int: st.integers(0, 1_000),
        float: st.floats(-90, 90),
        bytes: st.binary(max_size=32),
        datetime: INSTANTS,
        date: st.dates(),
        TimeRange: SPANS,
        Money: st.integers(0, 10**9).map(lambda amount: Money(amount=amount, currency=currency)),
    }
    if hint in known:
        return known[hint]
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    return values(hint, currency)


def _strategy(kind: type, name: str, hint: Any, currency: str) -> st.SearchStrategy[Any]:
    if name == "time_zone":
        return st.sampled_from(["Asia/Ulaanbaatar", "UTC", "Europe/Berlin"])
    valid = VALID.get((kind, name))
    return of_type(hint, currency) if valid is None else valid


@st.composite
def values(draw: st.DrawFn, kind: type, currency: str | None = None) -> Any:
    """Values of a dataclass that are valid."""
    chosen = currency or draw(currencies())
    hints = _type_hints(kind)
    drawn = {
        each.name: draw(_strategy(kind, each.name, hints[each.name], chosen)) for each in fields(kind) if each.init
    }
    if "currency" in drawn:
        drawn["currency"] = chosen
    if kind is Claim:
        drawn["blocked"] = drawn["span"]
    try:
        return kind(**drawn)
    except DomainError:
        reject()


def as_stored(value: Any) -> Any:
    """What psycopg returns for a value that was written."""
    return json.loads(json.dumps(value.obj)) if isinstance(value, Jsonb) else value


def test_every_context_with_values_has_mappers() -> None:
    assert len({id(mapper) for mapper in MAPPERS.values()}) > 15


@pytest.mark.parametrize("name", sorted(MAPPERS))
@settings(
    examples(25, nightly=1_000),
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],  # `values` draws what its class refuses
)
@given(data=st.data())
def test_a_mapper_reads_back_what_it_wrote(name: str, data: st.DataObject) -> None:
    mapper = MAPPERS[name]
    value = data.draw(values(mapper.kind))
    cipher = (CIPHER,) if mapper.kind in ENCRYPTED else ()
    written = mapper.write(value, *cipher)
    assert mapper.read(tuple(as_stored(written[column.name]) for column in mapper.columns), *cipher) == value
    changed = mapper.changes(value, *cipher)
    assert changed.keys() <= written.keys() | {"phone_index", "phone_parts", "url_index"}


def later(stored: Any) -> Any:
    """JSON as a later release may write it: each object has a member that this one does not know."""
    if isinstance(stored, dict):
        return {name: later(each) for name, each in stored.items()} | {"of_a_later_release": [1]}
    return [later(each) for each in stored] if isinstance(stored, list) else stored


@pytest.mark.parametrize("name", JSON)
@settings(examples(25, nightly=1_000), suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_what_a_later_release_stores_is_read_without_what_this_one_does_not_know(
    name: str, data: st.DataObject
) -> None:
    """Both run at once while a new version starts, and this one again after `make rollback`."""
    mapper = MAPPERS[name]
    value = data.draw(values(mapper.kind))
    cipher = (CIPHER,) if mapper.kind in ENCRYPTED else ()
    written = {column: as_stored(each) for column, each in mapper.write(value, *cipher).items()}
    stored = [
        later(written[column.name])
        if isinstance(column.type, JSONB) and column.name not in FREE
        else written[column.name]
        for column in mapper.columns
    ]
    assert mapper.read(tuple(stored), *cipher) == value


@dataclass(frozen=True, kw_only=True)
class Point:
    x: int
    y: int


@dataclass(frozen=True, kw_only=True)
class Place:
    id: UUID
    name: str
    at: Point | None = None
    tags: frozenset[str] = frozenset()


SAME: Final[dict[str, Any]] = {"write": lambda value: value, "read": lambda value: value}
PLACES: Final = Table(
    "places",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("label", Text),
    Column("x", Integer),
    Column("y", Integer),
    Column("digest", LargeBinary),
    Column("seq", BigInteger, Identity()),
    Column("size", Integer, Computed("x * y")),
)


def declared(**more: Any) -> Callable[[], Mapper[Place]]:
    return lambda: Mapper(
        PLACES, Place, **{"transient": ("tags",), "name": Renamed("label"), "elsewhere": ("digest",), **more}
    )


def test_a_field_whose_type_needs_a_declaration_fails_at_import() -> None:
    with pytest.raises(TypeError, match=r"Place\.at: .*declare how"):
        declared()()
    with pytest.raises(TypeError, match=r"Place\.tags: .*declare how"):
        declared(at=Columns("x", "y"), transient=())()


def test_a_declaration_for_an_unknown_field_fails_at_import() -> None:
    with pytest.raises(TypeError, match="Place has no field at_"):
        declared(at_=Columns("x", "y"))()


def test_a_field_without_a_column_fails_at_import() -> None:
    """It would be lost: an INSERT left it out, and a row could not be read."""
    for lost in ({"name": Renamed("title")}, {"name": Encrypted("title")}, {"name": Converted("title", "x", **SAME)}):
        with pytest.raises(TypeError, match=r"Place\.name: there is no column places\.title"):
            declared(at=Columns("x", "y"), **lost)()
    with pytest.raises(TypeError, match=r"Place\.at: there is no column places\.z"):
        declared(at=Columns("x", "z"))()
    untold = Table("places", MetaData(), Column("id", Uuid), Column("at_x", Integer), Column("at_y", Integer))
    with pytest.raises(TypeError, match=r"Place\.name: there is no column places\.name"):
        Mapper(untold, Place, transient=("tags",))
    with pytest.raises(TypeError, match="Place has no field tag_"):
        declared(at=Columns("x", "y"), transient=("tags", "tag_"))()


def test_a_column_without_a_field_fails_at_import_unless_it_is_stored_elsewhere_or_computed() -> None:
    with pytest.raises(TypeError, match=r"Place: no field is stored in places\.digest"):
        declared(at=Columns("x", "y"), elsewhere=())()
    with pytest.raises(TypeError, match=r"Place: places\.label is stored here, not elsewhere"):
        declared(at=Columns("x", "y"), elsewhere=("digest", "label"))()
    with pytest.raises(TypeError, match="places has no column digests"):
        declared(at=Columns("x", "y"), elsewhere=("digest", "digests"))()
    assert [column.name for column in declared(at=Columns("x", "y"))().columns] == ["id", "label", "x", "y"]


def test_a_nested_value_that_is_none_is_null_in_all_its_columns() -> None:
    mapper = declared(at=Columns("x", "y"))()
    place = Place(id=UUID(int=1), name="Nomad")
    assert mapper.write(place) == {"id": place.id, "label": "Nomad", "x": None, "y": None}
    assert mapper.read((place.id, "Nomad", None, None)) == place
    assert is_dataclass(mapper.read((place.id, "Nomad", 1, 2)).at)


def test_columns_of_the_name_and_the_parts_of_a_nested_value_need_no_declaration() -> None:
    table = Table(
        "places",
        MetaData(),
        Column("id", Uuid),
        Column("label", Text),
        Column("at_x", Integer),
        Column("at_y", Integer),
    )
    mapper = Mapper(table, Place, transient=("tags",), name=Renamed("label"))
    place = Place(id=UUID(int=1), name="Nomad", at=Point(x=1, y=2))
    assert mapper.write(place) == {"id": place.id, "label": "Nomad", "at_x": 1, "at_y": 2}
    assert mapper.read((place.id, "Nomad", 1, 2)) == place


def test_an_update_sets_the_declared_columns_only() -> None:
    for said in ({"changes": ("x", "y")}, {"fixed": ("label",)}):
        mapper = declared(at=Columns("x", "y"), **said)()
        assert mapper.changes(Place(id=UUID(int=1), name="Nomad", at=Point(x=1, y=2))) == {"x": 1, "y": 2}
        assert b"SET x=$1" in mapper.update().numbered
    with pytest.raises(TypeError, match=r"not stored in places\.digest"):
        declared(at=Columns("x", "y"), fixed=("digest",))()
