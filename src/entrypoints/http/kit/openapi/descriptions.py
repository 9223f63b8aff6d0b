"""What the members of schemas and the parameters mean.

The docstring of the attribute says it. Names that mean the same in several resources are in the vocabulary of the
application (`Wording.members`), so that each says it in the same words.
"""

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, get_args

import msgspec
from msgspec.structs import fields


def structs_of(types: Iterable[Any]) -> list[type[msgspec.Struct]]:
    """The Structs among the types and in their members, each once."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting = list(types)
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in found:
            found[kind] = None
            waiting += [member.type for member in fields(kind)]
    return list(found)


def meanings(kind: type[msgspec.Struct], vocabulary: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The members of a Struct by their JSON names, with what they mean, if anything says it."""
    bases = [each for each in kind.__mro__ if issubclass(each, msgspec.Struct) and each is not msgspec.Struct]
    for member in fields(kind):
        said = next(filter(None, (attribute_docstrings(base).get(member.name) for base in bases)), None)
        meaning = said or vocabulary.get(member.encode_name)
        if meaning is not None:
            yield member.encode_name, meaning


@cache
def attribute_docstrings(kind: type) -> Mapping[str, str]:
    """The texts below the attributes of a class: Python keeps no docstrings of attributes."""
    for node in _classes(kind.__module__):
        if node.name == kind.__name__:
            pairs = zip(node.body, node.body[1:], strict=False)
            return {name: text for pair in pairs for name, text in _documented(*pair)}
    return {}


@cache
def _classes(module: str) -> tuple[ast.ClassDef, ...]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return tuple(node for node in tree.body if isinstance(node, ast.ClassDef))


def _documented(attribute: ast.stmt, below: ast.stmt) -> Iterator[tuple[str, str]]:
    match attribute, below:
        case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
            yield name, " ".join(text.split())
        case _:
            pass
