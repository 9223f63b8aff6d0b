"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

Rules: a code is good once (RFC 6238 §5.2), and neither is one of an earlier time step afterwards. If the clock is set
back, codes are refused until it has caught up; a recovery code is not.

After five wrong codes in a row the next one is looked at 15 minutes later, then 30, and so on up to a day: with the
password in hand, fewer than 400 codes of a million can be tried in a year. A code that is right and was used is
refused and not counted: a client has asked twice. Recovery codes have 120 bits and cannot be guessed: they are neither
counted nor made to wait, so that whoever keeps the owner waiting does not keep them out.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Final, Protocol, Self, TypeAlias

from booking_domain.identity.errors import InvalidSecondFactor, TooManyAttempts
from booking_domain.shared.ids import Entropy, UserId

TIME_CODE_DIGITS: Final = 6
STEP: Final = timedelta(seconds=30)
STEPS_AROUND: Final = 1
"""How many steps the clock of a phone may be before or behind."""
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
    """What an authenticator app and the platform make of a secret: six digits, others every 30 seconds."""

    def uri(self, secret: str, account: str) -> str:
        """The `otpauth://` address of a secret, from which an app learns it; `account` is what the app calls it."""
        ...

    def step_of(self, secret: str, guess: str, now: datetime) -> int | None:
        """The time step whose code the guess is: the present one, or the one before or after; the last such one.

        How long it takes does not tell how much of the guess is right.
        """
        ...


Refusal: TypeAlias = InvalidSecondFactor | TooManyAttempts
"""Why a code was refused; both commit, so that a wrong code stays counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A user's second factor: being set up, active, or active and being replaced."""

    user_id: UserId
    secret: str | None = field(default=None, repr=False)
    """Base32; None until one was confirmed. With it, nobody signs in without a code."""
    new_secret: str | None = field(default=None, repr=False)
    """The one being set up, which nothing is proved with; the next one to be asked for replaces it."""
    confirmed_at: datetime | None = None
    last_step: int | None = None
    """The time step of the last code that was accepted."""
    wrong_in_a_row: int = 0
    last_wrong_at: datetime | None = None
    recovery_codes: frozenset[bytes] = field(default=frozenset(), repr=False)
    """Digests of those that were not used."""

    @property
    def active(self) -> bool:
        """Whether it is asked for at sign-in."""
        return self.secret is not None

    def set_up(self, entropy: Entropy) -> tuple[Self, str]:
        """The factor with another secret that is to be confirmed, and that secret."""
        secret = entropy.pick(_BASE32, _SECRET_LETTERS)
        return replace(self, new_secret=secret), secret

    def proved(self, guess: str, codes: TimeCodes, now: datetime) -> tuple[Self, Refusal | None]:
        """Try a code or recovery code: the factor to save in either case, and the error to raise then, if any."""
        text = guess.translate(_BETWEEN)
        if _is_time_code(text):
            return self._tried(self.secret, self.last_step, text, codes, now)
        digest = _digest(self.user_id, text)
        if digest not in self.recovery_codes:
            return self, InvalidSecondFactor()
        left = self.recovery_codes - {digest}
        return replace(self, recovery_codes=left, wrong_in_a_row=0, last_wrong_at=None), None

    def confirmed(self, guess: str, codes: TimeCodes, now: datetime) -> tuple[Self, Refusal | None]:
        """Try a code of the new secret, which replaces the old one if the code is right; else as `proved`."""
        tried, refused = self._tried(self.new_secret, None, guess.translate(_BETWEEN), codes, now)
        if refused is not None:
            return tried, refused
        return replace(tried, secret=self.new_secret, new_secret=None, confirmed_at=now), None

    def with_recovery_codes(self, entropy: Entropy) -> tuple[Self, tuple[str, ...]]:
        """The factor with other recovery codes, and what they are, which is told once."""
        texts = tuple(_recovery_code(entropy) for _ in range(RECOVERY_CODES))
        digests = frozenset(_digest(self.user_id, text.translate(_BETWEEN)) for text in texts)
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
        """For how long no code is looked at."""
        over = self.wrong_in_a_row - MOST_WRONG_IN_A_ROW
        if over < 0 or self.last_wrong_at is None:
            return timedelta(0)
        wait = min(FIRST_WAIT * (1 << min(over, 10)), MAX_WAITING_WINDOW)
        # A clock that was wrong by more than the wait does not prolong it.
        return max(timedelta(0), wait - abs(now - self.last_wrong_at))


def _is_time_code(text: str) -> bool:
    return len(text) == TIME_CODE_DIGITS and text.isascii() and text.isdecimal()


def _recovery_code(entropy: Entropy) -> str:
    return "-".join(entropy.pick(_RECOVERY_ALPHABET, _GROUP_LETTERS) for _ in range(_GROUPS))


def _digest(user_id: UserId, text: str) -> bytes:
    """SHA-256: a recovery code is no password, it cannot be guessed."""
    return sha256(user_id.bytes + text.lower().encode("utf-8", "surrogatepass")).digest()


class SecondFactors(Protocol):
    """The second factors of a unit of work, at most one a user."""

    async def lock(self, user_id: UserId) -> SecondFactor | None:
        """A user's factor, kept from other transactions to the end of this one; None, and nobody waits, if none is."""
        ...

    async def save(self, factor: SecondFactor) -> None:
        """Keep a factor, in place of the one that its user had."""
        ...

    async def remove(self, user_id: UserId) -> None:
        """Let a user have none, nor recovery codes; none there, no effect."""
        ...
