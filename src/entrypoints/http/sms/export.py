"""The text messages of an exported account."""

from typing import Annotated, Final

from booking_domain.notifications.sms import SmsMessage, SmsStatus
from entrypoints.http.kit.exporting import items
from entrypoints.http.kit.fields import Json, Timestamp, one_of
from entrypoints.http.kit.projection import projection


class ExportedTextJson(Json, frozen=True, kw_only=True):
    """A text message that was sent; neither its text nor the complete number is stored."""

    at: Timestamp
    to: str
    template: str
    """The template of the text."""
    language: str
    status: Annotated[str, one_of(SmsStatus)]


_text: Final = projection(SmsMessage, ExportedTextJson, at="created_at", to="to_masked")


TEXT_MESSAGES: Final = items(
    "text_messages",
    ExportedTextJson,
    lambda source, after: source.reads.sms.of_user(source.user.id, after, source.page),
    _text,
    about="The text messages that were sent to the user.",
)
