"""The JSON of second factors."""

from typing import Annotated, Final

from msgspec import Meta

from booking_domain.identity.second_factor import RECOVERY_CODES, SecondFactor
from entrypoints.http.accounts.schemas import Code, ProofBody, SecondFactorCode
from entrypoints.http.kit.fields import Body, Json, Timestamp
from entrypoints.http.kit.projection import projection


class SetUpTotpBody(ProofBody, frozen=True, kw_only=True):
    """The current password, and a code of the second factor or a recovery code. Omit what the account does not have."""

    code: SecondFactorCode | None = None


class ConfirmTotpBody(Body, frozen=True, kw_only=True):
    """The code that the authenticator app shows."""

    code: Code


class SecondFactorBody(Body, frozen=True, kw_only=True):
    """The code that the authenticator app shows, or a recovery code."""

    code: SecondFactorCode


class TotpJson(Json, frozen=True, kw_only=True):
    """The second factor of an account."""

    active: bool
    """Whether sign-in asks for a code of the authenticator."""
    confirmed_at: Timestamp | None = None
    """When it was confirmed."""
    recovery_codes_left: int
    """How many recovery codes are left."""


class NewTotpJson(Json, frozen=True, kw_only=True):
    """The secret for an authenticator app; it is shown once."""

    secret: str
    """Base32, for typing."""
    otpauth_uri: str
    """The secret as a link; show it as a QR code for the app."""


class RecoveryCodesJson(Json, frozen=True, kw_only=True):
    """Codes for users who have lost the app; each can be used once. They are shown once."""

    recovery_codes: Annotated[tuple[str, ...], Meta(min_length=RECOVERY_CODES, max_length=RECOVERY_CODES)]
    """Codes of one use each, for users who have lost their second factor. They are shown once."""


totp_json: Final = projection(SecondFactor, TotpJson, recovery_codes_left=lambda factor: len(factor.recovery_codes))
"""Show a second factor."""
