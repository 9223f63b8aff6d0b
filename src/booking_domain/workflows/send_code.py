"""Send a one-time code to whom it is for.

Run for a message of the outbox. Run again, it sends the same code again, which does no harm.
"""

from datetime import datetime

from booking_domain.identity.events import CodeRequested
from booking_domain.identity.one_time_codes import Channel, CodePurpose, SecretCodes
from booking_domain.notifications.codes import CodeMessenger
from booking_domain.workflows.ports import Reads


async def send_code(
    event: CodeRequested, *, now: datetime, reads: Reads, secrets: SecretCodes, messenger: CodeMessenger
) -> None:
    """Send the code of a `code.wanted`, while it is good.

    Raises:
        Unavailable: it was not sent; running it again is right.
    """
    user = await reads.users.get(event.user_id)
    if user is None or now >= event.until:
        return
    purpose, code_id = event.purpose, event.code_id
    if purpose is CodePurpose.CHANGE_PHONE:
        change = await reads.phone_changes.get(user.id)
        to = (
            None if change is None or change.code_id != code_id else change.phone
        )  # another number may be wanted by now
    else:
        to = user.email if event.channel is Channel.EMAIL else user.phone
    if to is None:
        return
    code = secrets.code(code_id, purpose)
    await messenger.send_code(to=to, code=code, purpose=purpose.value, locale=user.locale, user_id=user.id)
