"""One-time codes under a key, and the list of common passwords."""

from collections import Counter
from uuid import UUID

import pytest

from adapters.security.common_passwords import LIST, CommonPasswords
from adapters.security.one_time_codes import HmacSecretCodes
from booking_domain.identity.one_time_codes import CODE_DIGITS, CodePurpose, SecretCodes
from booking_domain.shared.ids import CodeId
from booking_domain.testing.contracts.credentials import SecretCodesContract


class TestSecretCodes(SecretCodesContract):
    @pytest.fixture
    def secret_codes(self) -> SecretCodes:
        return HmacSecretCodes(b"key")

    @pytest.fixture
    def strangers_secret_codes(self) -> SecretCodes:
        return HmacSecretCodes(b"another key")


class Biased(HmacSecretCodes):
    """Takes 20 bits of the digest, of which there are too few for a million codes."""

    def code(self, code_id: CodeId, purpose: CodePurpose) -> str:
        digest = self._digest(f"code:{purpose}:".encode() + code_id.bytes)
        return f"{(int.from_bytes(digest[:3]) >> 4) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def chi_square(codes: HmacSecretCodes) -> tuple[float, float]:
    """That of the first and of the last three digits of 50,000 codes, each with 999 degrees of freedom."""
    number, bins = 50_000, 1_000
    made = [codes.code(CodeId(UUID(int=each)), CodePurpose.LOGIN) for each in range(number)]
    assert {len(each) for each in made} == {6}
    assert any(each.startswith("000") for each in made)
    first, last = Counter(each[:3] for each in made), Counter(each[3:] for each in made)
    assert len(first) == len(last) == bins
    expected = number / bins
    one, other = (sum((seen - expected) ** 2 for seen in each.values()) / expected for each in (first, last))
    return one, other


def test_no_code_is_likelier_than_another() -> None:
    assert max(chi_square(HmacSecretCodes(b"key"))) < 1_170  # the 0.01 % quantile
    assert max(chi_square(Biased(b"key"))) > 1_500


@pytest.mark.parametrize("password", ["password1", "12345678", "QWERTYUIOP", "iloveyou", "Football1"])
def test_what_is_common_is_known_in_any_case(password: str) -> None:
    assert CommonPasswords().contains(password)


@pytest.mark.parametrize("password", ["", "correct-horse-battery", "nine blue lanterns", "# 16285 common", "нууц үг"])
def test_what_is_not_is_not(password: str) -> None:
    assert not CommonPasswords().contains(password)


def test_the_list_says_where_it_is_from_and_is_sorted_and_long_enough() -> None:
    header, _, passwords = LIST.read_text(encoding="ascii").partition("\n\n")
    listed = passwords.splitlines()
    assert "BSD-3-Clause" in header
    assert "MIT" in header
    assert header.startswith(f"# {len(listed)} common passwords")
    assert listed == sorted(set(listed))
    assert all(len(each) >= 8 and each == each.casefold() for each in listed)
    assert len(listed) > 3_000
