"""`/webhooks/sms`: the provider of text messages says what has become of one."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Router, post
from msgspec import Struct

from booking_domain.notifications.errors import InvalidSmsSignature
from booking_domain.notifications.ports import SmsCallbacks
from booking_domain.notifications.use_cases.messages import apply_sms_update
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import SmsId
from booking_domain.workflows.ports import Repositories
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.settings import Settings


class SmsCallbackQuery(Struct, frozen=True, kw_only=True):
    """What the provider calls us with; it may add what it likes."""

    message: UUID | None = None
    """Our id of the message, as we gave it to the provider."""


@post("/twilio", status_code=204, opt=PUBLIC | documented(apply_sms_update, raises=(InvalidSmsSignature,)))
async def take_twilio_callback(
    request: Request[Any, Any, Any],
    *,
    asked: Injected[SmsCallbackQuery],
    settings: Injected[Settings],
    sms_callbacks: Injected[SmsCallbacks],
    executor: Injected[Executor[Repositories]],
) -> None:
    """Take Twilio's word for what has become of a text message.

    The body is a form, which Twilio signs together with the address (`X-Twilio-Signature`); what is not signed is
    refused with 403. A callback may come twice or late: a status never goes back. One of a message that we do not
    have is answered with 204 all the same.
    """
    body = await request.body()
    news = sms_callbacks.read(
        None if asked.message is None else SmsId(asked.message),
        url=_address(request, settings.public_url),
        signature=request.headers.get("x-twilio-signature", ""),
        body=body,
    )
    if news is not None:
        await executor.run(apply_sms_update, news, actor=SYSTEM)


def _address(request: Request[Any, Any, Any], public_url: str) -> str:
    """The address as the provider knows it, whatever proxies have made of it."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{public_url}{request.scope['path']}{'?' if query else ''}{query}"


routes: Final = Router("/webhooks/sms", route_handlers=[take_twilio_callback])
