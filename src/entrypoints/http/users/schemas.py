"""The JSON of the account of the access token."""

from datetime import date
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType

from booking_domain.files.ports import ObjectLinks
from booking_domain.identity.model import Undeliverable, User
from booking_domain.identity.names import MAX_NAME
from booking_domain.identity.preferences import Channels, NewsChannel, NewsKind, Preferences, QuietHours, Unsubscription
from booking_domain.shared.ids import FileId
from booking_domain.shared.time import WallTime
from booking_domain.use_cases.identity.accounts import EditAccount
from entrypoints.http.accounts.codes import OldPassword
from entrypoints.http.accounts.schemas import BirthDate, Code, Email, PostalAddress, ProofBody, UserJson
from entrypoints.http.kit.fields import Body, Json, Locale, Phone, Timestamp, ZoneName
from entrypoints.http.kit.images import ImageJson, picture_or_none
from entrypoints.http.kit.projection import members, projection

Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
Password = Annotated[
    OldPassword,
    Meta(description="Required if the account has one; otherwise the session must have begun within five minutes."),
]


class EditAccountBody(Body, frozen=True, kw_only=True):
    """Changes to the account; omitted members do not change, and null clears an optional one."""

    name: Name | UnsetType = UNSET
    given_name: Name | UnsetType | None = UNSET
    family_name: Name | UnsetType | None = UNSET
    birth_date: BirthDate | UnsetType | None = UNSET
    locale: Locale | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET
    address: PostalAddress | UnsetType | None = UNSET
    picture_file_id: FileId | UnsetType | None = UNSET
    """A file of the folder `avatars`; null removes the picture."""


edit_members: Final = members(EditAccountBody, EditAccount, given=("preferences", "current", "expected_version"))


class RequestPhoneChangeBody(ProofBody, frozen=True, kw_only=True):
    """The new phone number, and the current password."""

    phone: Phone


class ConfirmPhoneBody(Body, frozen=True, kw_only=True):
    """The new phone number, and the code that was sent to it."""

    phone: Phone
    code: Code


class RequestEmailChangeBody(ProofBody, frozen=True, kw_only=True):
    """The new e-mail address, and the current password."""

    email: Email


class ConfirmEmailBody(Body, frozen=True, kw_only=True):
    """The new e-mail address, and the code that was sent to it."""

    email: Email
    code: Code


class ChannelsBody(Body, frozen=True, kw_only=True):
    """The channels that notifications may use."""

    email: bool
    """Whether e-mails are sent."""
    sms: bool
    telegram: bool
    push: bool


class UnsubscriptionBody(Body, frozen=True, kw_only=True):
    """A kind of notifications that the user has turned off for a channel."""

    kind: NewsKind
    channel: NewsChannel
    """The kind of messages that end."""


TimeOfDay = Annotated[
    str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="On the user's clock.", examples=["21:30"])
]


class QuietHoursBody(Body, frozen=True, kw_only=True):
    """The hours in which messages that can wait are not sent. An end before the start is on the next day."""

    start_time: TimeOfDay
    end_time: TimeOfDay

    def hours(self) -> QuietHours:
        """The domain's value."""
        return QuietHours(start=WallTime.parse(self.start_time), end=WallTime.parse(self.end_time))


class PreferencesBody(Body, frozen=True, kw_only=True):
    """All notification preferences."""

    channels: ChannelsBody
    reminders: bool
    marketing: bool
    recommendations: bool = True
    """Whether providers are recommended, and what this user booked and saved counts for others."""
    bookings_of_members: bool = True
    payments_of_members: bool = True
    reviews_of_members: bool = True
    monthly_report: bool = False
    """Whether the figures of each month are sent by e-mail, to a provider or manager with a verified address."""
    unsubscribed: Annotated[tuple[UnsubscriptionBody, ...], Meta(max_length=20)] = ()
    """Kinds that are off for one channel only; the links in e-mails turn them off."""
    quiet_hours: QuietHoursBody | None = None
    """Messages wait until these are over, except codes, security notices, offers and reminders of an expiry."""


_unsubscription: Final = projection(UnsubscriptionBody, Unsubscription)
preferences_of: Final = projection(
    PreferencesBody,
    Preferences,
    channels=projection(ChannelsBody, Channels),
    unsubscribed=lambda body: tuple(sorted(set(map(_unsubscription, body.unsubscribed)))),
    quiet_hours=("quiet_hours", QuietHoursBody.hours),
)


class AccountJson(UserJson, frozen=True, kw_only=True):
    """An account, including the fields that only its owner can see."""

    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    address: str | None = None
    picture: ImageJson | None = None
    """The picture of the user."""
    has_password: bool
    """Whether the account has a password."""
    email_undeliverable_at: Timestamp | None = None
    """When the address was marked undeliverable. No news is sent there until it is verified again."""
    email_undeliverable_reason: Undeliverable | None = None
    """`refused` by its server, `bounced` (a message came back), or `complained` (one was reported as spam)."""
    version: int


class ChannelsJson(Json, frozen=True, kw_only=True):
    """The channels that notifications may use."""

    email: bool
    """Whether e-mails are sent."""
    sms: bool
    telegram: bool
    push: bool


class UnsubscriptionJson(Json, frozen=True, kw_only=True):
    """A kind of notifications that the user has turned off for a channel."""

    kind: NewsKind
    channel: NewsChannel
    """The kind of messages that end."""


class QuietHoursJson(Json, frozen=True, kw_only=True):
    """The hours in which messages that can wait are not sent, in the user's time zone."""

    start_time: str
    end_time: str


class PreferencesJson(Json, frozen=True, kw_only=True):
    """Notification preferences."""

    channels: ChannelsJson
    reminders: bool
    marketing: bool
    recommendations: bool
    """Whether providers are recommended, and what this user booked and saved counts for others."""
    bookings_of_members: bool
    payments_of_members: bool
    reviews_of_members: bool
    monthly_report: bool
    """Whether the figures of each month are sent by e-mail."""
    unsubscribed: tuple[UnsubscriptionJson, ...]
    """Which kinds of messages the user has unsubscribed from by a link."""
    quiet_hours: QuietHoursJson | None = None
    """When no messages are sent but urgent ones."""


_account: Final = members(
    User, AccountJson, given=("picture",), has_password=lambda user: user.password_hash is not None
)


def account_json(user: User, links: ObjectLinks) -> AccountJson:
    """Show an account to its owner."""
    return AccountJson(picture=picture_or_none(user.picture, links), **_account(user))


preferences_json: Final = projection(
    User,
    PreferencesJson,
    within="preferences",
    channels=projection(Channels, ChannelsJson),
    unsubscribed=projection(Unsubscription, UnsubscriptionJson),
    quiet_hours=projection(QuietHours, QuietHoursJson, start_time=("start", str), end_time=("end", str)),
)
"""Show preferences."""


CHANGES: Final[dict[str, Any]] = {"givenName": "Dorj", "birthDate": "1996-02-29", "locale": "mn", "pictureFileId": None}
PREFERENCES: Final[dict[str, Any]] = {
    "channels": {"email": True, "sms": False, "telegram": True, "push": True},
    "reminders": True,
    "unsubscribed": [],
    "quietHours": {"startTime": "22:00", "endTime": "07:00"},
    "marketing": False,
    "recommendations": True,
    "bookingsOfMembers": True,
    "paymentsOfMembers": True,
    "reviewsOfMembers": True,
    "monthlyReport": False,
}
WANT_PHONE: Final[dict[str, Any]] = {"phone": "9911 4455", "currentPassword": "correct-horse-battery"}
WANT_EMAIL: Final[dict[str, Any]] = {"email": "dorj@example.mn", "currentPassword": "correct-horse-battery"}
CONFIRM_EMAIL: Final[dict[str, Any]] = {"email": "dorj@example.mn", "code": "402519"}
CONFIRM_PHONE: Final[dict[str, Any]] = {"phone": "9911 4455", "code": "402519"}
