"""The fields that a template names."""

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from booking_domain.notifications.notices import NoticeTemplate, NoticeValue


@dataclass(frozen=True, slots=True)
class NoticeField:
    """A field of a template."""

    meaning: str
    """In English, for admins."""
    sample: NoticeValue
    of_users: bool = False
    """Whether users write it: then a subject quotes it, after words of the platform."""


def names_in(text: str) -> Iterator[str]:
    """Yield the fields that a text names, as often as it names them.

    >>> list(names_in("{provider} expects you on {when}."))
    ['provider', 'when']

    Raises:
        ValueError: a brace is not closed, or not opened.
    """
    return (name for _, name, _, _ in Formatter().parse(text) if name is not None)


def names_of(template: NoticeTemplate) -> tuple[str, ...]:
    """Return the fields that a template names, in alphabetical order.

    Raises:
        ValueError: a brace is not closed, or not opened.
    """
    texts = (template.subject, template.text, *template.details)
    return tuple(sorted({name for text in texts for name in names_in(text)}))
