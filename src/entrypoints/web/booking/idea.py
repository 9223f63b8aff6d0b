"""What a customer wishes, in words and pictures, which they send while they book."""

from dataclasses import dataclass, field
from typing import Final

from booking_domain.bookings.ideas import IdeaContent
from booking_domain.files.model import Folder
from booking_domain.use_cases.bookings.ideas import NewIdea
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import Fields, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.uploads import Stored, kept_pictures, picture_fields

IDEA: Final = "idea"
ADD: Final = "add"
"""The button that adds to the form, and does not book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedIdea:
    """What was written and sent so far."""

    text: str = ""
    pictures: Stored = field(default_factory=Stored)

    @classmethod
    def before(cls, form: Form) -> "TypedIdea":
        """What a form has brought before, without the pictures that it brings now."""
        return cls(text=said(form, IDEA), pictures=kept_pictures(form))

    def fields(self) -> dict[str, str | list[str]]:
        """The same as the fields of a form."""
        return {IDEA: self.text, **self.pictures.fields()}

    def given(self) -> NewIdea | None:
        """The idea, or None if there is none.

        Raises:
            InvalidValue: the text is too long, or pictures have none.
        """
        if not (self.text or self.pictures.file_ids):
            return None
        return NewIdea(content=IdeaContent(description=self.text), file_ids=self.pictures.file_ids)


NO_IDEA: Final = TypedIdea()


def idea_fields(idea: TypedIdea, page: Page) -> Fields:
    """The fields of an idea."""
    return (
        Field(
            name=IDEA,
            label=page.say(Phrase("Your idea (optional)")),
            value=idea.text,
            multiline=True,
            hint=page.say(Phrase("What you wish, how large, where. Only the two of you see it.")),
        ),
        *picture_fields(Folder.IDEAS, page, idea.pictures, button=page.say(Phrase("Add the pictures"))),
    )
