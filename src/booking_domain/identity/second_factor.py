"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

Rules: a code is accepted once (RFC 6238 §5.2), and no code of an earlier time step after it. If the clock is set back,
codes are refused until it has caught up; recovery codes are not.

After five wrong codes in a row, codes are refused for 15 minutes, then 30, and so on up to a day: an attacker with the
password can try fewer than 400 codes of a million in a year. A right code that was used before is refused and not
counted: the client repeated its request. Recovery codes have 120 bits and cannot be guessed: they are neither counted
nor delayed, so an attacker who provokes the delay does not lock the owner out.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Final, Protocol, Self, TypeAlias

from booking_domain.identity.errors import InvalidSecondFactor, TooManyAttempts
from booking_domain.shared.folding import ascii_digits
from booking_domain.shared.ids import Entropy, UserId

TIME_CODE_DIGITS: Final = 6
STEP: Final = timedelta(seconds=30)
STEPS_AROUND: Final = 1
"""How many time steps the clock of a phone may be ahead or behind."""
RECOVERY_CODES: Final = 10
MOST_WRONG_IN_A_ROW: Final = 5
FIRST_WAIT: Final = timedelta(minutes=15)
MAX_WAITING_WINDOW: Final = timedelta(hours=24)
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRET_LETTERS: Final = 32
"""Five bits each: 160, as RFC 4226 §4 recommends."""
_RECOVERY_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS: Final = 6
_GROUP_LETTERS: Final = 4
"""Five bits a letter: 120 in all."""
_BETWEEN: Final = str.maketrans("", "", "- ")


class TimeCodes(Protocol):
    """The codes that an authenticator app derives from a secret: six digits, new ones every 30 seconds."""

    def uri(self, secret: str, account: str) -> str:
        """The `otpauth://` address of a secret, which an app reads; the app shows `account` as its name."""
        ...

    def step_of(self, secret: str, guess: str, now: datetime) -> int | None:
        """The time step that the guess is the code of: the present, previous or next one; the last of several.

        Compared in constant time.
        """
        ...


Refusal: TypeAlias = InvalidSecondFactor | TooManyAttempts
"""Why a code was refused; both commit, so that a wrong code stays counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A user's second factor: being set up, active, or active and being replaced."""

    user_id: UserId
    secret: str | None = field(default=None, repr=False)
    """Base32; None until one was confirmed. With a secret, signing in needs a code."""
    new_secret: str | None = field(default=None, repr=False)
    """The secret being set up, which is not accepted at sign-in; another request replaces it."""
    confirmed_at: datetime | None = None
    last_step: int | None = None
    """The time step of the last code that was accepted."""
    wrong_in_a_row: int = 0
    last_wrong_at: datetime | None = None
    recovery_codes: frozenset[bytes] = field(default=frozenset(), repr=False)
    """Digests of the unused ones."""

    @property
    def active(self) -> bool:
        """Whether signing in needs it."""
        return self.secret is not None

    def set_up(self, entropy: Entropy) -> tuple[Self, str]:
        """The factor with a new secret to be confirmed, and the secret."""
        secret = entropy.pick(_BASE32, _SECRET_LETTERS)
        return replace(self, new_secret=secret), secret

    def proved(self, guess: str, codes: TimeCodes, now: datetime) -> tuple[Self, Refusal | None]:
        """Try a code or recovery code: the factor to save in either case, and the error to raise then, if any."""
        text = _typed(guess)
        if _is_time_code(text):
            return self._tried(self.secret, self.last_step, text, codes, now)
        digest = _digest(self.user_id, text)
        if digest not in self.recovery_codes:
            return self, InvalidSecondFactor()
        left = self.recovery_codes - {digest}
        return replace(self, recovery_codes=left, wrong_in_a_row=0, last_wrong_at=None), None

    def confirmed(self, guess: str, codes: TimeCodes, now: datetime) -> tuple[Self, Refusal | None]:
        """Try a code of the new secret, which replaces the old one if the code is right; else as `proved`."""
        tried, refused = self._tried(self.new_secret, None, _typed(guess), codes, now)
        if refused is not None:
            return tried, refused
        return replace(tried, secret=self.new_secret, new_secret=None, confirmed_at=now), None

    def with_recovery_codes(self, entropy: Entropy) -> tuple[Self, tuple[str, ...]]:
        """The factor with new recovery codes, and the codes, which are shown once."""
        texts = tuple(_recovery_code(entropy) for _ in range(RECOVERY_CODES))
        digests = frozenset(_digest(self.user_id, _typed(text)) for text in texts)
        return replace(self, recovery_codes=digests), texts

    def _tried(
        self, secret: str | None, last_step: int | None, guess: str, codes: TimeCodes, now: datetime
    ) -> tuple[Self, Refusal | None]:
        waits = self._waits(now)
        if waits:
            seconds = max(1, ceil(waits.total_seconds()))
            return self, TooManyAttempts(retry_after_seconds=seconds)
        step = None if secret is None else codes.step_of(secret, guess, now)
        if step is None:
            counted = replace(self, wrong_in_a_row=self.wrong_in_a_row + 1, last_wrong_at=now)
            return counted, InvalidSecondFactor()
        if last_step is not None and step <= last_step:
            return self, InvalidSecondFactor()
        return replace(self, last_step=step, wrong_in_a_row=0, last_wrong_at=None), None

    def _waits(self, now: datetime) -> timedelta:
        """How long codes are still refused."""
        over = self.wrong_in_a_row - MOST_WRONG_IN_A_ROW
        if over < 0 or self.last_wrong_at is None:
            return timedelta(0)
        wait = min(FIRST_WAIT * (1 << min(over, 10)), MAX_WAITING_WINDOW)
        # A clock that was wrong by more than the wait does not prolong it.
        return max(timedelta(0), wait - abs(now - self.last_wrong_at))


def _typed(code: str) -> str:
    """A code as it was issued: without spaces and hyphens, in digits of any script."""
    return ascii_digits(code.translate(_BETWEEN))


def _is_time_code(text: str) -> bool:
    return len(text) == TIME_CODE_DIGITS and text.isascii() and text.isdecimal()


def _recovery_code(entropy: Entropy) -> str:
    return "-".join(entropy.pick(_RECOVERY_ALPHABET, _GROUP_LETTERS) for _ in range(_GROUPS))


def _digest(user_id: UserId, text: str) -> bytes:
    """SHA-256 without stretching: a recovery code cannot be guessed, unlike a password."""
    return sha256(user_id.bytes + text.lower().encode("utf-8", "surrogatepass")).digest()


class SecondFactors(Protocol):
    """The second factors of a database transaction, at most one for each user."""

    async def lock(self, user_id: UserId) -> SecondFactor | None:
        """Lock a user's factor until the end of the database transaction; without one, return None and lock nothing."""
        ...

    async def save(self, factor: SecondFactor) -> None:
        """Store a factor in place of the user's former one."""
        ...

    async def remove(self, user_id: UserId) -> None:
        """Remove a user's factor and its recovery codes, if there is one."""
        ...
