"""A labelled input with its hint and its error, or a choice of one of several values."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from entrypoints.web.kit.component import Component


@dataclass(frozen=True, kw_only=True)
class Field(Component):
    """A labelled input with its hint and its error, or a choice of one of several values.

    What is wrong, and the code that was just sent, has the focus: on a phone it may be far below.
    """

    template: ClassVar = "field/field.html"

    name: str
    label: str
    value: str = ""
    type: Literal["text", "search", "email", "tel", "password", "date", "hidden"] = "text"
    hint: str = ""
    error: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Values and their texts: then it is a list to choose from."""
    autocomplete: str = ""
    placeholder: str = ""
    required: bool = False
    multiline: bool = False
