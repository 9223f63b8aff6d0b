"""Collects the translatable messages of the code: context, English template, and the files that contain it.

Domain errors, lifecycles and notices are found by inspecting the imported modules. Texts beside a `raise` are found by
parsing the source: an f-string becomes a template whose placeholders are named after their expressions.
"""

import ast
import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Final

from jinja2 import Environment
from jinja2.ext import extract_from_ast

import booking_domain
import entrypoints.http
from booking_domain.scheduling.errors import WHY
from booking_domain.shared.errors import DomainError
from booking_domain.shared.lifecycle import Lifecycle
from booking_domain.use_cases.notices.declarations import Messages
from entrypoints.cli.literals import Literals
from entrypoints.http.kit.problems import DETAILS
from entrypoints.languages import foreign
from entrypoints.languages.catalogues import DOCUMENT, MESSAGE, NOTICE, TITLE

SOURCE: Final = Path(__file__).parents[2]
TEMPLATES: Final = SOURCE / "entrypoints" / "web"
_NOT_SERVED: Final = (
    "booking_domain/testing",
    "simulators/qpay",
    "simulators/stripe",
    "entrypoints/cli",
    "entrypoints/worker",
)
_OF_ERRORS: Final = {name: name for name in ("problem", "thing", "status", "action", "what")}
"""Parameters of errors that are texts themselves, by context."""
_OF_REFUSALS: Final = {"detail": MESSAGE, "message": MESSAGE}
_REFUSALS: Final = frozenset({"Refusal", "InputError"})
_BY_PLACE: Final = {
    "invalid_input": (1, MESSAGE),
    "input_error": (1, MESSAGE),
    "update_one": (0, "what"),
    "Rows": (1, "what"),
    "Phrase": (0, DOCUMENT),
    "Words": (0, DOCUMENT),
}
"""Functions that take a text as a positional argument: its position and context."""
_PLURAL: Final = "Plural"
"""A text about a number of things: for one, and for several."""
_GETTEXT: Final = ("_", "ngettext")
"""The functions by which templates of pages say a text, and one about a number of things."""
_MUST_BE_FOUND: Final = frozenset({"problem", MESSAGE, DOCUMENT})
_REPEATING: Final = frozenset({"InputError", "input_error"})
"""Calls that often repeat the text of another error, which is collected where it is raised."""

Key = tuple[str | None, str]
"""An optional context, and a template."""
Found = Mapping[Key, Sequence[str]]
"""Files by message."""


@cache
def messages() -> Found:
    """Return all translatable messages, in a fixed order."""
    found: defaultdict[Key, set[str]] = defaultdict(set)
    counted = (((DOCUMENT, one), file) for (one, _), files in counted_messages().items() for file in files)
    for key, file in chain(_of_errors(), _of_lifecycles(), _of_notices(), _of_sources(), _of_others(), counted):
        found[key].add(file)
    for template in sorted(TEMPLATES.rglob("*.html")):
        for text in _said_in(template):
            if isinstance(text, str):
                found[DOCUMENT, text].add(template.relative_to(SOURCE).as_posix())
    return {key: sorted(found[key]) for key in sorted(found, key=lambda key: (key[0] or "", key[1]))}


@cache
def counted_messages() -> Mapping[tuple[str, str], Sequence[str]]:
    """Return the texts about a number of things, for one and for several, with the files that contain them."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for file in sorted(TEMPLATES.rglob("*.html")):
        for text in _said_in(file):
            if isinstance(text, tuple):
                found[text].add(file.relative_to(SOURCE).as_posix())
    for file in sorted(SOURCE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if f"{_PLURAL}(" in text:
            for call in ast.walk(ast.parse(text)):
                match call:
                    case ast.Call(
                        func=ast.Name(id=called), args=[ast.Constant(value=str(one)), ast.Constant(value=str(many))]
                    ) if called == _PLURAL:
                        found[one, many].add(file.relative_to(SOURCE).as_posix())
                    case _:
                        pass
    return {texts: sorted(files) for texts, files in found.items()}


def _said_in(template: Path) -> Iterator[str | tuple[str, str]]:
    """Yield the texts of a template, those about a number of things as pairs."""
    parsed = Environment(autoescape=True).parse(template.read_text(encoding="utf-8"))
    for _, function, said in extract_from_ast(parsed, _GETTEXT):
        texts = said if isinstance(said, tuple) else (said,)
        yield (str(texts[0]), str(texts[1])) if function == _GETTEXT[1] else str(texts[0])


def concrete_errors() -> list[type[DomainError]]:
    """Return every error that the API can raise, without the families, which have no code."""
    _modules(booking_domain)
    _modules(entrypoints.http)
    served = ("booking_domain.", "adapters.", "entrypoints.")
    found = {kind for kind in _below(DomainError) if kind.__module__.startswith(served)}
    return sorted(
        (kind for kind in found if "code" in vars(kind) and not kind.__module__.startswith("booking_domain.testing")),
        key=lambda kind: (kind.__module__, kind.__qualname__),
    )


def _below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


@cache
def _modules(package: ModuleType) -> list[ModuleType]:
    """Return all modules of a package, without the test harness."""
    names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [importlib.import_module(name) for name in names if not name.startswith("booking_domain.testing")]


def _of_errors() -> Iterator[tuple[Key, str]]:
    for error in concrete_errors():
        yield (None, error.template()), _file_of(error)


def _of_lifecycles() -> Iterator[tuple[Key, str]]:
    """Yield the words of lifecycle errors: thing, status, action and party."""
    tables = (value for module in _modules(booking_domain) for value in vars(module).values())
    for table in tables:
        if isinstance(table, Lifecycle):
            file = _file_of(table.refusal)
            yield ("thing", table.thing), file
            for (status, action), move in table.moves.items():
                words = (
                    ("status", status),
                    ("status", move.to),
                    ("action", action),
                    *(("party", by) for by in move.by),
                )
                yield from (((context, str(word)), file) for context, word in words)


def _of_notices() -> Iterator[tuple[Key, str]]:
    for module in _modules(booking_domain):
        for declared in vars(module).values():
            if isinstance(declared, Messages):
                for template in declared.templates.values():
                    for text in (template.subject, template.text, *template.details):
                        yield (NOTICE, text), module.__name__.replace(".", "/") + ".py"


def _of_sources() -> Iterator[tuple[Key, str]]:
    errors = frozenset(error.__name__ for error in concrete_errors())
    for file in sorted(SOURCE.rglob("*.py")):
        name = file.relative_to(SOURCE).as_posix()
        if not name.startswith(_NOT_SERVED):
            yield from ((key, name) for key in _written_in(file, name, errors))


def _of_others() -> Iterator[tuple[Key, str]]:
    yield from (((MESSAGE, detail), "entrypoints/http/kit/problems.py") for detail in DETAILS.values())
    bounds = [foreign.EMPTY, *(text for texts in foreign.BOUNDS.values() for text in texts)]
    yield from ((("why", why), "booking_domain/scheduling/errors.py") for why in WHY.values())
    for context, templates in {TITLE: foreign.TITLES, MESSAGE: bounds, "what": foreign.KINDS.values()}.items():
        yield from (((context, template), "entrypoints/languages/foreign.py") for template in templates)


def _file_of(kind: type) -> str:
    return kind.__module__.replace(".", "/") + ".py"


def _contexts(called: str, errors: frozenset[str]) -> Mapping[str, str]:
    """Return the arguments that are texts, and the context of each."""
    if called in _REFUSALS:
        return _OF_REFUSALS
    return _OF_ERRORS if called in errors else {}


def _written_in(file: Path, name: str, errors: frozenset[str]) -> Iterator[Key]:
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=name)
    literals = Literals(tree, name)
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        called = getattr(call.func, "attr", getattr(call.func, "id", ""))  # of others no text is collected
        contexts = _contexts(called, errors)
        texts = [
            (contexts[word.arg], text)
            for word in call.keywords
            if word.arg is not None and word.arg in contexts
            for text in (word.value.elts if isinstance(word.value, ast.Tuple) else (word.value,))
        ]
        place, of_place = _BY_PLACE.get(called, (len(call.args), MESSAGE))
        texts += [(of_place, text) for text in call.args[place : place + 1]]
        for context, text in texts:
            needed = context in _MUST_BE_FOUND and called not in _REPEATING
            yield from ((context, template) for template in literals.of(text, needed=needed))
