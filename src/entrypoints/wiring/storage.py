"""The database, uploaded files, and what counts requests."""

from collections.abc import Callable
from typing import Protocol

from adapters.clamav import ClamAv, NoScanner
from adapters.object_storage.local import LocalStorage
from adapters.postgres.database import Database
from adapters.postgres.kit.encryption import FieldCipher
from adapters.security.keys import derived_key
from booking_domain.files.ports import ImageEncoder, ObjectStorage
from booking_domain.shared.clock import Clock
from booking_domain.shared.rate_limits import RateLimiter
from booking_domain.use_cases.files.commands import FileChecks
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.settings.main import POSTGRES, InvalidSettings, Settings
from entrypoints.settings.storage import LOCAL
from entrypoints.wiring.typed import Openable


class OpenableStorage(ObjectStorage, Openable, Protocol): ...


def make_database(settings: Settings, cipher: FieldCipher) -> Database:
    if settings.database_url is None:
        raise InvalidSettings(("DATABASE_URL is required",))
    return Database(
        settings.database_url, cipher=cipher, pool_size=settings.pool_size, pool_timeout=settings.pool_timeout
    )


def make_reads(database: Database) -> Reads:
    return database.reads


def make_shared_rate_limiter(
    settings: Settings, memory: Callable[[], RateLimiter], postgres: Callable[[], RateLimiter]
) -> RateLimiter:
    return postgres() if settings.rate_limit_storage == POSTGRES else memory()


def make_local_storage(settings: Settings, clock: Clock) -> LocalStorage:
    return LocalStorage(
        settings.data_dir / "objects",
        base_url=f"{settings.public_url}/objects",
        key=derived_key(settings.secret_key, "local-objects"),
        clock=clock,
    )


def make_object_storage(settings: Settings, local: Callable[[], LocalStorage]) -> OpenableStorage:
    """The storage of the settings. The SDK of the S3 API is imported only where it is used: that takes a second."""
    storage = settings.storage
    if storage.service == LOCAL:
        return local()
    from adapters.object_storage.s3 import S3Storage  # noqa: PLC0415

    return S3Storage(
        endpoint=storage.endpoint,
        access_key=storage.access_key,
        secret_key=storage.secret_key,
        bucket=storage.bucket,
        public_bucket=storage.public_bucket,
        public_url=storage.public_url,
        region=storage.region,
    )


def make_file_checks(settings: Settings, storage: ObjectStorage, images: ImageEncoder) -> FileChecks:
    """Uploads are scanned if the address of a scanner is configured."""
    clamav = settings.storage.clamav
    return FileChecks(storage=storage, images=images, scanner=NoScanner() if clamav is None else ClamAv(*clamav))
