"""Second factors in the database: encrypted secrets, key rotation, and copied ciphertexts that cannot be decrypted."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from tests.databases import CIPHER, TestServer
from tests.unit.adapters.postgres.test_personal_data import INDEX, NEW, OLD, everything, in_database

from adapters.postgres.database import Database
from adapters.postgres.rotation import rotate
from adapters.security.encryption import AesGcmFieldCipher, DecryptionError
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.testing.builders import Builder

SECRET, NEW_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@pytest.fixture
def url(postgres: TestServer) -> Iterator[str]:
    with postgres.database() as url:
        yield url


async def a_factor(database: Database, make: Builder) -> tuple[SecondFactor, tuple[str, ...]]:
    user = make.user()
    factor = SecondFactor(user_id=user.id, secret=SECRET, new_secret=NEW_SECRET)
    factor, recovery = factor.with_recovery_codes(make.entropy)
    async with database.begin() as tx:
        await tx.users.add(user)
        await tx.second_factors.save(factor)
    return factor, recovery


async def test_secrets_and_recovery_codes_are_not_stored_in_plain_text(url: str) -> None:
    recovery: list[str] = []

    async def keep(database: Database) -> None:
        recovery.extend((await a_factor(database, Builder()))[1])

    await in_database(url, CIPHER, keep)
    found = everything(url).lower()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM recovery_codes").fetchone() == (len(recovery),)
    texts = (SECRET, NEW_SECRET, *recovery, *(code.replace("-", "") for code in recovery))
    for canary in texts:
        assert canary.lower() not in found
        assert canary.encode().hex() not in found
        assert canary.lower().encode().hex() not in found


async def test_a_rotation_encrypts_second_factors_with_the_new_key(url: str) -> None:
    kept: list[SecondFactor] = []

    async def keep(database: Database) -> None:
        kept.append((await a_factor(database, Builder()))[0])

    async def rotate_keys(database: Database) -> None:
        rotated = await rotate(database)
        assert rotated.renewed == rotated.seen >= 2
        assert (await rotate(database)).renewed == 0

    async def read(database: Database) -> None:
        async with database.begin() as tx:
            assert await tx.second_factors.lock(kept[0].user_id) == kept[0]

    await in_database(url, AesGcmFieldCipher(OLD, INDEX), keep)
    await in_database(url, AesGcmFieldCipher(NEW, INDEX, previous=[OLD]), rotate_keys)
    await in_database(url, AesGcmFieldCipher(NEW, INDEX), read)


@pytest.mark.parametrize(
    "copied",
    [
        "UPDATE totp_factors SET secret_sealed = (SELECT secret_sealed FROM totp_factors WHERE user_id = %(from)s)",
        "UPDATE totp_factors SET secret_sealed = new_secret_sealed",
    ],
)
async def test_a_secret_copied_to_another_account_or_column_cannot_be_decrypted(url: str, copied: str) -> None:
    async def story(database: Database) -> None:
        make = Builder()
        (mine, _), (theirs, _) = await a_factor(database, make), await a_factor(database, make)
        with psycopg.connect(url) as connection:
            where = b" WHERE user_id = %(to)s"
            connection.execute(copied.encode() + where, {"from": mine.user_id, "to": theirs.user_id})
        async with database.begin() as tx:
            assert await tx.second_factors.lock(mine.user_id) == mine
            with pytest.raises(DecryptionError):
                await tx.second_factors.lock(theirs.user_id)

    await in_database(url, CIPHER, story)


async def test_using_a_recovery_code_deletes_only_its_row(url: str) -> None:
    async def story(database: Database) -> None:
        factor, _ = await a_factor(database, Builder())
        left = factor.recovery_codes - {min(factor.recovery_codes)}
        async with database.begin() as tx:
            await tx.second_factors.save(replace(factor, recovery_codes=left))
        with psycopg.connect(url) as connection:
            rows = connection.execute("SELECT digest FROM recovery_codes").fetchall()
        assert {bytes(digest) for (digest,) in rows} == left

    await in_database(url, CIPHER, story)
