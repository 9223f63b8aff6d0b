"""The database, uploaded files, and what counts requests."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from adapters.clamav import ClamAv, NoScanner
from adapters.images.sandboxed import SandboxedImages
from adapters.kit.process_cache import ProcessCache
from adapters.object_storage.local import LocalStorage
from adapters.postgres.database import Database
from adapters.postgres.rate_limits import PostgresRateLimiter
from adapters.postgres.replica import Replica
from adapters.security.encryption import AesGcmFieldCipher
from adapters.security.rate_limits import ProcessRateLimiter
from booking_domain.files.ports import ObjectLinks, ObjectStorage
from booking_domain.shared.cache import AnswerCache
from booking_domain.shared.rate_limits import RateLimiter
from booking_domain.use_cases.files.commands import FileChecks
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.observe.slow import SlowStatements
from entrypoints.settings.main import POSTGRES, InvalidSettings, Preparing
from entrypoints.settings.storage import LOCAL
from entrypoints.wiring.root import Openable, Root, single

_SOURCE: Final = Path(__file__).parents[2]
_MEGABYTE: Final = 1_048_576


def _release(settings: str) -> str:
    """Identifies the code of the product, and the settings."""
    digest = sha256(settings.encode())
    for file in sorted(_SOURCE.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


class OpenableCache(AnswerCache, Openable, Protocol): ...


class OpenableStorage(ObjectStorage, ObjectLinks, Openable, Protocol): ...


class Storage(Root):
    @single
    def field_cipher(self) -> AesGcmFieldCipher:
        given = self.settings()
        return AesGcmFieldCipher(given.encryption_key, given.blind_index_key, previous=given.previous_encryption_keys)

    @single
    def database(self) -> Database:
        given = self.settings()
        if given.database_url is None:
            raise InvalidSettings(("DATABASE_URL is required",))
        return Database(
            given.database_url,
            direct=given.direct_url,
            prepares=given.prepares is not Preparing.OFF,
            cipher=self.field_cipher(),
            pool_size=given.pool_size,
            pool_timeout=given.pool_timeout,
        )

    @single
    def slow_statements(self) -> SlowStatements:
        return SlowStatements(self.database(), seconds=self.settings().observe.slow_milliseconds / 1_000)

    def observers(self) -> Iterator[Openable]:
        yield from super().observers()
        if self.settings().observe.slow_milliseconds:
            yield self.slow_statements()

    @single
    def reads(self) -> Reads:
        return self.database().reads

    @single
    def replica(self) -> Replica | None:
        given = self.settings()
        if given.replica_url is None:
            return None
        return Replica(
            given.replica_url,
            self.database(),
            most_seconds=given.replica_lag,
            pool_size=given.pool_size,
            prepares=given.prepares is not Preparing.OFF,
        )

    @single
    def replica_reads(self) -> Reads:
        """For handlers whose answers may be some seconds old, except for what the client has written itself."""
        replica = self.replica()
        return self.reads() if replica is None else replica.reads

    @single
    def process_cache(self) -> ProcessCache:
        return ProcessCache(most_bytes=self.settings().cache.megabytes * _MEGABYTE)

    @single
    def redis_cache(self) -> OpenableCache:
        """Processes of another release, or with other settings, may answer otherwise: they share nothing."""
        from adapters.redis_cache import RedisCache  # noqa: PLC0415 - takes a fifth of a second, and most need none

        given = self.settings()
        return RedisCache(given.cache.url, self.process_cache(), prefix=f"answers:{_release(repr(given))}")

    @single
    def answer_cache(self) -> AnswerCache:
        return self.redis_cache() if self.settings().cache.url else self.process_cache()

    @single
    def process_rate_limiter(self) -> ProcessRateLimiter:
        return ProcessRateLimiter()

    @single
    def postgres_rate_limiter(self) -> PostgresRateLimiter:
        return PostgresRateLimiter(self.database())

    @single
    def shared_rate_limiter(self) -> RateLimiter:
        if self.settings().rate_limit_storage == POSTGRES:
            return self.postgres_rate_limiter()
        return self.process_rate_limiter()

    @single
    def local_storage(self) -> LocalStorage:
        given = self.settings()
        return LocalStorage(
            given.data_dir / "objects",
            base_url=f"{given.public_url}/objects",
            key=self.key("local-objects"),
            clock=self.clock(),
            private_for=given.storage.private_for,
        )

    @single
    def object_storage(self) -> OpenableStorage:
        """The SDK of the S3 API is imported only where it is used: that takes a second."""
        storage = self.settings().storage
        if storage.service == LOCAL:
            return self.local_storage()
        from adapters.object_storage.s3 import S3Storage  # noqa: PLC0415

        return S3Storage(
            endpoint=storage.endpoint,
            access_key=storage.access_key,
            secret_key=storage.secret_key,
            bucket=storage.bucket,
            public_bucket=storage.public_bucket,
            public_url=storage.public_url,
            region=storage.region,
            private_for=storage.private_for,
        )

    @single
    def image_encoder(self) -> SandboxedImages:
        return SandboxedImages()

    @single
    def file_checks(self) -> FileChecks:
        """Uploads are scanned if the address of a scanner is configured."""
        clamav = self.settings().storage.clamav
        scanner = NoScanner() if clamav is None else ClamAv(*clamav)
        return FileChecks(storage=self.object_storage(), images=self.image_encoder(), scanner=scanner)
