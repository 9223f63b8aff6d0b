"""The JSON of one-time codes and passwords."""

from typing import Annotated, Literal

from msgspec import Meta

from booking_domain.identity.one_time_codes import CODE_DIGITS
from entrypoints.http.accounts.schemas import Email, Password, Phone, SecondFactorCode
from entrypoints.http.kit.fields import Body, Json

Code = Annotated[str, Meta(pattern=f"^[0-9]{{{CODE_DIGITS}}}$", description="Six digits.", examples=["402519"])]
OldPassword = Annotated[str, Meta(min_length=1, max_length=256)]


class SendOtpBody(Body, frozen=True, kw_only=True):
    """Where a code is to go, and what for; an e-mail address or a phone number is needed."""

    email: Email | None = None
    phone: Phone | None = None
    purpose: Literal["verify", "login", "unlock", "reset"]


class VerifyOtpBody(Body, frozen=True, kw_only=True):
    """A code that was sent there. A code of the purpose `reset` goes to `/auth/reset-password`."""

    email: Email | None = None
    phone: Phone | None = None
    purpose: Literal["verify", "login", "unlock"]
    code: Code
    second_factor: SecondFactorCode | None = None


class VerifyEmailBody(Body, frozen=True, kw_only=True):
    """A code of the purpose `verify` that was sent to one's own address."""

    code: Code


class ChangePasswordBody(Body, frozen=True, kw_only=True):
    """The password that one has, and the one to have."""

    current_password: OldPassword
    new_password: Password


class ForgotPasswordBody(Body, frozen=True, kw_only=True):
    """Where a code is to go; an e-mail address or a phone number is needed."""

    email: Email | None = None
    phone: Phone | None = None


class ResetPasswordBody(Body, frozen=True, kw_only=True):
    """A code of the purpose `reset` that was sent there, and the password to have."""

    email: Email | None = None
    phone: Phone | None = None
    code: Code
    new_password: Password


class CodeSentJson(Json, frozen=True, kw_only=True):
    """A code is on its way, if this is anybody's address or number."""

    expires_in: int
    """Seconds for which a code is good."""
    retry_after: int
    """Seconds until another one can be asked for."""
