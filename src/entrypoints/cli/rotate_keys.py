"""`rotate-keys`: encrypt personal data with the current BOOKING_ENCRYPTION_KEY, so that earlier keys can be removed."""

import sys
from dataclasses import replace

from adapters.postgres.rotation import rotate
from adapters.security.encryption import DecryptionError
from entrypoints.container import Container
from entrypoints.settings import Settings


async def rotate_keys(settings: Settings, url: str) -> int:
    """Rotate; 1 if something cannot be opened with the configured keys, else 0.

    Raises:
        StorageUnavailable: the database does not answer; what was sealed until then is sealed, run again.
    """
    container = Container(settings=replace(settings, database_url=url))
    await container.database().open()
    try:
        rotated = await rotate(container.database())
    except DecryptionError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        await container.database().close()
    print(f"{rotated.seen} sealed fields, {rotated.renewed} of them sealed or indexed anew")
    return 0
