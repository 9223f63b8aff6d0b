"""The JSON of one-time codes and passwords."""

from typing import Annotated, Literal

from msgspec import Meta

from booking_domain.identity.one_time_codes import CODE_LIFE
from booking_domain.use_cases.identity.own_account import COOL_DOWN_SECONDS
from entrypoints.http.accounts.schemas import (
    AcceptedBody,
    Code,
    ContactBody,
    NewName,
    NewRole,
    Password,
    SecondFactorText,
)
from entrypoints.http.kit.fields import Body, Json, ZoneName

OldPassword = Annotated[str, Meta(min_length=1, max_length=256)]


class SendOtpBody(ContactBody, frozen=True, kw_only=True):
    """The recipient and the purpose of a code; an e-mail address or a phone number is required."""

    purpose: Literal["signup", "verify", "login", "unlock", "reset"]


class VerifyOtpBody(ContactBody, frozen=True, kw_only=True):
    """A code and its recipient. A code of the purpose `reset` is used at `/auth/reset-password`."""

    purpose: Literal["signup", "verify", "login", "unlock"]
    code: Code
    second_factor: SecondFactorText | None = None
    time_zone: ZoneName | None = None
    """With `signup`: the time zone (IANA) of a new account. Default: the platform's."""


class VerifyEmailBody(Body, frozen=True, kw_only=True):
    """A code of the purpose `verify` that was sent to the account's e-mail address."""

    code: Code


class ChangePasswordBody(Body, frozen=True, kw_only=True):
    """The current password, if the account has one, and the new one."""

    current_password: OldPassword | None = None
    new_password: Password


class ForgotPasswordBody(ContactBody, frozen=True, kw_only=True):
    """The recipient of a code; an e-mail address or a phone number is required."""


class ResetPasswordBody(ContactBody, frozen=True, kw_only=True):
    """A code of the purpose `reset`, its recipient, and the new password."""

    code: Code
    new_password: Password


class NotMeBody(Body, frozen=True, kw_only=True):
    """The link of a message about a change of the bank account."""

    token: Annotated[str, Meta(max_length=200, description="The part of the link after `#`.")]


class CompleteProfileBody(Body, frozen=True, kw_only=True):
    """Name, role and password of an account that a sign-up began. Without a password, the user signs in with codes."""

    name: NewName
    role: NewRole
    password: Password | None = None
    """The password."""
    accepted: AcceptedBody | None = None
    time_zone: ZoneName | None = None
    """The user's time zone (IANA). Default: the one that the sign-up named, or the platform's."""


class CodeSentJson(Json, frozen=True, kw_only=True):
    """A code is being sent if an account has this address or number, or if the purpose is `signup`."""

    expires_in: int
    """Seconds until the code expires."""
    retry_after: int
    """Seconds until another code can be requested."""


def code_sent_json(retry_after: int = COOL_DOWN_SECONDS) -> CodeSentJson:
    """Return the answer to every request for a code."""
    return CodeSentJson(expires_in=int(CODE_LIFE.total_seconds()), retry_after=retry_after)
