"""The texts of message templates: list them, write others, try them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Final

from booking_domain.notifications.errors import MessageTemplateNotFound
from booking_domain.notifications.events import MessageTestRequested
from booking_domain.notifications.fields import NoticeField, names_of
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.notifications.overrides import MessageOverride, MessageTemplateFixed, override_id
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import Details, Subject
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId
from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.queries import Query
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, NOTICE_FIELDS, SECRET_TEMPLATES
from booking_domain.use_cases.platform.ports import Repositories


def fields_of(template: NoticeTemplate) -> Mapping[str, NoticeField]:
    """Return the fields that a template names, by name, in alphabetical order.

    Raises:
        KeyError: a field is unknown.
        ValueError: a brace is not closed, or not opened.
    """
    return {name: NOTICE_FIELDS[name] for name in names_of(template)}


_FEWEST_LETTERS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """A template in a language."""

    template_key: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMessageOverride:
    """Write another text of a template in a language."""

    of: TemplateText
    subject: str
    text: str


def _override(command: WriteMessageOverride, now: datetime) -> MessageOverride:
    template = _overridable(command.of)
    key, language = command.of.template_key, command.of.language
    written = MessageOverride.written(key, template, language, subject=command.subject, text=command.text, now=now)
    _require_own_words(written.subject)
    return written


def _require_own_words(subject: str) -> None:
    """A subject says in words of the platform who speaks, before it quotes a user."""
    said = ""
    for literal, name, _, _ in Formatter().parse(subject):
        said += literal
        if name is not None and NOTICE_FIELDS[name].of_users and sum(map(str.isalpha, said)) < _FEWEST_LETTERS:
            raise InvalidValue(field="subject", problem="words of its own before a field that users write")


def _overridable(of: TemplateText) -> NoticeTemplate:
    template = MESSAGE_TEMPLATES.get(of.template_key)
    if template is None or of.language not in LANGUAGES:
        raise MessageTemplateNotFound
    if of.template_key in SECRET_TEMPLATES:
        raise MessageTemplateFixed
    return template


async def _write(command: WriteMessageOverride, tx: Repositories, context: UseCaseContext) -> MessageOverride:
    override = _override(command, context.now)
    await tx.message_overrides.put(override)
    context.note(_WRITTEN, details=_details(command.of))
    return override


async def _remove(of: TemplateText, tx: Repositories, context: UseCaseContext) -> None:
    """Has no effect if there is none."""
    _overridable(of)
    await tx.message_overrides.remove(of.template_key, of.language)
    context.note(_REMOVED, details=_details(of))


async def _test(of: TemplateText, tx: Repositories, context: UseCaseContext) -> None:
    _overridable(of)
    event = MessageTestRequested(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        user_id=context.actor.id,
        template_key=of.template_key,
        language=of.language,
    )
    await tx.outbox.put([event])


def _concerned_by(_: WriteMessageOverride, override: MessageOverride) -> Subject:
    return Subject("message_template", override.id)


def _concerned(of: TemplateText, _: None) -> Subject:
    return Subject("message_template", override_id(of.template_key, of.language))


def _details(of: TemplateText) -> Details:
    return {"templateKey": of.template_key, "language": of.language}


_WRITTEN: Final = "message_template.written"
_REMOVED: Final = "message_template.restored"


async def _list(actor: Actor) -> Mapping[str, NoticeTemplate]:
    authorise(actor, Permission.SEE_MESSAGE_TEMPLATES)
    return MESSAGE_TEMPLATES


async def _get(actor: Actor, key: str) -> NoticeTemplate:
    authorise(actor, Permission.SEE_MESSAGE_TEMPLATES)
    return required(MESSAGE_TEMPLATES.get(key), MessageTemplateNotFound)


async def _preview(command: WriteMessageOverride, _: Repositories, context: UseCaseContext) -> MessageOverride:
    """Return what would be stored."""
    return _override(command, context.now)


_ERRORS: Final = (MessageTemplateNotFound, MessageTemplateFixed)
list_message_templates: Final = Query(_list, (NotPermitted,))
get_message_template: Final = Query(_get, (MessageTemplateNotFound, NotPermitted))
preview_message_override: Final = UseCase(
    Permission.EDIT_MESSAGE_TEMPLATES, _preview, _concerned_by, raises=(*_ERRORS, InvalidValue)
)
write_message_override: Final = UseCase(
    Permission.EDIT_MESSAGE_TEMPLATES, _write, _concerned_by, raises=(*_ERRORS, InvalidValue)
)
remove_message_override: Final = UseCase(Permission.EDIT_MESSAGE_TEMPLATES, _remove, _concerned, raises=_ERRORS)
test_message_template: Final = UseCase(Permission.EDIT_MESSAGE_TEMPLATES, _test, _concerned, raises=_ERRORS)
