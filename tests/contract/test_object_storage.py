"""Each storage keeps the contract of objects: in memory, served by the API, and S3 on OpenStack Swift."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from tests.swift.server import SwiftServer
from tests.unit.entrypoints.api import Api

from adapters.object_storage.s3 import S3Storage
from booking_domain.testing.builders import NOW
from booking_domain.testing.files.contracts import LinkedStorage, ObjectStorageContract, ObjectsUnderTest, OpenObjects
from booking_domain.testing.files.memory import MemoryObjectStorage
from booking_domain.testing.memory import ManualClock


class MemoryUnderTest:
    def __init__(self) -> None:
        self.storage = MemoryObjectStorage(ManualClock(NOW))

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, bytes]:
        return self.storage.request(method, url, headers or {}, body)


class HttpUnderTest:
    def __init__(self, storage: LinkedStorage, client: httpx.AsyncClient) -> None:
        self.storage = storage
        self._client = client

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, bytes]:
        answer = await self._client.request(method, url, headers=headers, content=body)
        return answer.status_code, answer.content


class TestMemory(ObjectStorageContract):
    @pytest.fixture
    def open_objects(self) -> OpenObjects:
        @asynccontextmanager
        async def opened() -> AsyncIterator[ObjectsUnderTest]:
            yield MemoryUnderTest()

        return opened


class TestLocal(ObjectStorageContract):
    @pytest.fixture
    def open_objects(self, tmp_path: Path) -> OpenObjects:
        @asynccontextmanager
        async def opened() -> AsyncIterator[ObjectsUnderTest]:
            api = Api({"BOOKING_DATA_DIR": str(tmp_path), "BOOKING_PUBLIC_URL": "http://api.test"})
            async with api.opened():
                yield HttpUnderTest(api.container.local_storage(), api.client)

        return opened


class TestS3(ObjectStorageContract):
    @pytest.fixture
    def open_objects(self, swift: SwiftServer) -> OpenObjects:
        @asynccontextmanager
        async def opened() -> AsyncIterator[ObjectsUnderTest]:
            storage = S3Storage(**swift.settings)
            await storage.open()
            try:
                async with httpx.AsyncClient() as client:
                    yield HttpUnderTest(storage, client)
            finally:
                await storage.close()

        return opened
