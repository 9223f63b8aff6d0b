"""The contracts of `Passkeys`, `PasskeyReads` and `PasskeyCeremonies`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import pytest

from booking_domain.identity.passkeys import (
    CHALLENGE_LIFE,
    InvalidPasskey,
    Passkey,
    PasskeyCeremonies,
    PasskeyChallenge,
    PasskeyId,
    PasskeyTaken,
)
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.storage import StorageContract

HOUR: Final = timedelta(hours=1)
USER: Final = UserId(UUID(int=7))
CHALLENGE: Final = b"c" * 43


class PasskeysContract(StorageContract):
    """The passkeys of accounts, and the challenges that wait for a response."""

    async def test_passkeys_are_found_by_account_and_by_credential(self) -> None:
        def passkey(user_id: UserId, credential_id: bytes) -> Passkey:
            return Passkey(
                id=PasskeyId(self.make.entropy.new_id()),
                user_id=user_id,
                credential_id=credential_id,
                public_key=b"\x00\xff",
                counter=2**32 - 1,
                name="Ж",
                second_factor=True,
                created_at=NOW,
            )

        user, other = self.make.user(), self.make.user()
        first, second, anothers = passkey(user.id, b"1"), passkey(user.id, b"2"), passkey(other.id, b"3")
        second = replace(second, created_at=NOW + HOUR)
        async with self.begin() as tx:
            for each in (user, other):
                await tx.users.add(each)
            for added in (second, first, anothers):
                await tx.passkeys.add(added)
            assert list(await tx.passkeys.of_user(user.id)) == [first, second]
            assert await tx.passkeys.owner(b"2") == user.id
        assert list(await self.reads.passkeys.of_user(user.id)) == [first, second]
        with pytest.raises(PasskeyTaken):
            await self.alone.passkeys.add(passkey(other.id, b"1"))
        used = replace(first.used(7, NOW + HOUR), name="phone")
        async with self.begin() as tx:
            await tx.passkeys.save(used)
            await tx.passkeys.remove(second.id)
            assert list(await tx.passkeys.of_user(user.id)) == [used]
        reads = self.reads.passkeys
        assert list(await reads.of_user(user.id)) == [used]
        assert (await reads.owner(b"1"), await reads.owner(b"2")) == (user.id, None)
        await self.alone.passkeys.remove_all(user.id)
        assert (list(await reads.of_user(user.id)), list(await reads.of_user(other.id))) == ([], [anothers])

    async def test_a_challenge_is_used_once_and_kept_until_it_expires(self) -> None:
        user = self.make.user()
        kept, _ = PasskeyChallenge.make(user.id, self.make.entropy, NOW)
        expired, _ = PasskeyChallenge.make(None, self.make.entropy, NOW - HOUR)
        async with self.begin() as tx:
            await tx.users.add(user)
            for each in (kept, expired):
                await tx.passkeys.add_challenge(each)
        async with self.begin() as tx:
            await tx.passkeys.remove_expired(expired.expires_at)
            assert await tx.passkeys.use_challenge(expired.digest) is None
            assert await tx.passkeys.use_challenge(kept.digest) == kept
            assert await tx.passkeys.use_challenge(kept.digest) is None
        assert kept.expires_at == NOW + CHALLENGE_LIFE


class Device(Protocol):
    """What makes passkeys and signs in with them; `wrong` replaces parts of what it signs."""

    def create(self, options: dict[str, Any], **wrong: Any) -> str:
        """Make a passkey."""
        ...

    def get(self, options: dict[str, Any], **wrong: Any) -> str:
        """Sign in with it."""
        ...


WRONG: Final[tuple[dict[str, Any], ...]] = ({"origin": "https://evil.example.com"}, {"verified": False})
"""Another page's origin; a device that did not verify its user."""


class PasskeyCeremoniesContract:
    """Responses of devices. Define two fixtures, `ceremonies` and `device`."""

    def test_a_device_signs_in_with_the_passkey_that_it_made(
        self, ceremonies: PasskeyCeremonies, device: Device
    ) -> None:
        passkey = _made(ceremonies, device)
        answer = ceremonies.read(device.get(ceremonies.request_options(CHALLENGE)))
        assert (answer.challenge, answer.credential_id) == (CHALLENGE, passkey.credential_id)
        assert answer.user_handle == USER.bytes
        counter = ceremonies.verify(answer, passkey)
        assert counter == 1
        for seen in (counter, counter + 1):
            with pytest.raises(InvalidPasskey):
                ceremonies.verify(answer, passkey.used(seen, NOW))

    def test_responses_of_other_pages_devices_and_unverified_users_are_refused(
        self, ceremonies: PasskeyCeremonies, device: Device
    ) -> None:
        options = ceremonies.creation_options(CHALLENGE, USER, "dorj@example.com", [])
        for wrong in WRONG:
            with pytest.raises(InvalidPasskey):
                ceremonies.verify_new(ceremonies.read(device.create(options, **wrong)))
        passkey = _made(ceremonies, device)
        options = ceremonies.request_options(CHALLENGE)
        for wrong in WRONG:
            with pytest.raises(InvalidPasskey):
                ceremonies.verify(ceremonies.read(device.get(options, **wrong)), passkey)
        signed = ceremonies.read(device.get(options))
        with pytest.raises(InvalidPasskey):
            ceremonies.verify(replace(signed, text=device.get(options, origin="https://evil.example.com")), passkey)

    def test_what_is_no_response_is_refused(self, ceremonies: PasskeyCeremonies) -> None:
        for text in ("", "{}", "[]", "null", "{" * 9, '{"response": 1}', '{"id": 1, "challenge": 2, "user": null}'):
            with pytest.raises(InvalidPasskey):
                ceremonies.read(text)


def _made(ceremonies: PasskeyCeremonies, device: Device) -> Passkey:
    options = ceremonies.creation_options(CHALLENGE, USER, "dorj@example.com", [])
    made = ceremonies.verify_new(ceremonies.read(device.create(options)))
    return Passkey(
        id=PasskeyId(UUID(int=1)),
        user_id=USER,
        credential_id=made.credential_id,
        public_key=made.public_key,
        counter=made.counter,
        name="phone",
        created_at=NOW,
    )
