"""The devices that show somebody's notifications, and adding the one in their hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from booking_domain.notifications.notices import LocalTime
from booking_domain.notifications.push import PushSubscription
from booking_domain.shared.ids import SessionId
from entrypoints.languages.documents import Phrase
from entrypoints.web.kit.forms import Fields, hidden
from entrypoints.web.kit.pages import Page, PageModel

ENDPOINT: Final = "endpoint"
PUBLIC_KEY: Final = "p256dh"
SECRET: Final = "auth"  # noqa: S105 - the name of a field
_DONE: Final = {
    "added": Phrase("This device shows your notifications now."),
    "removed": Phrase("That device shows no notifications any more."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowingDevice:
    """A device that shows notifications."""

    name: str
    since: str
    remove: str


@dataclass(frozen=True, kw_only=True)
class DevicesPage(PageModel):
    """The devices."""

    template: ClassVar = "notifications/devices.html"
    robots: str = "noindex"
    done: str
    error: str
    quiet: str
    """Says that the account has turned devices off; empty: it has not."""
    devices: tuple[ShowingDevice, ...]
    here: bool
    """Whether this one shows them."""
    key: str
    """With which a browser subscribes."""
    action: str
    fields: Fields
    csrf: str
    links: tuple[tuple[str, str], ...]


def devices_page(
    subscriptions: Sequence[PushSubscription],
    page: Page,
    *,
    current: SessionId,
    key: str,
    wanted: bool,
    zone: str,
    csrf: str,
    done: str = "",
    error: str = "",
) -> DevicesPage:
    """The page; `wanted`: whether the account has devices turned on."""
    say = page.say
    return DevicesPage(
        title=say(Phrase("Notifications on your devices")),
        done=say(_DONE[done]) if done in _DONE else "",
        error=error,
        quiet=""
        if wanted
        else say(Phrase("Your account has them turned off: devices show only what concerns the account.")),
        devices=tuple(
            ShowingDevice(
                name=say(Phrase("This device"))
                if each.session_id == current
                else each.user_agent or say(Phrase("A device")),
                since=say(Phrase("Since {time}"), time=say.values.time(LocalTime(each.created_at, zone))),
                remove=page.link(f"/notifications/devices/{each.id}/remove"),
            )
            for each in subscriptions
        ),
        here=any(each.session_id == current for each in subscriptions),
        key=key,
        action=page.link("/notifications/devices"),
        fields=(hidden("csrf", csrf), hidden(ENDPOINT, ""), hidden(PUBLIC_KEY, ""), hidden(SECRET, "")),
        csrf=csrf,
        links=(
            (say(Phrase("All notifications")), page.link("/notifications")),
            (say(Phrase("Back to my account")), page.link("/account")),
        ),
    )
