"""The fields that a template names."""

from dataclasses import dataclass

from booking_domain.notifications.notices import NoticeTemplate, NoticeValue, names_in


@dataclass(frozen=True, slots=True)
class NoticeField:
    """A field of a template."""

    meaning: str
    """In English, for admins."""
    sample: NoticeValue
    of_users: bool = False
    """Whether users write it: then a subject quotes it, after words of the platform."""


def names_of(template: NoticeTemplate) -> tuple[str, ...]:
    """Return the fields that a template names, in alphabetical order.

    Raises:
        ValueError: a brace is not closed, or not opened.
    """
    texts = (template.subject, template.text, *template.details)
    return tuple(sorted({name for text in texts for name in names_in(text)}))
