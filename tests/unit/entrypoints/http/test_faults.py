"""A refused request names each of its faults."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api

from entrypoints.http.kit.faults import located
from entrypoints.http.kit.refusals import Refusal
from entrypoints.http.kit.strict_json import read_json


class Inner(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    at_most: Annotated[int, msgspec.Meta(le=5)]
    note: str | None = None


class Outer(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    size: int
    parts: Annotated[tuple[Inner, ...], msgspec.Meta(max_length=2)] = ()
    inner: Inner | None = None


def faults(raw: bytes) -> dict[str, str]:
    with pytest.raises(Refusal) as refused:
        read_json(raw, Outer)
    assert refused.value.status == 400
    return {error.pointer: error.message for error in refused.value.errors}


def test_every_fault_is_named_with_its_place() -> None:
    assert faults(b'{"name": "", "parts": [{"atMost": 9}, {"note": 1}], "inner": {"atMost": "x"}, "a/b": 1}') == {
        "/a~1b": "There is no such member.",
        "/name": "This must not be empty.",
        "/size": "This is required.",
        "/parts/0/atMost": "At most 5.",
        "/parts/1/atMost": "This is required.",
        "/parts/1/note": "This must be a text.",
        "/inner/atMost": "This must be a whole number.",
    }


class Events(StrEnum):
    FIRST = "first" * 20
    SECOND = "second" * 20


class Choice(msgspec.Struct):
    way: Literal["sms", "email"] | None = None
    zone: Annotated[str, msgspec.Meta(pattern="^[A-Z]$", examples=["A"], max_length=2)] | None = None
    rating: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    closed: Literal[True] | None = None
    event: Events | None = None


@pytest.mark.parametrize(
    ("raw", "reason", "message"),
    [
        (b'{"way": "post"}', "not_one_of", "Choose one of: email, sms."),
        (b'{"way": 1}', "wrong_type", "Choose one of: email, sms."),
        (b'{"closed": false}', "not_one_of", "Choose one of: true."),
        (b'{"event": ""}', "not_one_of", "Choose one of the values that are allowed."),
        (b'{"zone": "x"}', "malformed", "This must have the form A."),
        (b'{"zone": "ABC"}', "too_long", "At most 2 characters."),
        (b'{"rating": 9}', "out_of_range", "Between 1 and 5."),
        (b'{"rating": 1e30}', "out_of_range", "Between 1 and 5."),
        (b'{"rating": "1"}', "wrong_type", "This must be a whole number."),
        (b"[", "malformed", "The body is not JSON: it ends too early."),
    ],
)
def test_a_fault_has_a_reason_for_programs_and_words_for_people(raw: bytes, reason: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_json(raw, Choice)
    (error,) = refused.value.errors
    assert (error.reason, error.message) == (reason, message)
    allowed = {"way": ("email", "sms"), "event": tuple(Events), "closed": (True,)}
    assert error.allowed == (allowed[error.pointer[1:]] if "one of" in message else None)


def test_an_error_of_the_whole_object_is_reported_if_its_members_are_valid() -> None:
    assert list(faults(b'{"name": "a", "size": 1, "parts": [{"atMost": 1}, {"atMost": 1}, {"atMost": 1}]}')) == [
        "/parts"
    ]
    assert list(faults(b"[]")) == [""]


def test_at_most_fifty_faults_are_named() -> None:
    assert len(faults(b'{"parts": [' + b",".join([b"{}"] * 200) + b"]}")) == 50


def test_a_body_that_is_not_json_after_a_fault_is_refused() -> None:
    assert list(faults(b'{"name": 1, "size": ')) == [""]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a"]),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "size", "parts", "inner", "atMost", "note", "x"]), each, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_the_fault_that_the_decoder_meets_is_among_those_named(value: Any) -> None:
    raw = msgspec.json.encode(value)
    try:
        msgspec.json.decode(raw, type=Outer)
    except msgspec.ValidationError as error:
        first = located(error)
    else:
        assert read_json(raw, Outer) is not None
        return
    assert first.pointer in faults(raw) or any(pointer.startswith(first.pointer + "/") for pointer in faults(raw))


async def test_a_query_names_every_fault(api: Api) -> None:
    answer = await api.get("/providers?limit=none&order=best&colour=red")
    assert (answer.status_code, {error["pointer"] for error in answer.json()["errors"]}) == (
        400,
        {"/query/limit", "/query/order", "/query/colour"},
    )
