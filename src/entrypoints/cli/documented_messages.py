"""The page of all messages: whom each is for, and its text in every language with sample values."""

from typing import Final

from booking_domain.notifications.segments import segments_for_facts, segments_of, shortened
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, SAMPLES, SILENT_EVENTS
from booking_domain.use_cases.messages.notify import DECLARED
from booking_domain.use_cases.notices.declarations import Reader
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


def readers() -> str:
    """A row for each event, with whom it tells something and how, or why nobody."""
    rows = {
        event.topic: (*("yes" if reader in told.readers else "–" for reader in Reader), str(declared.reach))
        for declared in DECLARED
        for event, told in declared.events.items()
    }
    rows |= {event.topic: (*("–" for _ in Reader), f"nobody: {why}") for event, why in SILENT_EVENTS.items()}
    head = ("event", *Reader, "beside the app and devices")
    lines = (f"| `{topic}` | " + " | ".join(cells) + " |" for topic, cells in sorted(rows.items()))
    return "\n".join(("| " + " | ".join(head) + " |", "|---" * len(head) + "|", *lines))


def _section(key: str) -> str:
    notice = MESSAGE_TEMPLATES[key].fill(**SAMPLES)
    written = [GettextTranslator(FALLBACK).translate(notice, language) for language in LANGUAGES]
    counts = " / ".join(str(segments_of(shortened(each.text, segments_for_facts(each.text)))) for each in written)
    reader = _READERS.get(key.rpartition(".")[2], "the account")
    shown = (f"```text\n{each.subject}\n\n{each.text}\n```" for each in written)
    return "\n\n".join((f"### {key}", f"To {reader}. SMS segments ({', '.join(LANGUAGES)}): {counts}.", *shown))
