"""The account of who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final

from booking_domain.identity.model import ERASED_AFTER, User
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.identity.preferences import NewsChannel, NewsKind, Preferences, Unsubscription
from booking_domain.identity.sessions import Session
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import SessionId
from booking_domain.shared.languages import LANGUAGES, language_of
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.account.proof import proof_fields
from entrypoints.web.components.check import Check
from entrypoints.web.components.field import Field
from entrypoints.web.kit.environment import NAMES
from entrypoints.web.kit.forms import Fields, FormPage, hidden
from entrypoints.web.kit.pages import Page, PageModel
from entrypoints.web.kit.pictures import Picture
from entrypoints.web.kit.zones import ZONE, zone_field

NAME: Final = "name"
LANGUAGE: Final = "language"
NEWS: Final = "news"
_CHANNELS: Final = {
    NewsChannel.EMAIL: Phrase("By e-mail"),
    NewsChannel.SMS: Phrase("By text message"),
    NewsChannel.TELEGRAM: Phrase("By Telegram"),
    NewsChannel.PUSH: Phrase("On my devices"),
}
_AGAIN: Final = {
    Unsubscription(kind=NewsKind.BOOKINGS, channel=NewsChannel.EMAIL): Phrase("Send e-mails about bookings again"),
    Unsubscription(kind=NewsKind.REMINDERS, channel=NewsChannel.EMAIL): Phrase("Send reminders by e-mail again"),
    Unsubscription(kind=NewsKind.REPORTS, channel=NewsChannel.EMAIL): Phrase("Send monthly reports by e-mail again"),
}
"""What was ended by a link in an e-mail."""
_REMINDERS: Final = "reminders"
_MARKETING: Final = "marketing"
_REPORT: Final = "report"
_WITH_FIGURES: Final = frozenset({Role.PROVIDER, Role.MANAGER})
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
"""What is in the `User-Agent` of browsers, and their names. The first counts: most name others, too."""
_DONE: Final = {
    "saved": Phrase("Your account is saved."),
    "notified": Phrase("Your notifications are saved."),
    "ended": Phrase("That device is signed out."),
    "email": Phrase("Your e-mail address is confirmed."),
    "authenticator": Phrase("The authenticator app is removed."),
    "picture": Phrase("Your picture is saved."),
    "removed": Phrase("Your picture is removed."),
    "phone": Phrase("Your phone number is confirmed."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContact:
    """An e-mail address or a number, and what can be done with it."""

    text: str
    """Empty: the account has none."""
    state: str
    change: str
    """Where it is changed, or added."""
    change_text: str
    confirm: str
    """Where it is confirmed; empty: it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that is signed in."""

    name: str
    used: str
    action: str
    """Where it is signed out; empty: it is this one."""


@dataclass(frozen=True, kw_only=True)
class AccountPage(PageModel):
    """The account of who is signed in."""

    template: ClassVar = "account/account.html"
    done: str
    """What has just happened."""
    error: str
    contacts: tuple[OwnContact, ...]
    ways_in: tuple[tuple[str, str], ...]
    """What concerns signing in: texts and addresses."""
    picture_shown: Picture | None
    picture_link: str
    """Where it is added or changed."""
    picture_text: str
    action: str
    fields: Fields
    news_action: str
    news: tuple[Check, ...]
    notifications: str
    push: str
    """Where devices that show them are; empty: nothing is pushed."""
    csrf: str
    devices: tuple[Device, ...]
    statistics: str
    """Where the figures of a provider or of salons are; empty: they are a customer."""
    rewards: str
    """Where what they give customers is; empty: they are a customer."""
    saved: str
    gift_cards: str
    packages: str
    plans: str
    points: str
    consents: str
    terms: str
    export: str
    delete: str


def account_page(
    user: User,
    sessions: Sequence[Session],
    current: SessionId,
    page: Page,
    *,
    csrf: str,
    picture: Picture | None,
    pushes: bool,
    now: datetime,
    done: str = "",
) -> AccountPage:
    """The page."""
    say = page.say
    return AccountPage(
        title=say(Phrase("My account")),
        robots="noindex",
        done=say(_DONE[done]) if done in _DONE else "",
        error="",
        contacts=(
            _contact(ContactChannel.PHONE, user.phone, user.phone_verified_at, page),
            _contact(ContactChannel.EMAIL, user.email, user.email_verified_at, page),
        ),
        ways_in=(
            (say(Phrase("Authenticator app")), page.link("/account/authenticator")),
            (say(Phrase("Passkeys")), page.link("/account/passkeys")),
            (say(Phrase("Google, Apple and Telegram")), page.link("/account/services")),
            (say(Phrase("A new password")), page.link("/sign-in/new-password", next="/account")),
        ),
        picture_shown=picture,
        picture_link=page.link("/account/picture"),
        picture_text=say(Phrase("Change the picture")) if picture else say(Phrase("Add a picture of you")),
        action=page.link("/account"),
        fields=(
            hidden("csrf", csrf),
            Field(name=NAME, label=say(Phrase("Your name")), value=user.name, autocomplete="name", required=True),
            Field(
                name=LANGUAGE,
                label=say(Phrase("Language")),
                value=language_of(user.locale),
                choices=tuple((each, NAMES[each]) for each in LANGUAGES),
            ),
            zone_field(
                page, value=user.time_zone, hint=say(Phrase("Messages have their times on this clock.")), now=now
            ),
        ),
        news_action=page.link("/account/notifications"),
        news=tuple(_news(user, page)),
        notifications=page.link("/notifications"),
        push=page.link("/notifications/devices") if pushes else "",
        csrf=csrf,
        devices=tuple(_device(each, current, user.time_zone, page) for each in sessions),
        statistics=page.link("/account/statistics") if user.role in _WITH_FIGURES else "",
        rewards=page.link("/account/rewards") if user.role in _WITH_FIGURES else "",
        saved=page.link("/saved"),
        gift_cards=page.link("/gift-cards"),
        packages=page.link("/account/packages"),
        plans=page.link("/plans"),
        points=page.link("/account/points"),
        consents=page.link("/account/consents"),
        terms=page.link("/account/terms"),
        export="/api/v1/users/me/export",
        delete=page.link("/account/delete"),
    )


def retyped(shown: AccountPage, form: Form, error: str, field: str) -> AccountPage:
    """The page with what was typed, and the error beside its field."""
    typed = {name: values[0] for name, values in form.items() if name in {NAME, LANGUAGE, ZONE}}
    fields = tuple(
        replace(each, value=typed.get(each.name, each.value), error=error if each.name == field else "")
        for each in shown.fields
        if isinstance(each, Field)
    )
    return replace(shown, fields=fields, error="" if any(each.error for each in fields) else error)


def preferences_of(form: Form, before: Preferences) -> Preferences:
    """The preferences with what was checked; what the page does not show stays."""
    checked = frozenset(form.get(NEWS, ()))
    channels = replace(before.channels, **{each.value: each.value in checked for each in NewsChannel})
    after = replace(
        before,
        channels=channels,
        reminders=_REMINDERS in checked,
        marketing=_MARKETING in checked,
        monthly_report=_REPORT in checked,
    )
    for each in _AGAIN:
        after = after.without_unsubscription(each) if _mark(each) in checked else after
    return after


def _mark(unsubscription: Unsubscription) -> str:
    return f"{unsubscription.kind} {unsubscription.channel}"


def delete_page(user: User, page: Page, *, csrf: str) -> FormPage:
    """The question before an account is deleted."""
    say = page.say
    return FormPage(
        title=say(Phrase("Delete your account?")),
        facts=(
            say(Phrase("All devices are signed out at once.")),
            say(
                Phrase("After {days} days your name, contacts and pictures are erased."),
                days=say.values(ERASED_AFTER.days),
            ),
            say(Phrase("Bookings and receipts stay with the places you visited, without your name.")),
            say(Phrase("Cancel what is to come first: until then the account cannot be deleted.")),
        ),
        action=page.link("/account/delete"),
        fields=proof_fields(user, page, csrf),
        button=say(Phrase("Delete my account")),
        links=((say(Phrase("Keep my account")), page.link("/account")),),
    )


def _contact(channel: ContactChannel, contact: str | None, verified_at: datetime | None, page: Page) -> OwnContact:
    say, path = page.say, f"/account/contact/{channel.value}"
    if contact is None:
        state = Phrase("No e-mail address yet") if channel is ContactChannel.EMAIL else Phrase("No phone number yet")
    else:
        state = Phrase("Confirmed") if verified_at is not None else Phrase("Not confirmed yet")
    return OwnContact(
        text=contact or "",
        state=say(state),
        change=page.link(path),
        change_text=say(Phrase("Change")) if contact else say(Phrase("Add")),
        confirm=page.link(f"{path}/confirm") if contact and verified_at is None else "",
    )


def _news(user: User, page: Page) -> list[Check]:
    say, preferences = page.say, user.preferences
    shown = [(each.value, name, getattr(preferences.channels, each.value)) for each, name in _CHANNELS.items()]
    shown += [
        (_REMINDERS, Phrase("Remind me of appointments"), preferences.reminders),
        (_MARKETING, Phrase("Tell me about offers"), preferences.marketing),
    ]
    if user.role in _WITH_FIGURES:
        shown.append((_REPORT, Phrase("Send the figures of each month by e-mail"), preferences.monthly_report))
    shown += [(_mark(each), name, False) for each, name in _AGAIN.items() if each in preferences.unsubscribed]
    return [Check(name=NEWS, value=value, label=say(name), checked=on) for value, name, on in shown]


def _device_name(user_agent: str) -> str:
    """The browser and the system that a client names; what it says itself, if they are not known."""
    known = (next((name for word, name in words if word in user_agent), "") for words in (_BROWSERS, _SYSTEMS))
    return " · ".join(filter(None, known)) or user_agent


def _device(session: Session, current: SessionId, zone: str, page: Page) -> Device:
    say = page.say
    here = session.id == current
    used = say.values.time(LocalTime(session.last_used_at, zone))
    return Device(
        name=_device_name(session.client.user_agent or "") or say(Phrase("A device")),
        used=say(Phrase("This device")) if here else say(Phrase("Last used {time}"), time=used),
        action="" if here else page.link(f"/account/sessions/{session.id}/end"),
    )
