"""The lines of a message that tell what to do if the bank account or a contact was changed: see `not_me_links`."""

from datetime import datetime, timedelta
from typing import Final

from booking_domain.identity.events import BankAccountChanged, ContactEdited
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.model import Notification
from booking_domain.notifications.notices import Link, NoticeTemplate, TimeOfDay, Translator
from booking_domain.use_cases.identity.not_me_links import NotMeLink, NotMeTokens
from booking_domain.use_cases.notices.declarations import Messages
from booking_domain.use_cases.notices.fields import sample_until
from booking_domain.use_cases.platform.ports import Reads

_NOT_ME: Final = NoticeTemplate(
    subject="Your bank account was changed",
    text="Was that not you? Until {link_until}, this link stops transfers to the account, signs out all devices and "
    "removes the password: {link}",
)
_CONTACT: Final = NoticeTemplate(
    subject="A contact of your account was changed",
    text="Was that not you? Until {link_until}, this link restores the former contact, signs out all devices and "
    "removes the password: {link}",
)
_LINES: Final = {BankAccountChanged.topic: _NOT_ME, ContactEdited.topic: _CONTACT}
MESSAGES: Final = Messages(
    templates={"links.not_me": _NOT_ME, "links.not_me_contact": _CONTACT},
    fields={
        "link": NoticeField(
            "A link to report that another person changed the account.", Link("https://example.com/links/not-me#sample")
        ),
        "link_until": NoticeField("Until when the link reports it.", sample_until(7 * 24)),
    },
    secret=True,
)


class NotMeLines:
    """Writes the link into the messages about a change of the bank account or a contact."""

    def __init__(self, *, web_url: str, tokens: NotMeTokens, life: timedelta, translator: Translator) -> None:
        """`web_url` is the base URL of the web app; without one there are no links."""
        self._web_url = web_url
        self._tokens = tokens
        self._life = life
        self._translator = translator

    async def __call__(self, notification: Notification, reads: Reads, now: datetime) -> str:
        """Return the lines to add to the text of a message; empty if it is about something else."""
        template = _LINES.get(notification.type)
        if not self._web_url or template is None:
            return ""
        link = NotMeLink(
            user_id=notification.user_id,
            changed_at=notification.created_at.replace(microsecond=0),
            restores_contacts=template is _CONTACT,
        )
        # In the fragment, which browsers send to no server: it is in no log and in no `Referer`.
        url = f"{self._web_url}/links/not-me#{self._tokens.issue(link)}"
        user = await reads.users.get(link.user_id)
        if user is None:
            return ""
        until = TimeOfDay(link.expires_at(self._life), user.time_zone, now=now)
        return self._translator.translate(template.fill(link=Link(url), link_until=until), notification.language).text
