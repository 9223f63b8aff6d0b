"""`/admin/message-templates`: the texts of messages in each language, and the fields that they use.

Admins can override texts, preview them, and send themselves a test.
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
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.use_cases.messages import templates as queries
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, SAMPLES
from booking_domain.use_cases.messages.templates import TemplateText, WriteMessageOverride
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.idempotency import COMPUTES
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run, nothing
from entrypoints.languages.catalogues import catalogue_of
from entrypoints.languages.notices import GettextTranslator, OverridingTranslator
from entrypoints.languages.values import values_of


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
    """What the field holds."""
    sample: str
    """A sample value."""


class RenderedJson(Json, frozen=True, kw_only=True):
    """A message as it is sent, filled with sample values."""

    subject: str
    text: str
    sms_segments: Annotated[int, Meta(ge=1)]
    """The number of segments if it is sent as a text message, which has no subject."""


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
    """When an admin wrote subject and text. Absent: they are the built-in ones."""
    details: tuple[str, ...]
    """Lines after the text. A line is left out if one of its fields is empty."""
    preview: RenderedJson
    """The text with sample values."""


class MessageTemplateDetailsJson(Json, frozen=True, kw_only=True):
    """A template in all languages."""

    template_key: str
    fields: tuple[TemplateFieldJson, ...]
    """The fields that the texts may name."""
    texts: tuple[TemplateTextJson, ...]


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
        preview=_rendered(translator.translate(template.fill(**SAMPLES), language)),
    )


_rendered: Final = projection(TranslatedNotice, RenderedJson, sms_segments=lambda notice: segments_of(notice.text))


_BUILT_IN: Final = GettextTranslator(FALLBACK)
_WRITTEN: Final[dict[str, Any]] = {
    "subject": "A free time with “{provider}”",
    "text": "Come on {when}! Held until {until}.",
}


@get("/", opt=documented(queries.list_message_templates))
async def list_message_templates(actor: Injected[Actor]) -> MessageTemplatesJson:
    """List the templates of all messages, by key, in English; for admins."""
    found = await queries.list_message_templates(actor)
    return MessageTemplatesJson(items=tuple(_listed(key, template) for key, template in found.items()))


@get("/{template_key:str}", opt=documented(queries.get_message_template))
async def get_message_template(
    template_key: FromPath[str], actor: Injected[Actor], reads: Injected[Reads]
) -> MessageTemplateDetailsJson:
    """Return a template: its fields, and its text in each language with a preview; for admins.

    The preview is the message as it is sent, filled with sample values.
    """
    template = await queries.get_message_template(actor, template_key)
    written = [each for each in await reads.message_overrides.all() if each.template_key == template_key]
    filled, show = template.fill(**SAMPLES), values_of(FALLBACK)
    overrides, translator = {each.language: each for each in written}, OverridingTranslator(_BUILT_IN, written)
    return MessageTemplateDetailsJson(
        template_key=template_key,
        fields=tuple(
            TemplateFieldJson(name=name, meaning=field.meaning, sample=filled.written(f"{{{name}}}", show))
            for name, field in queries.fields_of(template).items()
        ),
        texts=tuple(_text(template, language, overrides, translator) for language in LANGUAGES),
    )


@put(
    "/{template_key:str}/{language:str}",
    opt=documented(queries.write_message_override, body=_WRITTEN),
)
async def write_message_template(
    template_key: FromPath[str], language: FromPath[str], data: JSONBody[OverrideBody], *, run: Injected[Run]
) -> TemplateTextJson:
    """Override the subject and the text of a template in a language; for admins. The last override wins.

    It applies to messages written from now on; the lines after the text stay. Texts of codes and links cannot be
    overridden.
    """
    command = data.command(template_key, language)
    override = await run(queries.write_message_override, command)
    template = MESSAGE_TEMPLATES[template_key]
    return _text(template, language, {language: override}, OverridingTranslator(_BUILT_IN, [override]))


@delete("/{template_key:str}/{language:str}", opt=documented(queries.remove_message_override))
async def restore_message_template(template_key: FromPath[str], language: FromPath[str], run: Injected[Run]) -> None:
    """Return to the built-in text of a template in a language; for admins."""
    of = TemplateText(template_key=template_key, language=language)
    await run(queries.remove_message_override, of)


@post(
    "/{template_key:str}/{language:str}/preview",
    status_code=200,
    opt=documented(
        queries.preview_message_override,
        body=_WRITTEN,
        no_idempotency_key=COMPUTES,
    ),
)
async def preview_message_template(
    template_key: FromPath[str], language: FromPath[str], data: JSONBody[OverrideBody], *, run: Injected[Run]
) -> RenderedJson:
    """Show a text as it would be sent, filled with sample values; nothing is stored."""
    command = data.command(template_key, language)
    override = await run(queries.preview_message_override, command)
    template = MESSAGE_TEMPLATES[template_key]
    notice = OverridingTranslator(_BUILT_IN, [override]).translate(template.fill(**SAMPLES), language)
    return _rendered(notice)


@post("/{template_key:str}/{language:str}/test", status_code=204, opt=documented(queries.test_message_template))
async def send_test_message(template_key: FromPath[str], language: FromPath[str], run: Injected[Run]) -> Response[None]:
    """Send yourself the stored message, filled with sample values.

    It is marked as a test. It goes to your verified e-mail address, or if you have none, to your verified phone number.
    """
    of = TemplateText(template_key=template_key, language=language)
    return await run(queries.test_message_template, of, answer=nothing)


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
