"""What a form was refused for, kept for the page that has the form: it shows what was typed, and what is wrong.

The fields are those of the page that was refused, whose values are what was typed, but for passwords and codes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from operator import is_
from typing import Any, Final

from booking_domain.shared.errors import DomainError
from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.kit.problems import status_of
from entrypoints.languages.documents import Wording
from entrypoints.web.components.check import Check
from entrypoints.web.components.choices import Choices
from entrypoints.web.components.field import Field
from entrypoints.web.components.upload import Upload

STATUS: Final = "~status"
"""Of the refusal. No field has a name that begins like this."""
_ERROR: Final = "~error"
_BESIDE: Final = "~error:"
_SAID: Final = "~said"
_LINKS: Final = "~links"
_SECRET: Final = frozenset({"csrf"})
_Control = Field | Check | Choices | Upload


def kept_of(model: Any, error: DomainError) -> dict[str, list[str]]:
    """What is kept of a page with what is wrong, which is said in each language."""
    kept: dict[str, list[str]] = {STATUS: [str(status_of(type(error)))], _ERROR: [getattr(model, "error", "")]}
    kept[_SAID] = [Wording(language).error(error) for language in LANGUAGES]
    kept[_LINKS] = [part for link in getattr(model, "onward", ()) for part in link]
    for each in _controls(model):
        if each.error:
            kept[f"{_BESIDE}{each.name}"] = [each.error]
        if isinstance(each, Check):
            kept.setdefault(each.name, []).extend([each.value] if each.checked else [])
        elif not isinstance(each, Upload) and each.name not in _SECRET and getattr(each, "type", "") != "password":
            kept.setdefault(each.name, []).append(each.value)
    return kept


def with_refusal(model: Any, kept: Mapping[str, Sequence[str]], language: str) -> Any:
    """The page with what was typed and what is wrong: beside its field, or above the form if the page has none."""
    said = dict(zip(LANGUAGES, kept.get(_SAID, ()), strict=False))
    again = dict.fromkeys(said.values(), said.get(language, ""))  # a release before kept none
    beside = {
        name.removeprefix(_BESIDE): again.get(texts[0], texts[0])
        for name, texts in kept.items()
        if name.startswith(_BESIDE)
    }
    shown = _retyped(model, kept, beside)
    above = " ".join(again.get(text, text) for text in (*kept.get(_ERROR, ()), *beside.values()) if text)
    if (links := tuple(kept.get(_LINKS, ()))) and hasattr(shown, "onward"):
        shown = replace(shown, onward=tuple(zip(links[::2], links[1::2], strict=True)))
    return replace(shown, error=above) if above and hasattr(shown, "error") else shown


def _controls(value: Any) -> Iterator[_Control]:
    """The fields of a page, wherever they are in it."""
    if isinstance(value, _Control):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _controls(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _controls(getattr(value, each.name))


def _retyped(value: Any, kept: Mapping[str, Sequence[str]], beside: dict[str, str]) -> Any:
    """The same with what was typed; each error is taken out of `beside` once it has its place."""
    if isinstance(value, _Control):
        return _as_typed(value, kept, beside)
    if isinstance(value, tuple):
        items = tuple(_retyped(each, kept, beside) for each in value)
        return value if all(map(is_, items, value)) else items
    if is_dataclass(value) and not isinstance(value, type):
        found = {each.name: getattr(value, each.name) for each in fields(value)}
        again = {name: _retyped(each, kept, beside) for name, each in found.items()}
        return replace(value, **{name: each for name, each in again.items() if each is not found[name]})
    return value


def _as_typed(control: _Control, kept: Mapping[str, Sequence[str]], beside: dict[str, str]) -> _Control:
    if isinstance(control, Field) and control.type == "hidden":
        return control
    if isinstance(control, Check) and control.name in kept:
        control = replace(control, checked=control.value in kept[control.name])
    elif isinstance(control, Field | Choices) and kept.get(control.name):
        control = replace(control, value=kept[control.name][0])
    unchecked = not (isinstance(control, Check) and control.checked)
    return replace(control, error=beside.pop(control.name)) if unchecked and control.name in beside else control
