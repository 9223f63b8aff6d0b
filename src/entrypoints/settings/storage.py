"""Configuration of uploaded files: their storage and their virus scanner."""

import re
from dataclasses import dataclass, field
from typing import Final

from entrypoints.settings.environment import Environ

LOCAL: Final = "local"
R2: Final = "r2"
_ADDRESS: Final = re.compile(r"([A-Za-z0-9.-]+):([0-9]{1,5})")
_PORTS: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """Where uploaded files are stored."""

    service: str = LOCAL
    """BOOKING_STORAGE: `local`, a folder of BOOKING_DATA_DIR that the API serves (one machine), or `r2`, Cloudflare R2
    or another service that speaks the S3 API; default in production: `r2`."""
    endpoint: str = ""
    """R2_ENDPOINT_URL: the S3 API of the account, for example `https://ACCOUNT.r2.cloudflarestorage.com`."""
    access_key: str = ""
    """R2_ACCESS_KEY_ID: the id of a token that may read and write both buckets."""
    secret_key: str = field(default="", repr=False)
    """R2_SECRET_ACCESS_KEY: its secret."""
    bucket: str = ""
    """R2_BUCKET: the private bucket: uploads, documents and private images."""
    public_bucket: str = ""
    """R2_PUBLIC_BUCKET: the bucket of public images. The platform stores only images there that it has encoded
    itself."""
    public_url: str = ""
    """R2_PUBLIC_URL: the public URL of the public bucket, for example `https://images.example.com`."""
    region: str = "auto"
    """R2_REGION: the region in the signature of requests; R2 uses `auto`."""
    clamav: tuple[str, int] | None = None
    """BOOKING_CLAMAV: host and port of a clamd that scans uploads; empty: uploads are not scanned."""
    quota_megabytes: int = 500
    """BOOKING_UPLOAD_QUOTA_MB: the quota of files for each account, in megabytes."""


def storage_settings(read: Environ) -> StorageSettings:
    """Read the settings."""
    service = read.choice("BOOKING_STORAGE", (LOCAL, R2), R2 if read.production else LOCAL)
    settings = StorageSettings(
        service=service,
        endpoint=read.url("R2_ENDPOINT_URL", "").rstrip("/"),
        access_key=read.text("R2_ACCESS_KEY_ID", ""),
        secret_key=read.text("R2_SECRET_ACCESS_KEY", ""),
        bucket=read.text("R2_BUCKET", ""),
        public_bucket=read.text("R2_PUBLIC_BUCKET", ""),
        public_url=read.url("R2_PUBLIC_URL", "").rstrip("/"),
        region=read.text("R2_REGION", "auto"),
        clamav=read.parsed("BOOKING_CLAMAV", None, "must be like clamav:3310", _address),
        quota_megabytes=read.number("BOOKING_UPLOAD_QUOTA_MB", 500, 1, 1_000_000),
    )
    if service == R2:
        _check_service(settings, read)
    return settings


def _check_service(settings: StorageSettings, read: Environ) -> None:
    for name, value in (
        ("R2_ENDPOINT_URL", settings.endpoint),
        ("R2_ACCESS_KEY_ID", settings.access_key),
        ("R2_SECRET_ACCESS_KEY", settings.secret_key),
        ("R2_BUCKET", settings.bucket),
        ("R2_PUBLIC_BUCKET", settings.public_bucket),
        ("R2_PUBLIC_URL", settings.public_url),
    ):
        if not value:
            read.refuse(name, "is required in production" if read.production else "is required with BOOKING_STORAGE=r2")
        elif read.production and value.startswith("http://"):
            read.refuse(name, "must begin with https:// in production")
    if settings.bucket and settings.bucket == settings.public_bucket:
        read.refuse("R2_PUBLIC_BUCKET", "must differ from R2_BUCKET, because everybody can read the public bucket")


def _address(text: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found[2]) < _PORTS:
        raise ValueError(text)
    return found[1], int(found[2])
