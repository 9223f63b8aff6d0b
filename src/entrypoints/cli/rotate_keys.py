"""`rotate-keys`: encrypt personal data with the current BOOKING_ENCRYPTION_KEY, so that earlier keys can be removed."""

import sys
from dataclasses import replace

from adapters.postgres.rotation import rotate
from adapters.security.encryption import DecryptionError
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened


async def rotate_keys(settings: Settings, url: str) -> int:
    """Rotate; return 1 if a field cannot be decrypted with the configured keys, else 0.

    Raises:
        StorageUnavailable: the database does not answer. Fields rotated before that stay rotated; run it again.
    """
    database = Container(settings=replace(settings, database_url=url)).database()
    try:
        async with opened(database):
            rotated = await rotate(database)
    except DecryptionError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{rotated.seen} encrypted fields, {rotated.renewed} of them re-encrypted or re-indexed")
    return 0
