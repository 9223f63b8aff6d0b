"""Errors of accounts and signing in."""

from datetime import date

from booking_domain.shared.errors import (
    Conflict,
    Forbidden,
    NotFound,
    RuleViolated,
    TooMany,
    Unauthenticated,
    Unavailable,
)


class InvalidCredentials(Unauthenticated, code="auth.invalid_credentials", commits=True):
    """The e-mail, phone or password is wrong."""


class InvalidToken(Unauthenticated, code="auth.invalid_token"):
    """The token is missing, malformed, expired or revoked; please sign in again."""


class TokenReused(InvalidToken, code="auth.token_reused", commits=True):
    """The token is missing, malformed, expired or revoked; please sign in again."""

    # An entry point answers with `InvalidToken`: the holder of a stolen token does not learn that the theft is known.


class SessionNotFound(NotFound, code="auth.session_not_found"):
    """This session does not exist; it may have ended."""


class EmailTaken(Conflict, code="auth.email_taken", field="email"):
    """An account with this e-mail address already exists."""


class PhoneTaken(Conflict, code="auth.phone_taken", field="phone"):
    """An account with this phone number already exists."""


class ContactMissing(RuleViolated, code="auth.contact_missing", field="email"):
    """An e-mail address or a phone number is required."""


class UserNotFound(NotFound, code="user.not_found"):
    """This account does not exist."""


class OwnAccount(Forbidden, code="user.own_account"):
    """Only another admin can do this to your account."""


class AccountDisabled(Forbidden, code="auth.account_disabled"):
    """This account is disabled."""


class AccountDeleted(AccountDisabled, code="auth.account_deleted"):
    """This account is deleted and will be erased on or after {erased_from}; until then an admin can restore it."""

    erased_from: date


class InvalidCsrfToken(Forbidden, code="auth.invalid_csrf_token"):
    """With a session in cookies, a change needs the session's X-CSRF-Token, from a page of this platform."""


class ProfileIncomplete(Forbidden, code="auth.profile_incomplete"):
    """Your profile is not complete yet; please complete it first."""


class AccountHasBookings(Conflict, code="account.has_bookings"):
    """The account has upcoming or disputed bookings; cancel them, or wait until they are over."""


class AccountOwesMoney(Conflict, code="account.money_owed"):
    """A refund or a payout of the account is not made yet."""


class AdminsOwnAccount(Conflict, code="account.admins_own"):
    """Admins cannot delete their own account; another admin can."""


class AccountLocked(Forbidden, code="auth.account_locked", commits=True):
    """There were too many wrong passwords; unlock the account with a code, or reset the password."""


class WrongPassword(RuleViolated, code="auth.wrong_password", commits=True, field="current_password"):
    """This is not the account's password."""


class InvalidCode(Unauthenticated, code="auth.invalid_code", commits=True):
    """The code is wrong, used, replaced or expired; please request another one."""


class InvalidAssertion(Unauthenticated, code="auth.invalid_assertion"):
    """The sign-in at the other service is not valid, is too old or was used before; please try again."""

    def __init__(self, subject: str | None = None) -> None:
        super().__init__()
        self.subject = subject
        """The subject that the assertion names, if it can be read. It is not proved, and never shown."""


class TelegramNotConfigured(NotFound, code="auth.telegram_not_configured"):
    """Signing in with Telegram is not available here."""


class IdentityProviderNotConfigured(NotFound, code="auth.service_not_configured"):
    """Signing in with this service is not available here."""


class IdentityProviderUnavailable(Unavailable, code="auth.service_unavailable"):
    """The service that you sign in with does not answer; please try again."""


class EmailNotVerified(Forbidden, code="auth.email_not_verified"):
    """The other service has not verified your e-mail address; verify it there first."""


class NotLinked(Conflict, code="auth.not_linked"):
    """An account has your e-mail address; sign in to it in another way, and link the other service there."""


class PhoneCodesNotConfigured(NotFound, code="auth.phone_codes_not_configured"):
    """No codes can be sent to phones here; use an e-mail address."""


class TelegramTaken(Conflict, code="auth.telegram_taken"):
    """This Telegram account is linked to another account, or this account to another Telegram account."""


class IdentityTaken(Conflict, code="auth.identity_taken"):
    """Your account there is linked to another account here, or your account here to another one there."""


class LastSignInMethod(Conflict, code="auth.last_way_in"):
    """You could no longer sign in; first set a password, or verify an e-mail address or a phone number."""


class SecondFactorNeeded(Unauthenticated, code="auth.second_factor_needed", commits=True, field="second_factor"):
    """This account has a second factor: enter its code too, or a recovery code."""


class InvalidSecondFactor(Unauthenticated, code="auth.invalid_second_factor", commits=True, field="second_factor"):
    """The code of the second factor is wrong, used or too old."""


class WrongSecondFactor(RuleViolated, code="auth.wrong_second_factor", commits=True, field="code"):
    """This is not a code of the account's second factor, or it was used already."""


class SecondFactorMissing(NotFound, code="auth.second_factor_missing"):
    """The account has no second factor, and none is being set up."""


class SecondFactorRequired(Forbidden, code="auth.second_factor_required"):
    """Your role needs a second factor: set one up, then sign in with it or refresh your tokens."""


class SignInTooOld(Forbidden, code="auth.sign_in_too_old"):
    """You signed in too long ago for this; please sign in again."""


class TooManyCodes(TooMany, code="auth.too_many_codes"):
    """Too many codes were requested; request another one in {retry_after_seconds} seconds."""

    retry_after_seconds: int


class TooManyAttempts(TooMany, code="auth.too_many_attempts", commits=True):
    """Too many attempts; try again in {retry_after_seconds} seconds."""

    retry_after_seconds: int
