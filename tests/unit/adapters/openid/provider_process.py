"""Runs an OpenID provider, the npm package `oidc-provider`, as a separate process; a client of it signs people in."""

import base64
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from tests.gates import PATIENCE_SECONDS
from tests.npm import require_packages

from adapters.openid.clients import AppleKey, OpenIdClient, apple, google

PROJECT: Final = Path(__file__).parents[3] / "clients" / "openid"
REDIRECT_URI: Final = "http://127.0.0.1:8000/api/v1/auth/openid/callback"
SECRET: Final = "the secret of the client"
_INPUT: Final = re.compile(r'name="(\w+)" value="([^"]*)"')


class ProviderProcess:
    """Ends with the block; skips the tests, with the reason, where Node is missing."""

    def __enter__(self) -> Self:
        require_packages(PROJECT)
        node = shutil.which("node")
        assert node is not None
        key = generate_private_key(SECP256R1())
        self.private_key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public_key = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self._process = subprocess.Popen(  # noqa: S603
            [node, "provider.mjs", base64.b64encode(public_key).decode()],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.issuer = self._process.stdout.readline().strip()
        assert self.issuer.startswith("http://127.0.0.1:"), "the provider did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def google(self, client_id: str = "booking", secret: str = SECRET) -> OpenIdClient:
        return google(self.issuer, client_id, secret)

    def apple(self, **other: str) -> OpenIdClient:
        key = {"team_id": "TEAM123456", "key_id": "KEY1234567", "private_key": self.private_key, **other}
        return apple(self.issuer, "com.example.apple", AppleKey(**key))


async def person_signs_in(authorization_url: str, claims: dict[str, Any], **query: str) -> dict[str, str]:
    """What comes back after the person has signed in; `query` replaces parts of the request."""
    url = urlsplit(authorization_url)
    asked = {**dict(parse_qsl(url.query)), "login_hint": json.dumps(claims), **query}
    async with httpx.AsyncClient(
        base_url=f"{url.scheme}://{url.netloc}", trust_env=False, timeout=PATIENCE_SECONDS
    ) as browser:
        answer = await browser.get(f"{url.path}?{urlencode(asked)}")
        while answer.is_redirect and not answer.headers["Location"].startswith(REDIRECT_URI):
            answer = await browser.get(answer.headers["Location"])
    if answer.is_redirect:
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert f'action="{REDIRECT_URI}"' in answer.text, answer.text
    return {name: unescape(value) for name, value in _INPUT.findall(answer.text)}
