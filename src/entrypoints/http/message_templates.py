"""`/admin/message-templates`: the texts of messages in each language, with the fields that they name.

Admins write other texts, look at them before, and send themselves a test.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.notifications.fields import names_of
from booking_domain.notifications.notices import NoticeTemplate, TranslatedNotice, Translator
from booking_domain.notifications.overrides import MAX_OVERRIDE_SUBJECT, MAX_OVERRIDE_TEXT, MessageOverride
from booking_domain.notifications.segments import segments_of
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.workflows import message_templates as queries
from booking_domain.workflows.message_templates import TemplateText, WriteMessageOverride
from booking_domain.workflows.ports import Reads, Repositories
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.idempotency import COMPUTES, IdempotentRunner
from entrypoints.http.kit.injection import Injected
from entrypoints.languages.catalogues import catalogue_of
from entrypoints.languages.notices import GettextTranslator, OverridingTranslator


class MessageTemplateJson(Json, frozen=True, kw_only=True):
    """A template in English."""

    template_key: str
    subject: str
    text: str
    fields: tuple[str, ...]
    """The names of the fields that it uses."""


class MessageTemplatesJson(Json, frozen=True, kw_only=True):
    """All templates."""

    items: tuple[MessageTemplateJson, ...]


class TemplateFieldJson(Json, frozen=True, kw_only=True):
    """A field that the template uses."""

    name: str
    meaning: str
    sample: str


class RenderedJson(Json, frozen=True, kw_only=True):
    """A message as it is sent, with the samples in the places of the fields."""

    subject: str
    text: str
    sms_segments: Annotated[int, Meta(ge=1)]
    """The segments of the text as a text message, which has no subject."""


class OverrideBody(Body, frozen=True, kw_only=True):
    """Another text of a template in a language, with fields of the template in braces."""

    subject: Annotated[str, Meta(min_length=1, max_length=MAX_OVERRIDE_SUBJECT)]
    text: Annotated[str, Meta(min_length=1, max_length=MAX_OVERRIDE_TEXT)]

    def command(self, template_key: str, language: str) -> WriteMessageOverride:
        """Return the command."""
        of = TemplateText(template_key=template_key, language=language)
        return WriteMessageOverride(of=of, subject=self.subject, text=self.text)


class TemplateTextJson(Json, frozen=True, kw_only=True):
    """A template in one language."""

    language: str
    subject: str
    text: str
    overridden_at: Timestamp | None = None
    """When an admin wrote subject and text; they are the built-in ones without it."""
    details: tuple[str, ...]
    """Lines after the text; each is left out if a field of it is empty."""
    preview: RenderedJson


class MessageTemplateDetailsJson(Json, frozen=True, kw_only=True):
    """A template in all languages."""

    template_key: str
    fields: tuple[TemplateFieldJson, ...]
    texts: tuple[TemplateTextJson, ...]


_KEY: Final = "waitlist.offered"
_SUBJECT: Final = "{provider}: a time has come free"
_TEXT: Final = "A time has come free: {provider}, {when}; it is held for you until {until}."
_LISTED: Final[Mapping[str, Any]] = {
    "templateKey": _KEY,
    "subject": _SUBJECT,
    "text": _TEXT,
    "fields": ["provider", "until", "when"],
}
_SHOWN: Final[dict[str, Any]] = {
    "templateKey": _KEY,
    "fields": [
        {"name": "provider", "meaning": "The provider's public name.", "sample": "Bold Ink"},
        {"name": "until", "meaning": "Until when an offered time is held.", "sample": "2026-11-24 11:00"},
        {"name": "when", "meaning": "The start of the booking.", "sample": "2026-11-24 10:00"},
    ],
    "texts": [
        {
            "language": "en",
            "subject": _SUBJECT,
            "text": _TEXT,
            "details": [],
            "preview": {
                "subject": "Bold Ink: a time has come free",
                "text": "A time has come free: Bold Ink, 2026-11-24 10:00; it is held for you until 2026-11-24 11:00.",
                "smsSegments": 1,
            },
        }
    ],
}


def _listed(key: str, template: NoticeTemplate) -> MessageTemplateJson:
    return MessageTemplateJson(
        template_key=key, subject=template.subject, text=template.text, fields=names_of(template)
    )


def _text(
    template: NoticeTemplate, language: str, overrides: Mapping[str, MessageOverride], translator: Translator
) -> TemplateTextJson:
    catalogue, override = catalogue_of(language), overrides.get(language)
    return TemplateTextJson(
        language=language,
        subject=catalogue.notice(template.subject) if override is None else override.subject,
        text=catalogue.notice(template.text) if override is None else override.text,
        overridden_at=None if override is None else override.changed_at,
        details=tuple(map(catalogue.notice, template.details)),
        preview=_rendered(translator.translate(template.fill(**queries.SAMPLES), language)),
    )


def _rendered(notice: TranslatedNotice) -> RenderedJson:
    return RenderedJson(subject=notice.subject, text=notice.text, sms_segments=segments_of(notice.text))


_BUILT_IN: Final = GettextTranslator(FALLBACK)
_WRITTEN: Final[dict[str, Any]] = {
    "subject": "{provider} has time for you",
    "text": "Come on {when}! Held until {until}.",
}
_PREVIEW: Final[dict[str, Any]] = {
    "subject": "Bold Ink has time for you",
    "text": "Come on 2026-11-24 10:00! Held until 2026-11-24 11:00.",
    "smsSegments": 1,
}


_SHOWN_WRITTEN: Final[dict[str, Any]] = {
    "language": "en",
    **_WRITTEN,
    "overriddenAt": "2026-11-23T03:20:00Z",
    "details": [],
    "preview": _PREVIEW,
}


@get("/", opt=documented(queries.list_message_templates, answer={"items": [_LISTED]}))
async def list_message_templates(actor: Injected[Actor]) -> MessageTemplatesJson:
    """List the templates of all messages, by key, in English; for admins."""
    found = await queries.list_message_templates(actor)
    return MessageTemplatesJson(items=tuple(_listed(key, template) for key, template in found.items()))


@get("/{template_key:str}", opt=documented(queries.get_message_template, answer=_SHOWN))
async def get_message_template(
    template_key: FromPath[str], actor: Injected[Actor], reads: Injected[Reads]
) -> MessageTemplateDetailsJson:
    """Return a template: its fields, and its text in each language with a preview; for admins.

    The preview is what is sent, with the samples in the places of the fields.
    """
    template = await queries.get_message_template(actor, template_key)
    written = [each for each in await reads.message_overrides.all() if each.template_key == template_key]
    overrides, translator = {each.language: each for each in written}, OverridingTranslator(_BUILT_IN, written)
    return MessageTemplateDetailsJson(
        template_key=template_key,
        fields=tuple(
            TemplateFieldJson(
                name=name, meaning=field.meaning, sample=template.fill(**queries.SAMPLES).written(f"{{{name}}}")
            )
            for name, field in queries.fields_of(template).items()
        ),
        texts=tuple(_text(template, language, overrides, translator) for language in LANGUAGES),
    )


@put(
    "/{template_key:str}/{language:str}",
    opt=documented(queries.write_message_override, body=_WRITTEN, answer=_SHOWN_WRITTEN),
)
async def write_message_template(
    template_key: FromPath[str],
    language: FromPath[str],
    data: JSONBody[OverrideBody],
    *,
    executor: Injected[Executor[Repositories]],
    actor: Injected[Actor],
) -> TemplateTextJson:
    """Write the subject and the text of a template in a language; for admins. The last one counts.

    Messages that are written from now on have it; lines after the text stay. Texts of codes and links are fixed.
    """
    command = data.command(template_key, language)
    override = await executor.run(queries.write_message_override, command, actor=actor)
    template = queries.MESSAGE_TEMPLATES[template_key]
    return _text(template, language, {language: override}, OverridingTranslator(_BUILT_IN, [override]))


@delete("/{template_key:str}/{language:str}", opt=documented(queries.remove_message_override))
async def restore_message_template(
    template_key: FromPath[str],
    language: FromPath[str],
    executor: Injected[Executor[Repositories]],
    actor: Injected[Actor],
) -> None:
    """Return to the built-in text of a template in a language; for admins."""
    of = TemplateText(template_key=template_key, language=language)
    await executor.run(queries.remove_message_override, of, actor=actor)


@post(
    "/{template_key:str}/{language:str}/preview",
    status_code=200,
    opt=documented(
        queries.preview_message_override,
        body=_WRITTEN,
        answer=_PREVIEW,
        keyless=COMPUTES,
    ),
)
async def preview_message_template(
    template_key: FromPath[str],
    language: FromPath[str],
    data: JSONBody[OverrideBody],
    *,
    executor: Injected[Executor[Repositories]],
    actor: Injected[Actor],
) -> RenderedJson:
    """Show a text as it would be sent, with the samples in the places of the fields; nothing is stored."""
    command = data.command(template_key, language)
    override = await executor.run(queries.preview_message_override, command, actor=actor)
    template = queries.MESSAGE_TEMPLATES[template_key]
    notice = OverridingTranslator(_BUILT_IN, [override]).translate(template.fill(**queries.SAMPLES), language)
    return _rendered(notice)


@post("/{template_key:str}/{language:str}/test", status_code=204, opt=documented(queries.test_message_template))
async def send_test_message(
    template_key: FromPath[str], language: FromPath[str], runner: Injected[IdempotentRunner]
) -> Response[None]:
    """Send yourself the message, as it is stored, with the samples in the places of the fields.

    It is marked as a test, and goes to your verified e-mail address, else to your verified phone number.
    """
    of = TemplateText(template_key=template_key, language=language)
    return await runner.nothing(queries.test_message_template, of)


routes: Final = Router(
    "/admin/message-templates",
    route_handlers=[
        list_message_templates,
        get_message_template,
        write_message_template,
        restore_message_template,
        preview_message_template,
        send_test_message,
    ],
)
