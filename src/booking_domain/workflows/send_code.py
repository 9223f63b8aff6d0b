"""Send a one-time code to whom it is for.

Run for a message of the outbox. Run again, it sends the same code again, which does no harm.
"""

from datetime import datetime
from uuid import UUID

from booking_domain.identity.one_time_codes import Channel, CodePurpose, SecretCodes
from booking_domain.identity.ports import UserReads
from booking_domain.notifications.codes import CodeMessenger
from booking_domain.shared.ids import CodeId, UserId
from booking_domain.shared.outbox import Message


async def send_code(
    message: Message, *, now: datetime, reads: UserReads, secrets: SecretCodes, messenger: CodeMessenger
) -> None:
    """Send the code of a `code.wanted`, while it is good.

    Raises:
        Unavailable: it was not sent; running it again is right.
    """
    user = await reads.user(UserId(message.subject))
    if user is None or now >= datetime.fromisoformat(message.payload["until"]):
        return
    to = user.email if message.payload["channel"] == Channel.EMAIL else user.phone
    if to is None:
        return
    purpose = CodePurpose(message.payload["purpose"])
    code = secrets.code(CodeId(UUID(message.payload["codeId"])), purpose)
    await messenger.send_code(to=to, code=code, purpose=purpose.value, locale=user.locale)
