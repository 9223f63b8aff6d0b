"""Projections: JSON from a view of the domain, a command from a body; checked when the module is imported.

A projection makes an object (a Struct or dataclass) of another one, the view. It takes each member from the attribute
or property of the same name. Keywords name other sources:

- a path: `start="span.start"`. If an attribute on the way may be None, so may the member.
- `filled(path)`: the value, or None where it is empty, 0 or False. A response leaves out a member that is None.
- a projection: `verdict=verdict_json` shows the attribute of the same name, `refunds=("money.refunds", refund_json)`
  what a path leads to. It shows each item of a tuple, and keeps None. A projection of the same view shows the view
  itself: `customer=customer_json`, for a nested object whose members the view has.
- a function of what a path leads to: `start_time=("hours.start", str)`. It is not asked about None.
- a function of the view: `image=lambda view: view.images[0]`.

A member `price_amount` of a view without this attribute is `price.amount`. `within="item"` names attributes of the view
that have the members which the view itself has not.

What a body omits (`msgspec.UNSET`) is None in a command, or the domain's `UNSET` if the member takes that.

    hold_json = projection(Claim, HoldJson, start="span.start", end="span.end")
    hold_json(claim)

Where the caller has some of the members, `given` names them, and `members` returns the others as keywords. mypy checks
what the call gives; the import checks the rest:

    _members = members(Dispute, DisputeJson, given=("actions",), verdict=verdict_json)
    DisputeJson(actions=actions_of(dispute, actor), **_members(dispute))

    _edit = members(EditIdeaBody, EditIdea, given=("idea_id", "expected_version"))
    EditIdea(idea_id=idea_id, expected_version=expected_version(if_match), **_edit(data))

The import raises TypeError if a member has no source, or one of another type: an attribute that is renamed does not
vanish from the JSON. So it does if a member of a body or query is neither used nor given. The result of a function is
checked if the function is annotated. A projection is compiled into one expression, as fast as one written by hand: a
property that several paths begin with is read once.
"""

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache, cached_property
from types import EllipsisType, NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    NewType,
    Self,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from msgspec import UNSET, Meta, UnsetType

from booking_domain.shared.errors import inside
from booking_domain.shared.unset import UNSET as UNCHANGED
from booking_domain.shared.unset import Unset
from entrypoints.http.kit.fields import Body, Query, parts_of

View = TypeVar("View")
Made = TypeVar("Made")
_ABSENT: Final = {NoneType: "None", UnsetType: "UNSET"}
_SEQUENCES: Final = frozenset({tuple, list, Sequence})
_ANY: Final = (Any, object)


class Projection(Generic[View, Made]):
    """Makes an object of a view."""

    def __init__(self, plan: "_Plan", view: type[View], made: type[Made]) -> None:
        self._plan, self.view, self.made, self.uses = plan, view, made, frozenset(plan.uses)
        self.make: Callable[[View], Made] = plan.compiled("made")

    def __call__(self, view: View, /) -> Made:
        """Make the object."""
        return self.make(view)

    @cached_property
    def members(self) -> Callable[[View], dict[str, Any]]:
        """What makes the members, as keywords: for an object that has more of them."""
        make: Callable[[View], dict[str, Any]] = self._plan.compiled("dict")
        return make


@dataclass(frozen=True, slots=True)
class filled:  # noqa: N801 - it reads as a function
    """The value at a path, or None where it is empty, 0 or False."""

    path: str


Source = str | filled | Projection[Any, Any] | tuple[str, Callable[[Any], object]] | Callable[[View], object]


def projection(
    view: type[View],
    made: type[Made],
    /,
    *,
    within: str | tuple[str, ...] = (),
    default: Collection[str] = (),
    unused: Collection[str] = (),
    **sources: Source[View],
) -> Projection[View, Made]:
    """Return the projection of a view.

    `default` are the members that keep their defaults, `unused` the members of a body that another projection uses.

    Raises:
        TypeError: a member has no source, or one of another type.
    """
    return Projection(_Plan(view, made, sources, given=default, unused=unused, within=within), view, made)


def members(
    view: type[View],
    made: type[Any],
    /,
    *,
    given: Collection[str],
    within: str | tuple[str, ...] = (),
    unused: Collection[str] = (),
    **sources: Source[View],
) -> Callable[[View], dict[str, Any]]:
    """Return what makes the members of an object that the caller does not give, as keywords.

    Raises:
        TypeError: a member has no source, or one of another type.
    """
    make: Callable[[View], dict[str, Any]] = _Plan(
        view, made, sources, given=given, unused=unused, within=within
    ).compiled("dict")
    return make


class _Plan:
    """The expressions of the members, as Python text about `view`, and the objects that they name."""

    def __init__(
        self,
        view: type,
        made: type,
        sources: Mapping[str, Source[Any]],
        *,
        given: Collection[str],
        unused: Collection[str],
        within: str | tuple[str, ...],
    ) -> None:
        self._view, self._made = view, made
        self._within = (within,) if isinstance(within, str) else within
        self._names: dict[str, Any] = {"made": made, "UNSET": UNSET, "UNCHANGED": UNCHANGED}
        self.uses = {*given}
        wanted = _hints(made)
        if unknown := {*sources, *given} - wanted.keys():
            raise TypeError(f"{made.__name__} has no member {', '.join(sorted(unknown))}")
        self._texts = {
            name: self._text(name, sources.get(name), kind) for name, kind in wanted.items() if name not in given
        }
        if lost := (_hints(view).keys() if issubclass(view, Body | Query) else set()) - self.uses - {*unused}:
            raise TypeError(
                f"{made.__name__} of {view.__name__}: nothing uses {', '.join(sorted(lost))}; name a member for it, "
                "or put it into `unused` if another object has it"
            )

    def compiled(self, call: str) -> Any:
        """A function of the view that calls `call` with the members."""
        text = f"{call}({', '.join(f'{name}={text}' for name, text in self._texts.items())})"
        for name in sorted(each for each in self.uses if isinstance(getattr(self._view, each, None), property)):
            once, paths = re.subn(rf"\bview\.{name}\.", f"{name}.", text)
            if paths > 1:
                text = f"(lambda {name}: {once})(view.{name})"
        return eval(f"lambda view: {text}", self._names)  # noqa: S307 - made of this code's names alone

    def _text(self, name: str, source: Source[Any] | None, wanted: Any) -> str:
        match source:
            case None:
                text, kind = self._path(name, self._flat(name))
            case str():
                text, kind = self._path(name, source)
            case filled():
                text, kind = self._path(name, source.path)
                text, kind = f"{text} or None", kind | None
            case Projection() if issubclass(self._view, source.view):
                self.uses |= set(source.uses)
                text, kind = f"{self._named(source.make)}(view)", source.made
            case Projection():
                text, kind = self._shown(name, self._flat(name), source)
            case str(path), Projection() as shown:
                text, kind = self._shown(name, path, shown)
            case str(path), function:
                text, kind = self._path(name, path)
                text, kind = self._present(text, kind, f"{self._named(function)}({{}})", _returned(function))
            case _:
                self.uses |= set(getattr(getattr(source, "__code__", None), "co_names", ()))
                text, kind = f"{self._named(source)}(view)", _returned(source)
        return self._fitting(name, text, kind, wanted)

    def _path(self, name: str, path: str) -> tuple[str, Any]:
        """The expression of a path, and its type; None where an attribute on the way is None."""
        guards, text = "", "view"
        kind: Any = self._view
        steps = path.split(".")
        self.uses.add(steps[0])
        for step in steps:
            if NoneType in _parts(kind):
                value = self._named(None)
                guards, text = f"{guards}None if ({value} := {text}) is None else ", value
            found = [_attribute(part, step) for part in _parts(kind) if part is not NoneType]
            if None in found:
                raise self._wrong(
                    name,
                    f"{_name(kind)} has no attribute {step!r}; name the source: {name}=a path, a projection or a "
                    "function; or put it into `given`",
                )
            text, kind = f"{text}.{step}", Union[tuple(found)]  # noqa: UP007 - of types that are values
        return (f"({guards}{text})", kind | None) if guards else (text, kind)

    def _flat(self, name: str) -> str:
        """The path of a member without a source: of the view, else of what it has `within`."""
        return next((path for at in (None, *self._within) if (path := self._found(at, name)) is not None), name)

    def _found(self, at: str | None, name: str) -> str | None:
        """The path of a member of the same name: `price_amount` is `price.amount` if there is only that."""
        start = "" if at is None else f"{at}."
        owner = self._view if at is None else self._path(name, at)[1]
        if _has(owner, name):
            return f"{start}{name}"
        for outer, inner in ((name[:at], name[at + 1 :]) for at, letter in enumerate(name) if letter == "_"):
            if _has(owner, outer) and _has(_attribute(owner, outer), inner):
                return f"{start}{outer}.{inner}"
        return None

    def _shown(self, name: str, path: str, shown: Projection[Any, Any]) -> tuple[str, Any]:
        """What a projection shows of a path: of an object, or of each item of a tuple."""
        text, kind = self._path(name, path)
        [present, *others] = [each for each in _parts(kind) if each not in _ABSENT]
        item, within = _item(present), path.partition(".")[0] if issubclass(self._view, Body) else None
        if not others and _fits(present, shown.view):
            return self._present(text, kind, f"{self._named(_located(shown.make, within))}({{}})", shown.made)
        if not others and item is not None and _fits(item, shown.view):
            made = tuple[shown.made, ...]  # type: ignore[name-defined]
            return self._present(text, kind, f"{self._named(_each(shown.make, within))}({{}})", made)
        raise self._wrong(name, f"the source is {_name(kind)}, but the projection shows {shown.view.__name__}")

    def _present(self, text: str, kind: Any, call: str, made: Any) -> tuple[str, Any]:
        """The call of an expression, unless it is None or UNSET."""
        absent = [each for each in _parts(kind) if each in _ABSENT]
        if not absent:
            return call.format(text), made
        value = self._named(None)
        tests = " or ".join(
            f"{each} is {_ABSENT[kind]}" for each, kind in zip([f"({value} := {text})", value], absent, strict=False)
        )
        return f"({value} if {tests} else {call.format(value)})", Union[(made, *absent)]

    def _fitting(self, name: str, text: str, kind: Any, wanted: Any) -> str:
        """The expression, if the member wants its type; UNSET becomes the domain's or None, a sequence a tuple."""
        if UnsetType in _parts(kind) and UnsetType not in _parts(wanted):
            absent, value = (Unset, "UNCHANGED") if Unset in _parts(wanted) else (NoneType, "None")
            given = self._named(None)
            text = f"({value} if ({given} := {text}) is UNSET else {given})"
            kind = Union[tuple(absent if each is UnsetType else each for each in _parts(kind))]  # noqa: UP007
        if get_origin(kind) in {list, Sequence} and get_origin(_bare(wanted)) is tuple:
            text, kind = f"tuple({text})", tuple[_item(kind), ...]  # type: ignore[misc]
        if not _fits(kind, wanted):
            raise self._wrong(name, f"the source is {_name(kind)}, and the member {_name(wanted)}; name another source")
        return text

    def _named(self, value: Any) -> str:
        """A name of the expressions for a value."""
        name = f"_{len(self._names)}"
        self._names[name] = value
        return name

    def _wrong(self, name: str, problem: str) -> TypeError:
        return TypeError(f"{self._made.__name__}.{name} of {self._view.__name__}: {problem}")


def _located(make: Callable[[View], Made], within: str | None) -> Callable[[View], Made]:
    """`make`, whose errors name the member of the body that its view is; as it is for a view of the domain."""
    return make if within is None else lambda view: inside((within,), lambda: make(view))


def _each(make: Callable[[View], Made], within: str | None) -> Callable[[Iterable[View]], tuple[Made, ...]]:
    """What makes a tuple of the views; errors name the member of the body and the item."""
    if within is None:
        return lambda views: tuple(map(make, views))
    return lambda views: parts_of(within, views, make)


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    """The members of a Struct or dataclass, with their types."""
    hints = _all_hints(kind)
    names = getattr(kind, "__struct_fields__", None) or [each.name for each in fields(kind) if each.init]
    return {name: hints[name] for name in names}


@cache
def _all_hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _attribute(kind: Any, name: str) -> Any:
    """The type of an attribute or property of a type, or None if it has none."""
    kind = _bare(kind)
    if not isinstance(kind, type):
        return None
    if name in _all_hints(kind):
        return _all_hints(kind)[name]
    match inspect.getattr_static(kind, name, None):
        case property(fget=function) | cached_property(func=function) if function is not None:
            found = _returned(function)
            return kind if found is Self else found
        case _:
            return None


def _has(kind: Any, name: str) -> bool:
    """Whether each type of a union, but None, has an attribute."""
    return all(_attribute(part, name) is not None for part in _parts(kind) if part is not NoneType)


def _returned(function: Any) -> Any:
    """The type of a function's result; Any if it is not annotated."""
    if isinstance(function, type | NewType):
        return function
    return get_type_hints(function, include_extras=True).get("return", Any) if inspect.isroutine(function) else Any


def _parts(kind: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type."""
    bare = _bare(kind)
    return get_args(bare) if get_origin(bare) in {Union, UnionType} else (kind,)


def _bare(kind: Any) -> Any:
    """The type without its annotations."""
    return _bare(get_args(kind)[0]) if get_origin(kind) is Annotated else kind


def _item(kind: Any) -> Any:
    """The type of the items of a sequence of any length; else None."""
    bare = _bare(kind)
    match get_args(bare):
        case (item,) | (item, EllipsisType()) if get_origin(bare) in _SEQUENCES:
            return item
        case _:
            return None


def _fits(kind: Any, wanted: Any) -> bool:
    """Whether each value of a type is one of the wanted type: an id is a UUID and an enum a text, but not reversed."""
    return all(any(_is_a(part, choice) for choice in _parts(wanted)) for part in _parts(kind))


def _is_a(kind: Any, wanted: Any) -> bool:
    bare, target = _bare(kind), _bare(wanted)
    if Any in {bare, target} or target is object or bare == target:
        return True
    if isinstance(bare, NewType):
        return _is_a(bare.__supertype__, wanted)
    outer, wanted_outer = _class(bare), _class(target)
    if outer is None or wanted_outer is None or not issubclass(outer, wanted_outer):
        return False
    if (listed := _values(wanted)) is not None:
        return (values := _values(kind)) is not None and values <= listed
    items, wanted_items = get_args(bare), get_args(target)
    if outer is tuple and (wanted_items[1:] == (...,) or (wanted_items and wanted_outer is Sequence)):
        return all(_fits(each, wanted_items[0]) for each in items if each is not ...)
    return not wanted_items or (len(items) == len(wanted_items) and all(map(_fits, items, wanted_items)))


def _class(kind: Any) -> type | None:
    outer = type(get_args(kind)[0]) if get_origin(kind) is Literal else get_origin(kind) or kind
    return outer if isinstance(outer, type) else None


def _values(kind: Any) -> frozenset[Any] | None:
    """The values that an enum, a Literal or `one_of` lists; None if the type lists none."""
    bare = _bare(kind)
    if get_origin(bare) is Literal:
        return frozenset(get_args(bare))
    if isinstance(bare, type) and issubclass(bare, Enum):
        return frozenset(each.value for each in bare)
    metas = (each.extra_json_schema for each in get_args(kind)[1:] if isinstance(each, Meta))
    return next((frozenset(each["enum"]) for each in metas if each is not None and "enum" in each), None)


def _name(kind: Any) -> str:
    """The type as its annotation reads."""
    bare = _bare(kind)
    if len(parts := _parts(bare)) > 1:
        return " | ".join(map(_name, parts))
    return str(bare if get_args(bare) else getattr(bare, "__name__", bare)).replace("NoneType", "None")
