"""Objects in a service that speaks the S3 API, such as Cloudflare R2: a private and a public bucket."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

import aioboto3
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from booking_domain.files.model import PRIVATE_FOR, FileStorageUnavailable, ObjectKey
from booking_domain.files.ports import ObjectLinks, ObjectStorage, SignedUpload, StoredObject

_MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_CONFIG: Final = {
    "signature_version": "s3v4",
    "connect_timeout": 5,
    "read_timeout": 20,
    "retries": {"max_attempts": 2, "mode": "standard"},
    # R2 does not know the checksums that newer SDKs add (developers.cloudflare.com/r2/examples/aws/boto3).
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "s3": {"addressing_style": "path"},
}


class S3Storage(ObjectStorage, ObjectLinks):
    """`public_url` is the address of the public bucket. URLs are signed locally, without calling the service."""

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        public_bucket: str,
        public_url: str,
        region: str = "auto",
        private_for: timedelta = PRIVATE_FOR,
    ) -> None:
        self.private_for = private_for
        self._endpoint = endpoint
        self._credentials = Credentials(access_key, secret_key)
        self._buckets = {False: bucket, True: public_bucket}
        self._public_url = public_url
        self._region = region
        self._opened = AsyncExitStack()
        self._client: Any = None

    async def open(self) -> None:
        session = aioboto3.Session(
            aws_access_key_id=self._credentials.access_key,
            aws_secret_access_key=self._credentials.secret_key,
            region_name=self._region,
        )
        client = session.client("s3", endpoint_url=self._endpoint, config=Config(**_CONFIG))
        self._client = await self._opened.enter_async_context(client)

    async def close(self) -> None:
        await self._opened.aclose()

    def upload(self, key: ObjectKey, *, content_type: str, size: int, expires_in: timedelta) -> SignedUpload:
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        return SignedUpload(url=self._signed("PUT", key, expires_in, headers), headers=headers)

    def download(self, key: ObjectKey, *, expires_in: timedelta) -> str:
        return self._signed("GET", key, expires_in, {})

    def public(self, key: ObjectKey) -> str:
        return f"{self._public_url}/{quote(key.name)}"

    async def head(self, key: ObjectKey) -> StoredObject | None:
        async with _errors():
            try:
                found = await self._client.head_object(**self._named(key))
            except ClientError as error:
                _require_missing(error)
                return None
            return StoredObject(size=found["ContentLength"], content_type=found["ContentType"])

    async def read(self, key: ObjectKey, *, most: int) -> bytes | None:
        async with _errors():
            try:
                found = await self._client.get_object(**self._named(key), Range=f"bytes=0-{most}")
            except ClientError as error:
                _require_missing(error)
                return None
            async with found["Body"] as body:
                content: bytes = await body.read()
                return content

    async def write(self, key: ObjectKey, content: bytes, *, content_type: str) -> None:
        about = {"CacheControl": "public, max-age=31536000, immutable"} if key.public else {}
        async with _errors():
            await self._client.put_object(**self._named(key), Body=content, ContentType=content_type, **about)

    async def delete(self, keys: Sequence[ObjectKey]) -> None:
        async with _errors():
            for key in keys:
                await self._client.delete_object(**self._named(key))

    def _named(self, key: ObjectKey) -> dict[str, str]:
        return {"Bucket": self._buckets[key.public], "Key": key.name}

    def _signed(self, method: str, key: ObjectKey, expires_in: timedelta, headers: dict[str, str]) -> str:
        url = f"{self._endpoint}/{self._buckets[key.public]}/{quote(key.name)}"
        request = AWSRequest(method=method, url=url, headers=headers)
        expires = int(expires_in.total_seconds())
        S3SigV4QueryAuth(self._credentials, "s3", self._region, expires=expires).add_auth(request)
        return str(request.url)


@asynccontextmanager
async def _errors() -> AsyncIterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, HTTPClientError, OSError, TimeoutError) as error:
        raise FileStorageUnavailable from error


def _require_missing(error: ClientError) -> None:
    if error.response.get("Error", {}).get("Code") not in _MISSING:
        raise error
