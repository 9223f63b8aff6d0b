"""The JSON of second factors."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from booking_domain.identity.second_factor import RECOVERY_CODES
from entrypoints.http.accounts.code_schemas import Code
from entrypoints.http.accounts.schemas import ProofBody, SecondFactorCode
from entrypoints.http.kit.fields import Body, Json


class SetUpTotpBody(ProofBody, frozen=True, kw_only=True):
    """The password, where the account has one, and a code of the factor that it has, or a recovery code."""

    code: SecondFactorCode | None = None


class ConfirmTotpBody(Body, frozen=True, kw_only=True):
    """What the authenticator app shows."""

    code: Code


class SecondFactorBody(Body, frozen=True, kw_only=True):
    """What the authenticator app shows, or a recovery code."""

    code: SecondFactorCode


class TotpJson(Json, frozen=True, kw_only=True):
    """Whether one signs in with a second factor."""

    active: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


class NewTotpJson(Json, frozen=True, kw_only=True):
    """What an authenticator app is to be told; it is not shown again."""

    secret: str
    """Base32, for typing."""
    otpauth_uri: str
    """The same for the app to read, as a link or a QR code."""


class RecoveryCodesJson(Json, frozen=True, kw_only=True):
    """Codes for when the app is lost, each good once; they are not shown again."""

    recovery_codes: Annotated[tuple[str, ...], Meta(min_length=RECOVERY_CODES, max_length=RECOVERY_CODES)]
