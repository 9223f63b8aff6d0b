"""The shipped proxy configuration caps connections per address and forwards only complete, unambiguous requests."""

import json
import os
import re
import select
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
import yaml  # type: ignore[import-untyped]
from tests.acceptance.product import Product, eventually
from tests.gates import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import CHECKOUT
from tests.unit.adapters.calendars.certificates import CERTIFICATE, KEY

from booking_domain.shared.languages import LANGUAGES
from entrypoints.http.server import HEADER_MILLISECONDS
from entrypoints.web.errors.maintenance import write_maintenance_pages

CONFIGURATION: Final = (CHECKOUT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
NGINX: Final = shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
PER_ADDRESS: Final = 64
SILENT: Final = 200
HERE, ELSEWHERE, NOBODY = "127.0.0.1", "127.0.0.2", "127.0.0.3"


class Proxy:
    """nginx with the shipped configuration; only paths, ports, the user and two timeouts differ."""

    def __init__(self, folder: Path, api_port: int, configuration: str = CONFIGURATION) -> None:
        if NGINX is None:
            pytest.skip("no nginx is installed (apt-get install nginx-light libnginx-mod-stream)")
        self.port, clear, inner_tls, inner_clear = (free_port() for _ in range(4))
        (folder / "fullchain.pem").write_text(CERTIFICATE)
        (folder / "privkey.pem").write_text(KEY)
        replacements = {
            "user www-data;": "daemon off;" if os.getuid() else "daemon off; user root;",
            "client_header_timeout 10s;": "client_header_timeout 1h;",  # else it could also close silent connections
            "proxy_timeout 90s;": "proxy_timeout 1h;",
            "/run/nginx.pid": str(folder / "nginx.pid"),
            "/var/log/nginx/": f"{folder}/",
            "/etc/ssl/booking/": f"{folder}/",
            "/var/lib/booking": f"{folder}",
            "listen 80 ": f"listen {HERE}:{clear} ",
            "        listen [::]:80 backlog=4096;\n": "",
            "listen 443 ": f"listen {HERE}:{self.port} ",
            "        listen [::]:443 backlog=4096;\n": "",
            "127.0.0.1:8080": f"{HERE}:{inner_clear}",
            "127.0.0.1:8443": f"{HERE}:{inner_tls}",
            "127.0.0.1:8000": f"{HERE}:{api_port}",
            "server_tokens off;": "server_tokens off;\n"
            + "".join(
                f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            ),
        }
        for shipped, local in replacements.items():
            assert shipped in configuration, shipped
            configuration = configuration.replace(shipped, local)
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(configuration)
        command = [NGINX, "-e", str(folder / "error.log"), "-c", str(self.configuration)]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)  # noqa: S603
        if 'unknown directive "stream"' in checked.stderr:
            pytest.skip("this nginx has no stream module (apt-get install libnginx-mod-stream)")
        assert checked.returncode == 0, checked.stderr
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
        self._tls = ssl.create_default_context(cadata=CERTIFICATE)

    def connect(self, source: str) -> socket.socket:
        return socket.create_connection((HERE, self.port), timeout=PATIENCE_SECONDS, source_address=(source, 0))

    def request(self, *lines: str, body: bytes = b"", source: str = ELSEWHERE) -> tuple[int, bytes]:
        """Status and body of the response; 0 if the connection is closed without one."""
        answer = self.answer(*lines, body=body, source=source)
        return (int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]) if answer else (0, b"")

    def answer(self, *lines: str, body: bytes = b"", source: str = ELSEWHERE) -> bytes:
        """The whole response; empty if the connection is closed without one."""
        head = "\r\n".join((*lines, "Connection: close", "", "")).encode()
        answer = b""
        try:
            with (
                self.connect(source) as plain,
                self._tls.wrap_socket(plain, server_hostname="feed.test") as connection,
            ):
                connection.sendall(head + body)
                while received := connection.recv(65_536):
                    answer += received
        except OSError:
            return b""
        return answer

    def health(self, source: str) -> int:
        return self.request("GET /api/v1/health/live HTTP/1.1", "Host: feed.test", source=source)[0]

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE_SECONDS)


class Names(socketserver.UDPServer):
    """DNS: every name has one address, `address`."""

    def __init__(self, address: str) -> None:
        super().__init__((HERE, 0), _Answer)
        self.address = address


class _Answer(socketserver.BaseRequestHandler):
    server: Names

    def handle(self) -> None:
        asked, at = self.request
        head = asked[:2] + bytes.fromhex("8180 0001 0001 0000 0000")
        found = bytes.fromhex("c00c 0001 0001 00000000 0004") + socket.inet_aton(self.server.address)
        at.sendto(head + asked[12:] + found, self.client_address)


@pytest.fixture
def names() -> Iterator[Names]:
    with Names(NOBODY) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture(scope="module")
def proxy(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    running = Proxy(tmp_path_factory.mktemp("proxy"), product.port)
    try:
        eventually(lambda: running.health(ELSEWHERE) == 200, what="the proxy answers")
        yield running
    finally:
        running.stop()


def closed(connections: list[socket.socket]) -> list[socket.socket]:
    """Those that the proxy closed: silent connections become readable only by that."""
    return select.select(connections, [], [], 0)[0]


def test_silent_connections_of_one_address_are_capped_and_others_are_served(proxy: Proxy) -> None:
    with ExitStack() as opened:
        silent = [opened.enter_context(proxy.connect(HERE)) for _ in range(SILENT)]
        eventually(lambda: len(closed(silent)) >= SILENT - PER_ADDRESS, what="the excess is closed")
        assert len(closed(silent)) == SILENT - PER_ADDRESS
        assert proxy.health(HERE) == 0
        assert proxy.health(ELSEWHERE) == 200
    eventually(lambda: proxy.health(HERE) == 200, what="a slot of the cap is free again")


def test_the_proxy_refuses_a_length_with_chunks_and_a_second_host(proxy: Proxy) -> None:
    post = ("POST /api/v1/auth/login HTTP/1.1", "Host: feed.test", "Content-Type: application/json")
    chunks = b"2\r\n{}\r\n0\r\n\r\n"
    assert proxy.request(*post, "Content-Length: 2", "Transfer-Encoding: chunked", body=chunks)[0] == 400
    assert proxy.request("GET /api/v1/health/live HTTP/1.1", "Host: feed.test", "Host: feed.test")[0] == 400


def test_the_proxy_gives_a_chunked_body_a_length(proxy: Proxy) -> None:
    post = ("POST /api/v1/auth/login HTTP/1.1", "Host: feed.test", "Content-Type: application/json")
    status, problem = proxy.request(*post, "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n")
    assert status == 400
    assert b'"reason":"missing"' in problem


def test_an_upload_of_a_folder_passes_and_other_long_bodies_do_not(proxy: Proxy) -> None:
    body = bytes(2 << 20)
    for method, path, status in (("PUT", "/objects/private/unsigned", 404), ("POST", "/api/v1/bookings", 413)):
        lines = (f"{method} {path} HTTP/1.1", "Host: feed.test", f"Content-Length: {len(body)}")
        assert proxy.request(*lines, body=body)[0] == status


def test_a_file_closes_the_platform_with_a_page_in_the_language_of_the_visitor(proxy: Proxy) -> None:
    folder = proxy.configuration.parent / "maintenance"
    write_maintenance_pages(folder, "Nomad")
    persian = ("GET / HTTP/1.1", "Host: feed.test", "Accept-Language: fa-IR,en;q=0.5")
    assert b"Retry-After" not in proxy.answer(*persian)
    (folder / "on").touch()
    try:
        found = proxy.answer(*persian).decode()
        assert all(each in found for each in (" 503 ", "Retry-After: 300", 'lang="fa" dir="rtl"', "Nomad"))
        for language in LANGUAGES:
            page = proxy.answer(f"GET /{language}?q=x HTTP/1.1", "Host: feed.test", "Accept-Language: fa").decode()
            assert f'<html lang="{language}"' in page
        post = ("POST /api/v1/webhooks/qpay/1 HTTP/1.1", "Host: feed.test", "Content-Length: 2")
        status, problem = proxy.request(*post, body=b"{}")
        assert (status, json.loads(problem)["code"]) == (503, "service.maintenance")
        assert proxy.request("GET /maintenance/styles.css HTTP/1.1", "Host: feed.test")[0] == 200
        assert proxy.request("GET /maintenance/page HTTP/1.1", "Host: feed.test")[0] == 404
    finally:
        (folder / "on").unlink()
    assert proxy.health(ELSEWHERE) == 200


def test_nginx_of_compose_finds_processes_that_have_got_another_address(
    product: Product, names: Names, tmp_path: Path
) -> None:
    """Containers that start again may have one, and more of them may start."""
    (tmp_path / "resolv.conf").write_text(f"nameserver {HERE}:{names.server_address[1]}\n")
    compose = yaml.safe_load((CHECKOUT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    line, _, _ = compose["services"]["nginx"]["command"][-1].replace("$$", "$").partition(" >")
    line = line.replace("/etc/nginx/booking.conf", str(CHECKOUT / "deploy" / "nginx.conf"))
    line = line.replace("/etc/resolv.conf", str(tmp_path / "resolv.conf"))
    made = subprocess.run(["sh", "-euc", line], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607
    assert made.count("http://$processes;") == CONFIGURATION.count("http://api;")
    proxy = Proxy(
        tmp_path, product.port, made.replace("api:8000", f"api:{product.port}").replace("valid=5s", "valid=1s")
    )
    try:
        eventually(lambda: proxy.health(ELSEWHERE) == 503, what="the proxy answers, and nothing answers it")
        names.address = HERE
        eventually(lambda: proxy.health(ELSEWHERE) == 200, what="the proxy has asked for the address again")
    finally:
        proxy.stop()


def test_the_configuration_agrees_with_the_server_and_the_documentation() -> None:
    found = re.search(r"keepalive 64;[^}]*keepalive_timeout (\d+)s;", CONFIGURATION)
    assert found is not None
    assert 1_000 * int(found[1]) < HEADER_MILLISECONDS
    assert f"limit_conn networks {PER_ADDRESS};" in CONFIGURATION
    operations = (CHECKOUT / "docs" / "operate" / "operations.md").read_text(encoding="utf-8")
    assert f"allows {PER_ADDRESS} connections per address" in operations
