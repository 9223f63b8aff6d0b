"""`/admin/message-templates`: the texts of messages in each language, with the fields that they name."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import FromPath
from msgspec import Meta

from booking_domain.notifications.fields import SAMPLES, fields_of
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.notifications.segments import segments_of
from booking_domain.shared.actor import Actor
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.workflows import message_templates as queries
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.injection import Injected
from entrypoints.languages.catalogues import catalogue_of
from entrypoints.languages.notices import GettextTranslator


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


class TemplateTextJson(Json, frozen=True, kw_only=True):
    """A template in one language."""

    language: str
    subject: str
    text: str
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
        template_key=key, subject=template.subject, text=template.text, fields=tuple(fields_of(template))
    )


def _text(template: NoticeTemplate, language: str) -> TemplateTextJson:
    catalogue = catalogue_of(language)
    rendered = GettextTranslator(FALLBACK).translate(template.fill(**SAMPLES), language)
    return TemplateTextJson(
        language=language,
        subject=catalogue.notice(template.subject),
        text=catalogue.notice(template.text),
        details=tuple(map(catalogue.notice, template.details)),
        preview=RenderedJson(subject=rendered.subject, text=rendered.text, sms_segments=segments_of(rendered.text)),
    )


@get("/", opt=documented(queries.list_message_templates, answer={"items": [_LISTED]}))
async def list_message_templates(actor: Injected[Actor]) -> MessageTemplatesJson:
    """List the templates of all messages, by key, in English; for admins."""
    found = await queries.list_message_templates(actor)
    return MessageTemplatesJson(items=tuple(_listed(key, template) for key, template in found.items()))


@get("/{template_key:str}", opt=documented(queries.get_message_template, answer=_SHOWN))
async def get_message_template(template_key: FromPath[str], actor: Injected[Actor]) -> MessageTemplateDetailsJson:
    """Return a template: its fields, and its text in each language with a preview; for admins.

    The preview is what is sent, with the samples in the places of the fields.
    """
    template = await queries.get_message_template(actor, template_key)
    return MessageTemplateDetailsJson(
        template_key=template_key,
        fields=tuple(
            TemplateFieldJson(name=name, meaning=field.meaning, sample=template.fill(**SAMPLES).written(f"{{{name}}}"))
            for name, field in fields_of(template).items()
        ),
        texts=tuple(_text(template, language) for language in LANGUAGES),
    )


routes: Final = Router("/admin/message-templates", route_handlers=[list_message_templates, get_message_template])
