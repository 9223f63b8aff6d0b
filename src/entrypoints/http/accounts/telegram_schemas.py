"""The JSON of signing in with Telegram."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from booking_domain.identity.external_identities import MAX_INIT_DATA, InitData, TelegramProof, WidgetLogin
from booking_domain.shared.errors import InvalidValue
from entrypoints.http.accounts.schemas import AcceptedBody, Password, SecondFactorText
from entrypoints.http.kit.fields import Body, Json, Timestamp, ZoneName

_Text = Annotated[str, Meta(max_length=2_048)]
_Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
InitDataText = Annotated[
    str, Meta(min_length=1, max_length=MAX_INIT_DATA, description="`Telegram.WebApp.initData`, unchanged.")
]
WidgetFields = Annotated[
    Mapping[Annotated[str, Meta(max_length=64)], _Text | _Number],
    Meta(max_length=32, description="All fields of the login widget's answer, unchanged: `id`, `auth_date`, `hash`, …"),
]


class TelegramBody(Body, frozen=True, kw_only=True):
    """Data that Telegram has signed, of a mini-app or of the login widget; exactly one of them is required."""

    init_data: InitDataText | None = None
    widget: WidgetFields | None = None

    def proof(self) -> TelegramProof:
        """The signed data, or `InvalidValue` unless there is exactly one."""
        if self.init_data is not None and self.widget is None:
            return InitData(self.init_data)
        if self.widget is not None and self.init_data is None:
            return WidgetLogin({key: str(value) for key, value in self.widget.items()})
        raise InvalidValue(field="init_data", problem="either initData or widget is required")


class SignInByTelegramBody(TelegramBody, frozen=True, kw_only=True):
    """Data that Telegram has signed, a code of the second factor, if there is one, and the values of a new account."""

    second_factor: SecondFactorText | None = None
    accepted: AcceptedBody | None = None
    time_zone: ZoneName | None = None
    """The time zone (IANA) of a new account. Default: the platform's."""


class LinkTelegramBody(TelegramBody, frozen=True, kw_only=True):
    """Data that Telegram has signed, and the account's current password, if it has one."""

    current_password: Password | None = None


class TelegramLinkJson(Json, frozen=True, kw_only=True):
    """A link that opens the bot in Telegram."""

    url: str
    expires_at: Timestamp
