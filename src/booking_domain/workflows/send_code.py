"""Send a one-time code to its recipient. Running it again sends the same code again, which is harmless."""

from datetime import datetime

from booking_domain.identity.events import CodeRequested
from booking_domain.identity.one_time_codes import Channel, CodePurpose, SecretCodes
from booking_domain.notifications.codes import CodeMessenger
from booking_domain.workflows.ports import Reads


async def send_code(
    event: CodeRequested, *, now: datetime, reads: Reads, secrets: SecretCodes, messenger: CodeMessenger
) -> None:
    """Send the code, unless it has expired.

    Raises:
        Unavailable: the code was not sent; the caller may retry.
    """
    user = await reads.users.get(event.user_id)
    if user is None or now >= event.until:
        return
    if event.purpose is CodePurpose.CHANGE_PHONE:
        change = await reads.phone_changes.get(user.id)
        # The user may have requested a change to another number since.
        to = None if change is None or change.code_id != event.code_id else change.phone
    else:
        to = user.email if event.channel is Channel.EMAIL else user.phone
    if to is None:
        return
    code = secrets.code(event.code_id, event.purpose)
    await messenger.send_code(to=to, code=code, purpose=event.purpose.value, locale=user.locale, user_id=user.id)
