"""Serves an API of this process to a browser, over HTTPS and under names that only this browser resolves.

The browser asks a real server, not the driver, so it follows redirects, sends cookies and caches as everywhere.
"""

import asyncio
import base64
import hashlib
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import h11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from tests.unit.entrypoints.api import Api

ORIGIN: Final = "https://booking.test"
"""Secure, so that the browser takes cookies with the prefix `__Host-`."""
STORAGE: Final = "https://storage.test"
_UNSENT: Final = frozenset({"content-length", "transfer-encoding"})
_EMPTY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_CHUNK: Final = 2**16
Answer = tuple[int, list[tuple[str, str]], bytes]


class Site:
    """What the browser finds at `ORIGIN` and `STORAGE`: those of one API at a time."""

    def __init__(self) -> None:
        self.api: Api | None = None
        self.connections: set[asyncio.Task[None]] = set()

    def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self.connections.add(task)
        task.add_done_callback(self.connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        with suppress(ConnectionError, ssl.SSLError, h11.RemoteProtocolError):
            while (request := await _next(connection, reader)) and isinstance(request, h11.Request):
                body = b""
                while isinstance(data := await _next(connection, reader), h11.Data):
                    body += data.data
                await _send(connection, writer, request, await self._answer(request, body))
                connection.start_next_cycle()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()  # the event loop may end with the connections

    async def _answer(self, request: h11.Request, body: bytes) -> Answer:
        assert self.api is not None
        method, path = request.method.decode(), request.target.decode()
        headers = [(name.decode(), value.decode()) for name, value in request.headers]
        if f"https://{dict(headers)['host']}" == STORAGE:
            status, content = self.api.objects.request(method, f"{STORAGE}{path}", {})
            return status, [("content-type", "image/webp")], content
        async with self.api.client.stream(method, path, headers=headers, content=body) as answer:
            content = b"".join([part async for part in answer.aiter_raw()])
        given = [(name, value) for name, value in answer.headers.multi_items() if name not in _UNSENT]
        return answer.status_code, given, content


async def _next(connection: h11.Connection, reader: asyncio.StreamReader) -> object:
    """The next event of a connection; None or `ConnectionClosed` at its end."""
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(_CHUNK))
    return event


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, request: h11.Request, answer: Answer) -> None:
    status, headers, content = answer
    empty = status in _EMPTY
    length: Iterable[tuple[str, str]] = [] if empty else [("content-length", str(len(content)))]
    sent = connection.send(h11.Response(status_code=status, headers=[*headers, *length]))
    if not empty and request.method != b"HEAD":
        sent = (sent or b"") + (connection.send(h11.Data(data=content)) or b"")
    writer.write((sent or b"") + (connection.send(h11.EndOfMessage()) or b""))
    await writer.drain()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[Site, list[str]]]:
    """A site, and the arguments of a browser that finds it; such a browser finds nothing else but this machine."""
    site, (certificate, key) = Site(), _certified()
    server = await asyncio.start_server(site.connect, "127.0.0.1", 0, ssl=certificate)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    names = [f"MAP {urlsplit(each).hostname} {address}" for each in (ORIGIN, STORAGE)]
    rules = ",".join([*names, "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"])
    try:
        yield site, [f"--host-resolver-rules={rules}", f"--ignore-certificate-errors-spki-list={key}"]
    finally:
        server.close()
        await asyncio.gather(*site.connections)


@cache
def _certified() -> tuple[ssl.SSLContext, str]:
    """A certificate of both names, and the hash of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    now, names = datetime.now(UTC), [urlsplit(each).hostname or "" for each in (ORIGIN, STORAGE)]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
        .sign(key, SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.pem"
        file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        context.load_cert_chain(file)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return context, base64.b64encode(hashlib.sha256(public).digest()).decode()
