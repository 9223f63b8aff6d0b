"""The page of all messages: whom each is for, and its text in every language with sample values."""

from typing import Final

from booking_domain.notifications.segments import segments_of, shortened
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.use_cases.messages.attachments import SMS_SEGMENTS
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, SAMPLES, SILENT_EVENTS
from entrypoints.languages.notices import GettextTranslator

_READERS: Final = {
    "to_customer": "the customer",
    "to_provider": "the provider",
    "to_admins": "all admins",
    "to_decide": "all admins",
}


def texts() -> str:
    """A section for each message."""
    return "\n\n".join(map(_section, MESSAGE_TEMPLATES))


def silent_events() -> str:
    """A row for each event of which nobody is notified."""
    rows = (f"| `{event.topic}` | {why} |" for event, why in SILENT_EVENTS.items())
    return "\n".join(("| event | why |", "|---|---|", *rows))


def _section(key: str) -> str:
    notice = MESSAGE_TEMPLATES[key].fill(**SAMPLES)
    written = [GettextTranslator(FALLBACK).translate(notice, language) for language in LANGUAGES]
    counts = " / ".join(str(segments_of(shortened(each.text, SMS_SEGMENTS))) for each in written)
    reader = _READERS.get(key.rpartition(".")[2], "the account")
    shown = (f"```text\n{each.subject}\n\n{each.text}\n```" for each in written)
    return "\n\n".join((f"### {key}", f"To {reader}. SMS segments ({', '.join(LANGUAGES)}): {counts}.", *shown))
