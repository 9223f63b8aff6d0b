"""The malware scanner against a real clamd, with a signature of our own."""

import asyncio
import io
import shutil
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port
from tests.tcp_server import serving_tcp

from adapters.clamav import ClamAv
from booking_domain.files.model import FileStorageUnavailable

CLAMD: Final = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
EVIL: Final = b"this is our own test signature"
CONFIGURATION: Final = """
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}/signatures
Foreground yes
StreamMaxLength 1M
AlertExceedsMax yes
AlertEncryptedArchive yes
"""


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a clamd."""
    if CLAMD is None:
        pytest.skip("ClamAV is not installed: apt-get install clamav-daemon")
    folder, port = tmp_path_factory.mktemp("clamd"), free_port()
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"Booking.Test:0:*:{EVIL.hex()}\n")
    (folder / "clamd.conf").write_text(CONFIGURATION.format(port=port, folder=folder))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([CLAMD, f"--config-file={folder}/clamd.conf"], stdout=log, stderr=log)  # noqa: S603
    try:
        asyncio.run(_answering(port, process, folder / "log"))
        yield port
    finally:
        process.kill()
        process.wait()


async def _answering(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            await ClamAv("127.0.0.1", port).scan(b"hello")
        except FileStorageUnavailable:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())


async def test_malware_is_found_and_named(clamd: int) -> None:
    scanner = ClamAv("127.0.0.1", clamd)
    assert await scanner.scan(b"a harmless text") is None
    found = await scanner.scan(b"x" * 300_000 + EVIL + b"y" * 300_000)
    assert (found or "").startswith("Booking.Test")


async def test_an_archive_that_cannot_be_looked_into_is_not_clean(clamd: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("evil.txt", EVIL)
    assert await ClamAv("127.0.0.1", clamd).scan(file.getvalue()) is not None


async def test_a_file_that_clamd_refuses_to_scan_is_not_clean(clamd: int) -> None:
    with pytest.raises(FileStorageUnavailable):
        await ClamAv("127.0.0.1", clamd).scan(b"z" * 2_000_000)


@pytest.mark.parametrize(
    "parts",
    [
        *([each] for each in (b"", b"\0", b"\xff\0", b"stream: OK", b"stream: OK\n", b"stream: OK?\0", b"OK\0")),
        *([each] for each in (b"UNKNOWN COMMAND\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: ERROR\0")),
        *([each] for each in (b"stream: OK\0stream: Evil FOUND\0", b"stream: OK\nstream: Evil FOUND\0")),
        *([each] for each in (b"stream: OK\0\0", b" stream: OK\0", b"stream: Evil FOUND", b"x" * 1_000_000)),
        *(
            [b"stream: OK", each]
            for each in (b" but not all of it\0", b"\nstream: Evil FOUND\0", b"\0stream: Evil FOUND\0")
        ),
        [b"stream: OK\0", b"INSTREAM size limit exceeded. ERROR\0"],
    ],
    ids=lambda parts: repr(parts)[:60],
)
async def test_an_answer_that_is_no_verdict_is_not_clean(parts: list[bytes]) -> None:
    with pytest.raises(FileStorageUnavailable):
        await scanned(parts)


async def test_a_verdict_may_arrive_in_parts() -> None:
    assert await scanned([b"str", b"eam: O", b"K", b"\0"]) is None
    assert await scanned([b"stream: Ev", b"il FOUND\0"]) == "Evil"


async def scanned(parts: list[bytes]) -> str | None:
    """What the adapter makes of an answer in these parts."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0\0\0\0")
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            writer.write(part)
            await writer.drain()
        writer.close()

    async with serving_tcp(serve) as port:
        return await ClamAv("127.0.0.1", port).scan(b"content")


async def test_a_scanner_that_does_not_answer_is_unavailable() -> None:
    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving_tcp(serve) as port:
        with pytest.raises(FileStorageUnavailable):
            await ClamAv("127.0.0.1", port, timeout_seconds=0.2).scan(b"content")
    with pytest.raises(FileStorageUnavailable):
        await ClamAv("127.0.0.1", free_port()).scan(b"content")
