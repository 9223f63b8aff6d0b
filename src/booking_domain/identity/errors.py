"""Errors of accounts and signing in."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from booking_domain.shared.errors import (
    Conflict,
    Forbidden,
    NotFound,
    RuleViolated,
    TooMany,
    Unauthenticated,
    Unavailable,
)


class InvalidCredentials(Unauthenticated):
    """The e-mail, phone or password is wrong."""

    code: ClassVar[str] = "auth.invalid_credentials"
    commits: ClassVar[bool] = True


class InvalidToken(Unauthenticated):
    """The token is missing, malformed, expired or revoked; please sign in again."""

    code: ClassVar[str] = "auth.invalid_token"


class TokenReused(InvalidToken):
    """The token is missing, malformed, expired or revoked; please sign in again."""

    # An entry point answers with `InvalidToken`: the holder of a stolen token does not learn that the theft is known.
    code: ClassVar[str] = "auth.token_reused"
    commits: ClassVar[bool] = True


class SessionNotFound(NotFound):
    """This session does not exist; it may have ended."""

    code: ClassVar[str] = "auth.session_not_found"


class EmailTaken(Conflict):
    """An account with this e-mail address already exists."""

    code: ClassVar[str] = "auth.email_taken"
    input_field: ClassVar[str | None] = "email"


class PhoneTaken(Conflict):
    """An account with this phone number already exists."""

    code: ClassVar[str] = "auth.phone_taken"
    input_field: ClassVar[str | None] = "phone"


class ContactMissing(RuleViolated):
    """An e-mail address or a phone number is required."""

    code: ClassVar[str] = "auth.contact_missing"
    input_field: ClassVar[str | None] = "email"


class UserNotFound(NotFound):
    """This account does not exist."""

    code: ClassVar[str] = "user.not_found"


class OwnAccount(Forbidden):
    """Only another admin can do this to your account."""

    code: ClassVar[str] = "user.own_account"


class AccountDisabled(Forbidden):
    """This account is disabled."""

    code: ClassVar[str] = "auth.account_disabled"


@dataclass(eq=False, kw_only=True)
class AccountDeleted(AccountDisabled):
    """This account is deleted and will be erased on or after {erased_from}; until then an admin can restore it."""

    code: ClassVar[str] = "auth.account_deleted"
    erased_from: date


class InvalidCsrfToken(Forbidden):
    """With a session in cookies, a change needs the session's `X-CSRF-Token`, from a page of this platform."""

    code: ClassVar[str] = "auth.invalid_csrf_token"


class ProfileIncomplete(Forbidden):
    """Your profile is not complete yet; please complete it first."""

    code: ClassVar[str] = "auth.profile_incomplete"


class AccountHasBookings(Conflict):
    """The account has upcoming or disputed bookings; cancel them, or wait until they are over."""

    code: ClassVar[str] = "account.has_bookings"


class AccountOwesMoney(Conflict):
    """A refund or a payout of the account is not made yet."""

    code: ClassVar[str] = "account.money_owed"


class AdminsOwnAccount(Conflict):
    """Admins cannot delete their own account; another admin can."""

    code: ClassVar[str] = "account.admins_own"


class AccountLocked(Forbidden):
    """There were too many wrong passwords; request a code with the purpose `unlock`, or reset the password."""

    code: ClassVar[str] = "auth.account_locked"
    commits: ClassVar[bool] = True


class WrongPassword(RuleViolated):
    """This is not the account's password."""

    code: ClassVar[str] = "auth.wrong_password"
    commits: ClassVar[bool] = True
    input_field: ClassVar[str | None] = "current_password"


class InvalidCode(Unauthenticated):
    """The code is wrong, used, replaced or expired; please request another one."""

    code: ClassVar[str] = "auth.invalid_code"
    commits: ClassVar[bool] = True


class InvalidAssertion(Unauthenticated):
    """The sign-in at the other service is not valid, is too old or was used before; please try again."""

    code: ClassVar[str] = "auth.invalid_assertion"

    def __init__(self, subject: str | None = None) -> None:
        super().__init__()
        self.subject = subject
        """The subject that the assertion names, if it can be read. It is not proved, and never shown."""


class TelegramNotConfigured(NotFound):
    """Signing in with Telegram is not available here."""

    code: ClassVar[str] = "auth.telegram_not_configured"


class IdentityProviderNotConfigured(NotFound):
    """Signing in with this service is not available here."""

    code: ClassVar[str] = "auth.service_not_configured"


class IdentityProviderUnavailable(Unavailable):
    """The service that you sign in with does not answer; please try again."""

    code: ClassVar[str] = "auth.service_unavailable"


class EmailNotVerified(Forbidden):
    """The other service has not verified your e-mail address; verify it there first."""

    code: ClassVar[str] = "auth.email_not_verified"


class NotLinked(Conflict):
    """An account has your e-mail address; sign in to it in another way, and link the other service there."""

    code: ClassVar[str] = "auth.not_linked"


class PhoneCodesNotConfigured(NotFound):
    """No codes can be sent to phones here; use an e-mail address."""

    code: ClassVar[str] = "auth.phone_codes_not_configured"


class TelegramTaken(Conflict):
    """This Telegram account is linked to another account, or this account to another Telegram account."""

    code: ClassVar[str] = "auth.telegram_taken"


class IdentityTaken(Conflict):
    """Your account there is linked to another account here, or your account here to another one there."""

    code: ClassVar[str] = "auth.identity_taken"


class LastWayIn(Conflict):
    """You could no longer sign in; first set a password, or verify an e-mail address or a phone number."""

    code: ClassVar[str] = "auth.last_way_in"


class SecondFactorNeeded(Unauthenticated):
    """This account has a second factor: also send its code, or a recovery code, as `secondFactor`."""

    code: ClassVar[str] = "auth.second_factor_needed"
    commits: ClassVar[bool] = True
    input_field: ClassVar[str | None] = "second_factor"


class InvalidSecondFactor(Unauthenticated):
    """The code of the second factor is wrong, used or too old."""

    code: ClassVar[str] = "auth.invalid_second_factor"
    commits: ClassVar[bool] = True
    input_field: ClassVar[str | None] = "second_factor"


class WrongSecondFactor(RuleViolated):
    """This is not a code of the account's second factor, or it was used already."""

    code: ClassVar[str] = "auth.wrong_second_factor"
    commits: ClassVar[bool] = True
    input_field: ClassVar[str | None] = "code"


class SecondFactorMissing(NotFound):
    """The account has no second factor, and none is being set up."""

    code: ClassVar[str] = "auth.second_factor_missing"


class SecondFactorRequired(Forbidden):
    """Your role needs a second factor: set one up, then sign in with it or refresh your tokens."""

    code: ClassVar[str] = "auth.second_factor_required"


class SignInTooOld(Forbidden):
    """You signed in too long ago for this; please sign in again."""

    code: ClassVar[str] = "auth.sign_in_too_old"


@dataclass(eq=False, kw_only=True)
class TooManyCodes(TooMany):
    """Too many codes were requested; request another one in {retry_after_seconds} seconds."""

    code: ClassVar[str] = "auth.too_many_codes"
    retry_after_seconds: int


@dataclass(eq=False, kw_only=True)
class TooManyAttempts(TooMany):
    """Too many attempts; try again in {retry_after_seconds} seconds."""

    code: ClassVar[str] = "auth.too_many_attempts"
    commits: ClassVar[bool] = True
    retry_after_seconds: int
