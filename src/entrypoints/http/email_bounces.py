"""`/webhooks/email-bounces`: bounced e-mails, and complaints about them, as a mail server forwards them."""

from typing import Any, Final

from litestar import Request, Router, post

from booking_domain.notifications.bounces import BounceReports
from booking_domain.notifications.errors import InvalidBounceSignature
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.clock import Clock
from booking_domain.use_cases.accounts.record_bounce import record_bounce
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.idempotency import REPEATED
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import limited_as
from entrypoints.http.kit.request_guard import PUBLIC
from entrypoints.http.kit.request_heads import sole_headers
from entrypoints.http.kit.running import Run

TIMESTAMP: Final = "x-bounce-timestamp"
SIGNATURE: Final = "x-bounce-signature"


@post(
    "/",
    status_code=204,
    opt=PUBLIC
    | limited_as("webhook")
    | documented(record_bounce, raises=(InvalidBounceSignature,), no_idempotency_key=REPEATED),
)
async def take_email_bounce(
    request: Request[Any, Any, Any],
    *,
    bounce_reports: Injected[BounceReports],
    clock: Injected[Clock],
    run: Injected[Run],
) -> None:
    """Receive a bounced e-mail (RFC 3464) or a complaint (RFC 5965) from the platform's mail server.

    The body is the e-mail as it arrived (`message/rfc822`). `X-Bounce-Timestamp` is the time in seconds since 1970,
    `X-Bounce-Signature` the HMAC-SHA256 over the time, a full stop and the body, in hexadecimal; a wrong signature, or
    a time more than five minutes in the past or the future, is rejected with 403. Repeating a request changes nothing.
    An e-mail that is not a report, or not about a message of the platform, is answered with 204.
    """
    headers = sole_headers(request)
    bounce = bounce_reports.read(
        await request.body(),
        timestamp=headers.get(TIMESTAMP, ""),
        signature=headers.get(SIGNATURE, ""),
        now=clock.now(),
    )
    if bounce is not None:
        await run(record_bounce, bounce, actor=SYSTEM)


routes: Final = Router("/webhooks/email-bounces", route_handlers=[take_email_bounce])
