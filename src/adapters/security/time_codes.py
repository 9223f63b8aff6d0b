"""Authenticator app codes: TOTP (RFC 6238) with SHA-1, six digits and 30 seconds, which every app supports."""

import hmac
from datetime import datetime
from typing import Final

import pyotp

from booking_domain.identity.second_factor import STEP, STEPS_AROUND, TIME_CODE_DIGITS, TimeCodes

_STEP_SECONDS: Final = int(STEP.total_seconds())


class TotpTimeCodes(TimeCodes):
    """TOTP with pyotp; apps display `issuer` with the account."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def uri(self, secret: str, account: str) -> str:
        return _totp(secret).provisioning_uri(name=account, issuer_name=self._issuer)

    def step_of(self, secret: str, guess: str, now: datetime) -> int | None:
        totp, present = _totp(secret), int(now.timestamp()) // _STEP_SECONDS
        found = None
        for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), guess.encode("utf-8", "surrogatepass")):
                found = step
        return found


def _totp(secret: str) -> pyotp.TOTP:
    return pyotp.TOTP(secret, digits=TIME_CODE_DIGITS, interval=_STEP_SECONDS)
