"""TOTP against the test vectors of the RFCs."""

from datetime import UTC, datetime

import pytest

from adapters.security.time_codes import TotpTimeCodes
from booking_domain.identity.second_factor import TimeCodes
from booking_domain.testing.memory import MemoryTimeCodes

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # base32 of 12345678901234567890, the key in the RFCs
BOTH = [TotpTimeCodes("booking.example.com"), MemoryTimeCodes()]


@pytest.mark.parametrize("codes", BOTH, ids=["pyotp", "memory"])
@pytest.mark.parametrize(
    ("seconds", "code"),
    [  # RFC 6238, appendix B, SHA-1; the code is the last six of eight digits
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238(codes: TimeCodes, seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert codes.step_of(SECRET, code[2:], at) == seconds // 30


@pytest.mark.parametrize("codes", BOTH, ids=["pyotp", "memory"])
def test_the_vectors_of_rfc_4226(codes: TimeCodes) -> None:
    codes_of_rfc = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    for step, code in enumerate(codes_of_rfc[1:], start=1):
        assert codes.step_of(SECRET, code, datetime.fromtimestamp(step * 30, UTC)) == step


def test_the_uri_names_issuer_and_account() -> None:
    assert TotpTimeCodes("booking.example.com").uri(SECRET, "dorj@example.com") == (
        f"otpauth://totp/booking.example.com:dorj%40example.com?secret={SECRET}&issuer=booking.example.com"
    )
