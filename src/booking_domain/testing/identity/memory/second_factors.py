"""Second factors in memory, and time-based codes (RFC 6238) with the standard library."""

import base64
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

from booking_domain.identity.second_factor import (
    STEP,
    STEPS_AROUND,
    TIME_CODE_DIGITS,
    SecondFactor,
    SecondFactors,
    TimeCodes,
)
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import SECOND_FACTORS
from booking_domain.testing.kit.tables import Repository


class MemorySecondFactors(Repository[UserId, SecondFactor], SecondFactors):
    """The second factors of one database transaction."""

    table = SECOND_FACTORS

    async def save(self, factor: SecondFactor) -> None:
        self._rows.put(factor)


class MemoryTimeCodes(TimeCodes):
    """Time-based codes as in RFC 6238."""

    def uri(self, secret: str, account: str) -> str:
        return f"otpauth://totp/Memory:{quote(account)}?{urlencode({'secret': secret, 'issuer': 'Memory'})}"

    def step_of(self, secret: str, guess: str, now: datetime) -> int | None:
        present = _step(now)
        right = [
            step
            for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1)
            if hmac.compare_digest(_code(secret, step).encode(), guess.encode("utf-8", "surrogatepass"))
        ]
        return right[-1] if right else None

    def code(self, secret: str, at: datetime) -> str:
        """Return the code that an app shows at this instant."""
        return _code(secret, _step(at))


def _step(at: datetime) -> int:
    return int(at.timestamp() // STEP.total_seconds())


def _code(secret: str, step: int) -> str:
    """RFC 4226 §5.3: dynamic truncation to four bytes of the digest."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFF_FFFF
    return f"{number % 10**TIME_CODE_DIGITS:0{TIME_CODE_DIGITS}}"
