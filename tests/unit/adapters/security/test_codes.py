"""Keyed one-time codes, and the list of common passwords."""

from collections import Counter
from uuid import UUID

import pytest

from adapters.security.common_passwords import LIST, CommonPasswords
from adapters.security.one_time_codes import HmacSecretCodes
from booking_domain.identity.one_time_codes import CODE_DIGITS, CodePurpose, SecretCodes
from booking_domain.shared.ids import CodeId
from booking_domain.testing.identity.contracts.credentials import SecretCodesContract


class TestSecretCodes(SecretCodesContract):
    @pytest.fixture
    def secret_codes(self) -> SecretCodes:
        return HmacSecretCodes(b"key")

    @pytest.fixture
    def strangers_secret_codes(self) -> SecretCodes:
        return HmacSecretCodes(b"another key")


class Biased(HmacSecretCodes):
    """Uses only 20 bits of the digest, so that some codes are likelier than others."""

    def code(self, code_id: CodeId, purpose: CodePurpose) -> str:
        digest = self._digest(f"code:{purpose}:".encode() + code_id.bytes)
        return f"{(int.from_bytes(digest[:3]) >> 4) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def chi_square(codes: HmacSecretCodes) -> tuple[float, float]:
    """Chi-square of the first and of the last three digits of 50,000 codes, with 999 degrees of freedom each."""
    number, bins = 50_000, 1_000
    generated = [codes.code(CodeId(UUID(int=each)), CodePurpose.LOGIN) for each in range(number)]
    assert {len(each) for each in generated} == {6}
    assert any(each.startswith("000") for each in generated)
    first, last = Counter(each[:3] for each in generated), Counter(each[3:] for each in generated)
    assert len(first) == len(last) == bins
    expected = number / bins
    one, other = (sum((seen - expected) ** 2 for seen in each.values()) / expected for each in (first, last))
    return one, other


def test_codes_are_uniformly_distributed() -> None:
    assert max(chi_square(HmacSecretCodes(b"key"))) < 1_170  # the 0.01 % quantile
    assert max(chi_square(Biased(b"key"))) > 1_500


@pytest.mark.parametrize("password", ["password1", "12345678", "QWERTYUIOP", "iloveyou", "Football1"])
def test_common_passwords_are_found_in_any_case(password: str) -> None:
    assert CommonPasswords().contains(password)


@pytest.mark.parametrize("password", ["", "correct-horse-battery", "nine blue lanterns", "# 16285 common", "нууц үг"])
def test_unlisted_passwords_are_not_found(password: str) -> None:
    assert not CommonPasswords().contains(password)


def test_the_password_list_names_its_sources_and_is_sorted_and_complete() -> None:
    header, _, passwords = LIST.read_text(encoding="ascii").partition("\n\n")
    listed = passwords.splitlines()
    assert "BSD-3-Clause" in header
    assert "MIT" in header
    assert header.startswith(f"# {len(listed)} common passwords")
    assert listed == sorted(set(listed))
    assert all(len(each) >= 8 and each == each.casefold() for each in listed)
    assert len(listed) > 3_000
