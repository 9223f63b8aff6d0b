"""Send an invitation of a salon to its contact. Running it again sends the same message again, which is harmless."""

from datetime import date
from typing import Final

from booking_domain.catalogue.events import InvitationSent
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.model import MessageChannel
from booking_domain.notifications.notices import Link, NoticeTemplate, Translator
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.clock import Clock
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.platform.ports import Reads

_BY_LINK: Final = NoticeTemplate(
    subject="Invitation from a salon: “{salon}”",
    text="The salon {salon} invites you to become a member, until {last_day}: {invitation}",
)
_BY_CONTACT: Final = NoticeTemplate(
    subject="Invitation from a salon: “{salon}”",
    text="The salon {salon} invites you to become a member, until {last_day}. Sign in or sign up with this contact.",
)
"""Where the platform has no web app."""


async def send_invitation(
    event: InvitationSent, *, clock: Clock, reads: Reads, sender: MessageSender, translator: Translator, web_url: str
) -> None:
    """Send it in the language of the account with this contact, else in that of the invitation, unless it is over.

    Raises:
        Unavailable: it was not sent; the caller may retry.
    """
    link = await reads.invitation_links.get(event.invitation_id)
    view = await reads.salons.get(event.salon_id)
    if link is None or view is None or link.contact is None or not link.is_open(clock.now()):
        return
    holder = await reads.users.by_login(link.contact)
    template = _BY_LINK if web_url else _BY_CONTACT
    notice = translator.translate(
        template.fill(
            salon=view.salon.name,
            last_day=link.expires_at.astimezone(time_zone(view.salon.time_zone)).date(),
            invitation=Link(f"{web_url}/join#{link.link_token}"),
        ),
        link.language if holder is None else holder.locale,
    )
    message = OutgoingMessage(
        id=event.id,
        channel=MessageChannel.EMAIL if "@" in link.contact else MessageChannel.SMS,
        to=link.contact,
        subject=notice.subject,
        text=notice.text,
        created_at=event.occurred_at,
        language=notice.language,
        type=event.topic,
        about_id=link.id,
    )
    await sender.send(message)


MESSAGES: Final = Messages(
    templates={"salon.invitation_sent": _BY_LINK, "salon.invitation_sent.without_link": _BY_CONTACT},
    fields={
        "invitation": NoticeField(
            "A link that shows an invitation.", Link("https://example.com/join#4fK2mQ9sT1vX7zB3nR6wYa")
        ),
        "last_day": NoticeField("The last day of an invitation.", date(2026, 12, 8)),
    },
)
