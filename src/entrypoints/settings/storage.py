"""Settings of uploaded files: their storage and their virus scanner."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from booking_domain.files.model import CONTENT_TYPES, MEGABYTE, PRIVATE_FOR, Content, UploadLimits
from entrypoints.settings.environment import (
    MINUTES,
    PORT,
    PRIVATE_TEXT,
    TEXT,
    TLS_URL,
    Form,
    duration,
    listed,
    one_of,
    setting,
    whole,
)

LOCAL: Final = "local"
R2: Final = "r2"
_ADDRESS: Final = re.compile(r"([A-Za-z0-9.-]+):([0-9]{1,5})")
_IMAGE: Final = one_of(tuple(sorted(CONTENT_TYPES[Content.IMAGE])))
_WITH_R2: Final = ("BOOKING_STORAGE=r2",)


def _address(text: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return found[1], PORT.parse(found[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """Uploaded files.

    Cloudflare R2, or another service that speaks the S3 API ([files.md](../use/files.md)). `BOOKING_STORAGE=local`
    stores files under `BOOKING_DATA_DIR` of one machine instead, and needs none of the `R2_` variables.
    """

    service: str = setting("BOOKING_STORAGE", LOCAL, one_of((LOCAL, R2)), in_production=R2)
    """Where uploaded files are stored: `local`, a folder of `BOOKING_DATA_DIR` that the API serves (one machine), or
    `r2`, Cloudflare R2 or another service that speaks the S3 API."""
    endpoint: str = setting("R2_ENDPOINT_URL", "", TLS_URL, required=_WITH_R2)
    """The S3 API of the account, for example `https://ACCOUNT.r2.cloudflarestorage.com`."""
    access_key: str = setting("R2_ACCESS_KEY_ID", "", TEXT, required=_WITH_R2)
    """The id of a token that may read and write both buckets."""
    secret_key: str = setting("R2_SECRET_ACCESS_KEY", "", PRIVATE_TEXT, required=_WITH_R2)
    """The secret of the token."""
    bucket: str = setting(
        "R2_BUCKET", "", TEXT, "it allows PUT from `BOOKING_CORS_ORIGINS`, and has no public address", required=_WITH_R2
    )
    """The private bucket: uploads, documents and private images."""
    public_bucket: str = setting("R2_PUBLIC_BUCKET", "", TEXT, required=_WITH_R2)
    """The bucket of public images. The platform stores only images there that it has encoded itself."""
    public_url: str = setting("R2_PUBLIC_URL", "", TLS_URL, required=_WITH_R2)
    """The public URL of the public bucket, for example `https://images.example.com`."""
    region: str = setting("R2_REGION", "auto", TEXT)
    """The region in the signature of requests; R2 uses `auto`."""
    clamav: tuple[str, int] | None = setting(
        "BOOKING_CLAMAV", None, Form(parse=_address, rule="must be like clamav:3310", shown=True)
    )
    """Host and port of a clamd that scans uploads; empty: uploads are not scanned."""
    quota_megabytes: int = setting("BOOKING_UPLOAD_QUOTA_MB", 500, whole(1, 1_000_000))
    """The quota of files for each account, in megabytes."""
    image_megabytes: int = setting("BOOKING_IMAGE_MB", UploadLimits().image_bytes // MEGABYTE, whole(1, 15))
    """The largest image, in megabytes."""
    document_megabytes: int = setting("BOOKING_DOCUMENT_MB", UploadLimits().document_bytes // MEGABYTE, whole(1, 10))
    """The largest document, in megabytes."""
    upload_within: timedelta = setting("BOOKING_UPLOAD_MINUTES", UploadLimits().upload_within, duration(MINUTES, 1, 60))
    """How long a file can be uploaded after it was announced, in minutes."""
    private_for: timedelta = setting("BOOKING_PRIVATE_URL_MINUTES", PRIVATE_FOR, duration(MINUTES, 1, 60))
    """How long the URLs of private files are valid, in minutes."""
    portrait_megabytes: int = setting("BOOKING_PORTRAIT_MB", UploadLimits().portrait_bytes // MEGABYTE, whole(1, 15))
    """The largest picture of an account or a provider, in megabytes."""
    portrait_types: tuple[str, ...] = setting(
        "BOOKING_PORTRAIT_TYPES",
        tuple(sorted(UploadLimits().portrait_types)),
        listed(
            one_of(tuple(sorted(CONTENT_TYPES[Content.IMAGE]))).parse, "must be types of images, such as image/jpeg"
        ),
    )
    """The types of pictures of accounts and providers, separated by commas."""

    @property
    def upload_limits(self) -> UploadLimits:
        """The limits of uploads."""
        return UploadLimits(
            bytes=self.quota_megabytes * MEGABYTE,
            image_bytes=self.image_megabytes * MEGABYTE,
            document_bytes=self.document_megabytes * MEGABYTE,
            upload_within=self.upload_within,
            portrait_bytes=self.portrait_megabytes * MEGABYTE,
            portrait_types=frozenset(self.portrait_types),
        )
