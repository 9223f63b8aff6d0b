"""Send a one-time code to its recipient. Running it again sends the same code again, which is harmless."""

from datetime import datetime
from typing import Final

from booking_domain.identity import sign_ups
from booking_domain.identity.events import CodeRequested, SignUpRequested
from booking_domain.identity.one_time_codes import CodePurpose, ContactChannel, SecretCodes
from booking_domain.notifications.codes import CODE_NOTICES, CodeMessenger
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import TimeOfDay
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.notices.fields import SAMPLE_ZONE, sample_time
from booking_domain.use_cases.platform.ports import Reads


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
    if event.purpose in {CodePurpose.CHANGE_PHONE, CodePurpose.CHANGE_EMAIL}:
        changes = reads.email_changes if event.channel is ContactChannel.EMAIL else reads.phone_changes
        change = await changes.get(user.id)
        # The user may have requested a change to another contact since.
        to = None if change is None or change.code_id != event.code_id else change.address
    else:
        to = user.email if event.channel is ContactChannel.EMAIL else user.phone
    if to is None:
        return
    code = secrets.code(event.code_id, event.purpose)
    await messenger.send_code(
        to=to,
        code=code,
        purpose=event.purpose.value,
        locale=user.locale,
        until=event.until,
        zone=user.time_zone,
        user_id=user.id,
    )


async def send_sign_up_code(
    event: SignUpRequested, *, now: datetime, reads: Reads, secrets: SecretCodes, messenger: CodeMessenger
) -> None:
    """Send the code of a sign-up, unless it has expired, or belongs to an account that cannot be used.

    Raises:
        Unavailable: the code was not sent; the caller may retry.
    """
    sign_up = await reads.sign_ups.get(event.code_id)
    if sign_up is None or now >= event.until:
        return
    contact = sign_up.contact
    holder = await reads.users.by_login(contact.address)
    opened = holder if holder is not None and sign_ups.signs_in_to(holder, contact, now) else None
    if holder is not None and opened is None and sign_ups.keeps_contact(holder, contact):
        return
    await messenger.send_code(
        to=contact.address,
        code=secrets.code(event.code_id, CodePurpose.SIGNUP),
        purpose=CodePurpose.SIGNUP.value,
        locale=sign_up.locale if opened is None else opened.locale,
        until=event.until,
        zone=None if opened is None else opened.time_zone,
        user_id=None if opened is None else opened.id,
    )


MESSAGES: Final = Messages(
    templates={f"code.{purpose}": template for purpose, template in CODE_NOTICES.items()},
    fields={
        "code": NoticeField("A one-time code.", "482913"),
        "expires": NoticeField(
            "The time of day until which a one-time code is valid.", TimeOfDay(sample_time(0).instant, SAMPLE_ZONE)
        ),
        "minutes": NoticeField("For how many minutes a one-time code is valid.", 5),
    },
    secret=True,
)
