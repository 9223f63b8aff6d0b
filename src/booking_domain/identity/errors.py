"""What identity refuses."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from booking_domain.shared.errors import Conflict, Forbidden, NotFound, RuleViolated, TooMany, Unauthenticated


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
    """There is no such session; it may have ended."""

    code: ClassVar[str] = "auth.session_not_found"


class EmailTaken(Conflict):
    """There is an account with this e-mail address already."""

    code: ClassVar[str] = "auth.email_taken"
    input_field: ClassVar[str | None] = "email"


class PhoneTaken(Conflict):
    """There is an account with this phone number already."""

    code: ClassVar[str] = "auth.phone_taken"
    input_field: ClassVar[str | None] = "phone"


class ContactMissing(RuleViolated):
    """An account needs an e-mail address or a phone number."""

    code: ClassVar[str] = "auth.contact_missing"
    input_field: ClassVar[str | None] = "email"


class UserNotFound(NotFound):
    """There is no such account."""

    code: ClassVar[str] = "user.not_found"


class OwnAccount(Forbidden):
    """Another admin has to do this to your account."""

    code: ClassVar[str] = "user.own_account"


class AccountDisabled(Forbidden):
    """This account is disabled."""

    code: ClassVar[str] = "auth.account_disabled"


@dataclass(eq=False, kw_only=True)
class AccountDeleted(AccountDisabled):
    """This account is deleted, and will be erased from {erased_from} on; until then an admin can bring it back."""

    code: ClassVar[str] = "auth.account_deleted"
    erased_from: date


class AccountHasBookings(Conflict):
    """There are bookings to come or in dispute; cancel them, or wait until they are over."""

    code: ClassVar[str] = "account.has_bookings"


class AccountOwesMoney(Conflict):
    """A refund of a booking has yet to be made."""

    code: ClassVar[str] = "account.money_owed"


class AdminsOwnAccount(Conflict):
    """Admins do not delete their own account; another admin does, so that one is left."""

    code: ClassVar[str] = "account.admins_own"


class AccountLocked(Forbidden):
    """There were too many wrong passwords; ask for a code with the purpose `unlock`, or reset the password."""

    code: ClassVar[str] = "auth.account_locked"
    commits: ClassVar[bool] = True


class WrongPassword(RuleViolated):
    """This is not the account's password."""

    code: ClassVar[str] = "auth.wrong_password"
    commits: ClassVar[bool] = True
    input_field: ClassVar[str | None] = "current_password"


class InvalidCode(Unauthenticated):
    """The code is wrong, used, replaced or too old; please ask for another one."""

    code: ClassVar[str] = "auth.invalid_code"
    commits: ClassVar[bool] = True


class InvalidAssertion(Unauthenticated):
    """What was shown of Telegram was not signed by it for us, is too old or was used before; please try again."""

    code: ClassVar[str] = "auth.invalid_assertion"

    def __init__(self, subject: str | None = None) -> None:
        super().__init__()
        self.subject = subject
        """The subject that the assertion names, if it can be read. It is not proved, and never shown."""


class TelegramNotConfigured(NotFound):
    """Nobody can be signed in by Telegram here."""

    code: ClassVar[str] = "auth.telegram_not_configured"


class PhoneCodesNotConfigured(NotFound):
    """No codes can be sent to phones here; use an e-mail address."""

    code: ClassVar[str] = "auth.phone_codes_not_configured"


class TelegramTaken(Conflict):
    """This Telegram account is linked to another account, or this account to another one of Telegram."""

    code: ClassVar[str] = "auth.telegram_taken"


class LastWayIn(Conflict):
    """There would be no way left to sign in; set a password or verify an e-mail address or a phone number before."""

    code: ClassVar[str] = "auth.last_way_in"


class SecondFactorNeeded(Unauthenticated):
    """This account has a second factor: send its code, or a recovery code, as `secondFactor` as well."""

    code: ClassVar[str] = "auth.second_factor_needed"
    commits: ClassVar[bool] = True
    input_field: ClassVar[str | None] = "second_factor"


class InvalidSecondFactor(Unauthenticated):
    """The code of the second factor is wrong, used or too old."""

    code: ClassVar[str] = "auth.invalid_second_factor"
    commits: ClassVar[bool] = True
    input_field: ClassVar[str | None] = "second_factor"


class WrongSecondFactor(RuleViolated):
    """This is not a code of the account's second factor, or it was used."""

    code: ClassVar[str] = "auth.wrong_second_factor"
    commits: ClassVar[bool] = True
    input_field: ClassVar[str | None] = "code"


class SecondFactorMissing(NotFound):
    """The account has no second factor, or none that is being set up."""

    code: ClassVar[str] = "auth.second_factor_missing"


class SecondFactorRequired(Forbidden):
    """Your role needs a second factor: set one up, then sign in with it or refresh your tokens."""

    code: ClassVar[str] = "auth.second_factor_required"


class SignInTooOld(Forbidden):
    """You signed in too long ago for this; please sign in again."""

    code: ClassVar[str] = "auth.sign_in_too_old"


@dataclass(eq=False, kw_only=True)
class TooManyCodes(TooMany):
    """A code has been asked for already; ask again in {retry_after_seconds} seconds."""

    code: ClassVar[str] = "auth.too_many_codes"
    retry_after_seconds: int


@dataclass(eq=False, kw_only=True)
class TooManyAttempts(TooMany):
    """Too many attempts; try again in {retry_after_seconds} seconds."""

    code: ClassVar[str] = "auth.too_many_attempts"
    commits: ClassVar[bool] = True
    retry_after_seconds: int
