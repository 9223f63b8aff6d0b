"""Examples of this component."""

from typing import Final

from entrypoints.web.components.field import Field
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example("text", Field(name="name", label="Your name", value="Bold", autocomplete="name", required=True)),
    Example(
        "hint", Field(name="phone", label="Phone", type="tel", hint="We send a code to it.", placeholder="9911 2233")
    ),
    Example(
        "error",
        Field(
            name="email", label="E-mail", value="bold@", type="email", error="Write an address like bold@example.com."
        ),
    ),
    Example("choice", Field(name="day", label="When", value="2", choices=(("", "Any day"), ("2", "Tomorrow")))),
    Example("several lines", Field(name="note", label="Note", multiline=True)),
    Example("hidden", Field(name="token", label="", type="hidden", value="x")),
)
