"""Starts OpenStack Swift, where it is installed beside the environment of the tests."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Self

from tests.ports import free_port

_PYTHON: Final = Path(sys.prefix) / "swift" / "bin" / "python"
_SERVE: Final = Path(__file__).parent / "serve.py"


def swift_python() -> Path | None:
    """The interpreter of the environment that has Swift."""
    return _PYTHON if _PYTHON.exists() else None


class SwiftServer:
    """A server with two buckets, while the context lasts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.settings: Final[dict[str, Any]] = {
            "endpoint": f"http://127.0.0.1:{self._port}",
            "access_key": "test:tester",
            "secret_key": "testing",
            "bucket": "private",
            "public_bucket": "public",
            "public_url": f"http://127.0.0.1:{self._port}/public",
            "region": "us-east-1",
        }

    def __enter__(self) -> Self:
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [_PYTHON, _SERVE, str(self._folder), str(self._port)], stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n", (self._folder / "log").read_text()
        import boto3  # noqa: PLC0415 - takes most of a second, and most tests need no Swift

        self._client = boto3.client(
            "s3",
            endpoint_url=self.settings["endpoint"],
            aws_access_key_id=self.settings["access_key"],
            aws_secret_access_key=self.settings["secret_key"],
            region_name=self.settings["region"],
        )
        for bucket in (self.settings["bucket"], self.settings["public_bucket"]):
            self._client.create_bucket(Bucket=bucket)
        return self

    def names(self) -> list[str]:
        """All objects, below the names of their buckets."""
        buckets = (self.settings["bucket"], self.settings["public_bucket"])
        found = {bucket: self._client.list_objects_v2(Bucket=bucket).get("Contents", []) for bucket in buckets}
        return sorted(f"{bucket}/{each['Key']}" for bucket, objects in found.items() for each in objects)

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._process.kill()
        self._process.communicate()
