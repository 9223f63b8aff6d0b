"""Pages that are one form: what was typed stays, and an error stands beside its field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from booking_domain.shared.errors import DomainError
from entrypoints.http.kit.forms import Form
from entrypoints.web.components.check import Check
from entrypoints.web.components.choices import Choices
from entrypoints.web.components.field import Field
from entrypoints.web.components.group import Group
from entrypoints.web.components.steps import Steps
from entrypoints.web.components.tabs import Tabs
from entrypoints.web.components.upload import Upload
from entrypoints.web.kit.pages import Page, PageModel

ADD: Final = "add"
"""The name of the button that sends a form for more fields."""
_Control = Field | Check | Choices | Upload
Fields = Sequence[_Control | Group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Another way to do the same: a button of its own."""

    text: str
    action: str
    fields: Fields


@dataclass(frozen=True, kw_only=True)
class FormPage(PageModel):
    """A form with what there is to know before it is sent."""

    template: ClassVar = "layout/form.html"
    robots: str = "noindex"
    lead: str = ""
    facts: tuple[str, ...] = ()
    """Sentences above the fields."""
    done: str = ""
    """What has just happened."""
    error: str = ""
    """What is wrong, if it is about no field."""
    tabs: Tabs | None = None
    steps: Steps | None = None
    module: str = ""
    """The script of the form."""
    action: str
    fields: Fields = ()
    button: str
    add: str = ""
    """The text of a button that sends the form for more fields."""
    ways: tuple[Way, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Other ways on: texts and addresses."""
    onward: tuple[tuple[str, str], ...] = ()
    """The ways on after what is wrong."""

    def failed(self, error: DomainError, page: Page, *, field: str = "") -> "FormPage":
        """The page with an error, beside the field that has its name, or the one that is named here."""
        text, about = page.say.error(error), field or str(next(iter(error.field_path), ""))
        fields = with_error(self.fields, about, text)
        return replace(self, fields=fields, error="" if fields != tuple(self.fields) else text)


def with_error(fields: Fields, about: str, text: str) -> tuple[_Control | Group, ...]:
    """The fields with an error beside that of this name; of several, the first that is not checked."""
    seen = (
        each
        for each in _controls(fields)
        if getattr(each, "type", "") != "hidden" and not getattr(each, "checked", False)
    )
    wrong = next((each for each in seen if each.name == about), None)
    return _replaced(fields, wrong, text)


def _controls(fields: Fields) -> Iterator[_Control]:
    for each in fields:
        if isinstance(each, Group):
            yield from each.fields
        else:
            yield each


def _replaced(fields: Fields, wrong: _Control | None, text: str) -> tuple[Any, ...]:
    return tuple(
        replace(each, fields=_replaced(each.fields, wrong, text))
        if isinstance(each, Group)
        else replace(each, error=text)
        if each is wrong
        else each
        for each in fields
    )


def hidden(name: str, value: str) -> Field:
    """A field that nobody sees."""
    return Field(name=name, label="", value=value, type="hidden")


def hidden_username(name: str, value: str) -> Field:
    """The same, for programs that keep passwords: whose password the form is about."""
    return Field(name=name, label="", value=value, type="hidden", autocomplete="username")


def said(form: Form, name: str) -> str:
    """What was typed into a field."""
    return next(iter(form.get(name, ())), "").strip()
