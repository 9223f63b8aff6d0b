"""`/webhooks/sms`: delivery reports of the SMS provider."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Router, post
from msgspec import Struct

from booking_domain.notifications.errors import InvalidSmsSignature
from booking_domain.notifications.ports import SmsCallbacks
from booking_domain.notifications.sms import SmsMessage, SmsStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import SmsId
from booking_domain.use_cases.notifications.record import apply_sms_update
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.exporting import exporting, items
from entrypoints.http.kit.fields import Json, Timestamp, one_of
from entrypoints.http.kit.idempotency import REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.rate_limits import limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.request_heads import sole_headers
from entrypoints.http.kit.running import Run
from entrypoints.settings.main import Settings


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


class SmsCallbackQuery(Struct, frozen=True, kw_only=True):
    """The query of the provider's callback; unknown parameters are ignored."""

    message: UUID | None = None
    """The id of the message that was sent to the provider."""


@post(
    "/twilio",
    status_code=204,
    opt=PUBLIC
    | limited_as("webhook")
    | documented(apply_sms_update, raises=(InvalidSmsSignature,), no_idempotency_key=REPEATED),
)
async def take_twilio_callback(
    request: Request[Any, Any, Any],
    *,
    params: Injected[SmsCallbackQuery],
    settings: Injected[Settings],
    sms_callbacks: Injected[SmsCallbacks],
    run: Injected[Run],
) -> None:
    """Receive a delivery report of Twilio.

    The body is a form, which Twilio signs together with the URL (`X-Twilio-Signature`); a wrong signature is rejected
    with 403. Reports may arrive twice or late: an older status never replaces a newer one. A report about an unknown
    message is answered with 204.
    """
    body = await request.body()
    news = sms_callbacks.read(
        None if params.message is None else SmsId(params.message),
        url=_address(request, settings.public_url),
        signature=sole_headers(request).get("x-twilio-signature", ""),
        body=body,
    )
    if news is not None:
        await run(apply_sms_update, news, actor=SYSTEM)


def _address(request: Request[Any, Any, Any], public_url: str) -> str:
    """The public URL of the request, before any proxy rewrote it."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{public_url}{request.scope['path']}{'?' if query else ''}{query}"


routes: Final = Router("/webhooks/sms", route_handlers=[take_twilio_callback], opt=exporting(TEXT_MESSAGES))
