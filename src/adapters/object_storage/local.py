"""Objects in a folder. The API serves them at signed URLs; for development, and for a single machine."""

import asyncio
import hmac
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from adapters.kit.signatures import matches
from booking_domain.files.model import PRIVATE_FOR, FileStorageUnavailable, ObjectKey
from booking_domain.files.ports import ObjectLinks, ObjectStorage, SignedUpload, StoredObject
from booking_domain.shared.clock import Clock


class LocalStorage(ObjectStorage, ObjectLinks):
    """Each object is a file that is replaced atomically.

    `base_url` is the address at which the API serves the objects.
    """

    def __init__(
        self, folder: Path, *, base_url: str, key: bytes, clock: Clock, private_for: timedelta = PRIVATE_FOR
    ) -> None:
        self.private_for = private_for
        self._folder = folder
        self._base_url = base_url
        self._key = key
        self._clock = clock

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def upload(self, key: ObjectKey, *, content_type: str, size: int, expires_in: timedelta) -> SignedUpload:
        expires = self._expires(expires_in)
        query = {"expires": expires, "signature": self._signature("PUT", key, expires, content_type, size)}
        return SignedUpload(
            url=f"{self.public(key)}?{urlencode(query)}",
            headers={"Content-Type": content_type, "Content-Length": str(size)},
        )

    def download(self, key: ObjectKey, *, expires_in: timedelta) -> str:
        expires = self._expires(expires_in)
        query = {"expires": expires, "signature": self._signature("GET", key, expires)}
        return f"{self.public(key)}?{urlencode(query)}"

    def public(self, key: ObjectKey) -> str:
        return f"{self._base_url}/{_space(key)}/{key.name}"

    def may_upload(self, key: ObjectKey, *, content_type: str, size: int, expires: int, signature: str) -> bool:
        """Whether a PUT has a signature of `upload` that has not expired."""
        return self._in_time(expires) and matches(
            signature, [self._signature("PUT", key, expires, content_type, size).encode()]
        )

    def may_download(self, key: ObjectKey, *, expires: int, signature: str) -> bool:
        """Whether a GET may read the object: it is public, or has a signature of `download` that has not expired."""
        return key.public or (
            self._in_time(expires) and matches(signature, [self._signature("GET", key, expires).encode()])
        )

    async def head(self, key: ObjectKey) -> StoredObject | None:
        found = await self.found(key)
        return None if found is None else StoredObject(size=len(found[0]), content_type=found[1])

    async def read(self, key: ObjectKey, *, most: int) -> bytes | None:
        found = await self.found(key)
        return None if found is None else found[0][: most + 1]

    async def found(self, key: ObjectKey) -> tuple[bytes, str] | None:
        """The object and its type."""
        with _errors():
            return await asyncio.to_thread(_read, self._path(key))

    async def write(self, key: ObjectKey, content: bytes, *, content_type: str) -> None:
        with _errors():
            await asyncio.to_thread(_write, self._path(key), content_type.encode() + b"\n" + content)

    async def delete(self, keys: Sequence[ObjectKey]) -> None:
        with _errors():
            for key in keys:
                await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: ObjectKey) -> Path:
        return self._folder / _space(key) / key.name

    def _expires(self, expires_in: timedelta) -> int:
        return int((self._clock.now() + expires_in).timestamp())

    def _in_time(self, expires: int) -> bool:
        return self._clock.now().timestamp() < expires

    def _signature(self, method: str, key: ObjectKey, *about: object) -> str:
        message = "\n".join(map(str, (method, _space(key), key.name, *about)))
        return hmac.new(self._key, message.encode(), sha256).hexdigest()


def _space(key: ObjectKey) -> str:
    return "public" if key.public else "private"


def _read(path: Path) -> tuple[bytes, str] | None:
    """A file begins with a line that holds the type of the object. A folder, as `images/<id>`, is no object."""
    try:
        content_type, _, content = path.read_bytes().partition(b"\n")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    return content, content_type.decode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{uuid4().hex}")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileStorageUnavailable from error
