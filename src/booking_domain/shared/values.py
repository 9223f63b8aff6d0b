"""`dataclass` for the frozen classes that a first booking imports: the same classes, made in half the time.

The decorator of the standard library compiles six methods for each frozen class, and ten for one with an order, one by
one. Here those that name the fields are compiled at once, and the others are closures. Whatever the standard library
does with its own dataclasses, it does with these: `fields`, `replace`, `copy`, `pickle`, frozen subclasses. Type
checkers see its decorator.

>>> @dataclass(frozen=True, slots=True)
... class Point:
...     x: int
...     y: int = 0
>>> Point(1), Point(1) == Point(1, 0), hash(Point(1)) == hash(Point(1, 0))
(Point(x=1, y=0), True, True)
>>> Point(1).x = 2
Traceback (most recent call last):
    ...
dataclasses.FrozenInstanceError: cannot assign to field 'x'
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

__all__ = ["dataclass"]

Kind = TypeVar("Kind")
_ORDER: Final = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


class _Factory:
    """What a parameter is that nobody gave, and whose default is made anew each time."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY: Final = _Factory()

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        *, frozen: Literal[True], slots: Literal[True], kw_only: bool = False, order: bool = False
    ) -> Callable[[type[Kind]], type[Kind]]:
        """As `dataclasses.dataclass` with these arguments."""

        def made(kind: type[Kind]) -> type[Kind]:
            inherits = dataclasses.is_dataclass(kind)  # from a class that is frozen, which only a frozen one may
            kind = dataclasses.dataclass(
                init=False, repr=False, eq=False, frozen=inherits, slots=slots, kw_only=kw_only
            )(kind)
            kind.__dataclass_params__.frozen = frozen
            for name, method in (_compiled(kind, _ORDER if order else {}) | _shared(kind)).items():
                if name not in vars(kind):
                    method.__qualname__ = f"{kind.__qualname__}.{name}"
                    setattr(kind, name, method)
            return kind

        return made


def _compiled(kind: Any, order: Mapping[str, str]) -> dict[str, Any]:
    """The methods that name the fields, for speed."""
    members = dataclasses.fields(kind)
    mine, its = (_listed(of, (each for each in members if each.compare)) for of in ("self", "other"))
    hashed = _listed("self", (each for each in members if (each.compare if each.hash is None else each.hash)))
    names: dict[str, Any] = {"_factory": _FACTORY, "_store": object.__setattr__}
    lines = [*_init(members, names)]
    lines.append("    self.__post_init__()" if hasattr(kind, "__post_init__") else "    pass")
    for name, sign in {"__eq__": "==", **order}.items():
        compare = f"{mine} {sign} {its} if other.__class__ is self.__class__ else NotImplemented"
        lines += [f"def {name}(self, other):", f"    return {compare}"]
    lines += ["def __hash__(self):", f"    return hash({hashed})"]
    made: dict[str, Any] = {}
    exec("\n".join(lines), names, made)  # noqa: S102 - the source is made of the names of fields alone
    made["__init__"].__annotations__ = {each.name: each.type for each in members if each.init} | {"return": None}
    return made


def _listed(of: str, members: Iterable[dataclasses.Field[Any]]) -> str:
    """A tuple of these fields of one value."""
    return f"({''.join(f'{of}.{each.name}, ' for each in members)})"


def _init(members: Iterable[dataclasses.Field[Any]], names: dict[str, Any]) -> Iterator[str]:
    """The lines of `__init__`; adds the values that they use to the names."""
    parameters: dict[bool, list[str]] = {False: ["self"], True: ["*"]}
    stores = list[str]()
    for each in members:
        if not each.init:
            continue
        name, default, value = each.name, "", each.name
        if each.default is not dataclasses.MISSING:
            names[f"_default_{name}"], default = each.default, f"=_default_{name}"
        elif each.default_factory is not dataclasses.MISSING:
            names[f"_make_{name}"], default = each.default_factory, "=_factory"
            value = f"_make_{name}() if {name} is _factory else {name}"
        parameters[bool(each.kw_only)].append(f"{name}{default}")
        stores.append(f"    _store(self, {name!r}, {value})")
    by_name = parameters[True] if len(parameters[True]) > 1 else []
    yield f"def __init__({', '.join([*parameters[False], *by_name])}):"
    yield from stores


def _shared(kind: Any) -> dict[str, Any]:
    """The methods that need no speed."""
    members = dataclasses.fields(kind)
    names = {each.name for each in members}

    def __repr__(self: Any) -> str:  # noqa: N807
        shown = (f"{each.name}={getattr(self, each.name)!r}" for each in members if each.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __setattr__(self: Any, name: str, value: object) -> None:  # noqa: N807
        if type(self) is kind or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(kind, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:  # noqa: N807
        if type(self) is kind or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(kind, self).__delattr__(name)

    def __getstate__(self: Any) -> list[object]:  # noqa: N807
        return [getattr(self, each.name) for each in members]

    def __setstate__(self: Any, state: list[object]) -> None:  # noqa: N807
        for each, value in zip(members, state, strict=True):
            object.__setattr__(self, each.name, value)

    methods = (__repr__, __setattr__, __delattr__, __getstate__, __setstate__)
    return {each.__name__: each for each in methods}
