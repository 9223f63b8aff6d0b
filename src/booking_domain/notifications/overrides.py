"""Texts of messages that an admin has written, in place of the built-in ones. And their ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Final, Protocol, Self
from uuid import NAMESPACE_OID, UUID, uuid5

from booking_domain.notifications.fields import names_of
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.shared.errors import InvalidValue, RuleViolated

MAX_OVERRIDE_SUBJECT: Final = 150
MAX_OVERRIDE_TEXT: Final = 1_000


class MessageTemplateFixed(RuleViolated, code="message.template_fixed"):
    """The text of this message cannot be changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOverride:
    """Subject and text of a template in one language. The details of the template follow the text as before."""

    template_key: str
    language: str
    """Of `LANGUAGES`."""
    subject: str
    text: str
    changed_at: datetime

    @classmethod
    def written(
        cls, template_key: str, template: NoticeTemplate, language: str, *, subject: str, text: str, now: datetime
    ) -> Self:
        """A new override.

        Raises:
            InvalidValue: subject or text is empty or too long, a brace is not closed, a field is not one of the
                template, or the subject has several lines.
        """
        override = cls(
            template_key=template_key, language=language, subject=subject.strip(), text=text.strip(), changed_at=now
        )
        if not override.subject.isprintable():
            raise InvalidValue(field="subject", problem="one line without control characters")
        for field, content, most in (
            ("subject", override.subject, MAX_OVERRIDE_SUBJECT),
            ("text", override.text, MAX_OVERRIDE_TEXT),
        ):
            if not 1 <= len(content) <= most:
                raise InvalidValue(field=field, problem=f"1 to {most} characters")
            _require_fields(field, content, template)
        return override

    @property
    def id(self) -> UUID:
        """Of the template in this language."""
        return override_id(self.template_key, self.language)


def override_id(template_key: str, language: str) -> UUID:
    """The same for a template and language, for the audit log."""
    return uuid5(NAMESPACE_OID, f"{template_key} {language}")


def _require_fields(field: str, text: str, template: NoticeTemplate) -> None:
    allowed = ", ".join(f"{{{name}}}" for name in names_of(template)) or "none"
    problem = f"the fields of this message in braces: {allowed}"
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise InvalidValue(field=field, problem=problem) from None
    for _, name, form, conversion in parts:
        # A format could write a million characters, and an attribute more than the field.
        if name is not None and (name not in names_of(template) or form or conversion):
            raise InvalidValue(field=field, problem=problem)


class MessageOverrideReads(Protocol):
    """Reads of overrides, outside any database transaction."""

    async def all(self) -> Sequence[MessageOverride]:
        """All overrides, by key and language."""
        ...


class MessageOverrides(Protocol):
    """Overrides inside a database transaction."""

    async def put(self, override: MessageOverride) -> None:
        """Store an override, in place of the one for the same template and language if there is one."""
        ...

    async def remove(self, template_key: str, language: str) -> bool:
        """Remove an override; return whether there was one."""
        ...
