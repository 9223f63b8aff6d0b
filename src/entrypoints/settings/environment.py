"""Reads environment variables, and collects all problems with them."""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeVar
from urllib.parse import urlsplit

from phonenumbers import SUPPORTED_REGIONS

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.time import time_zone

DEVELOPMENT_SECRET: Final = "development-secret-key-not-for-production"  # noqa: S105 - refused in production
MIN_SECRET: Final = 32
_HOST: Final = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")

Value = TypeVar("Value")


class Environ:
    """Reads variables. An invalid one gets its default, and its problem is added to `problems`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.production = False
        self.problems: list[str] = []

    def refuse(self, name: str, problem: str) -> None:
        """Add a problem with a variable."""
        self.problems.append(f"{name} {problem}")

    def optional(self, name: str) -> str | None:
        """The value, or None if the variable is unset or empty."""
        return self._environ.get(name, "").strip() or None

    def text(self, name: str, default: str | None) -> str:
        """A text; required if it has no default."""
        value = self.optional(name) or default
        if value is None:
            self.refuse(name, "is required in production")
        return value or ""

    def url(self, name: str, default: str | None) -> str:
        """The address of a server."""
        value = self.text(name, default)
        if value and not (urlsplit(value).scheme in {"http", "https"} and urlsplit(value).hostname):
            self.refuse(name, "must be an http:// or https:// address")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """One of several words."""
        return self.parsed(name, default, f"must be one of {', '.join(choices)}", lambda text: _one_of(text, choices))

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number."""

        def parse(text: str) -> int:
            number = int(text)
            if not least <= number <= most:
                raise ValueError
            return number

        return self.parsed(name, default, f"must be a whole number from {least} to {most}", parse)

    def country(self, name: str, default: str) -> str:
        """A country code of two letters (ISO 3166-1)."""

        def parse(text: str) -> str:
            if text.upper() not in SUPPORTED_REGIONS:
                raise ValueError(text)
            return text.upper()

        return self.parsed(name, default, "must be a country of two letters, such as MN", parse)

    def zone(self, name: str, default: str) -> str:
        """The name of an IANA time zone."""

        def parse(text: str) -> str:
            try:
                return time_zone(text).key
            except InvalidValue as unknown:
                raise ValueError(text) from unknown

        return self.parsed(name, default, "must be an IANA time zone, such as Europe/Berlin", parse)

    def port(self, name: str, default: int) -> int:
        """A port."""
        return self.number(name, default, 1, 65_535)

    def parsed(self, name: str, default: Value, rule: str, parse: Callable[[str], Value]) -> Value:
        """The result of `parse`, which raises `ValueError` if the value breaks `rule`."""
        text = self.optional(name)
        if text is None:
            return default
        try:
            return parse(text)
        except ValueError:
            self.refuse(name, f"{rule}, and is {text!r}")
            return default

    def switch(self, name: str, *, default: bool) -> bool:
        """`on` or `off`."""
        return self.choice(name, ("on", "off"), "on" if default else "off") == "on"

    def only_in_development(self, name: str, *, given: bool) -> None:
        """Add a problem if a setting that weakens security is set in production."""
        if self.production and given:
            self.refuse(name, f"can be {self.optional(name)} in development only")

    def secret(self, name: str) -> str:
        """A secret; in production it is required."""
        key = self.optional(name)
        if key is None:
            if self.production:
                self.refuse(name, "is required in production")
            return DEVELOPMENT_SECRET
        self._check_secret(name, key)
        return key

    def secrets(self, name: str) -> tuple[str, ...]:
        """Comma-separated secrets."""
        keys = tuple(key.strip() for key in (self.optional(name) or "").split(",") if key.strip())
        for key in keys:
            self._check_secret(name, key)
        return keys

    def _check_secret(self, name: str, key: str) -> None:
        if len(key) < MIN_SECRET:
            self.refuse(name, f"must have at least {MIN_SECRET} characters")
        if self.production and key == DEVELOPMENT_SECRET:
            self.refuse(name, "is the development secret, which is public")


def _one_of(text: str, choices: tuple[str, ...]) -> str:
    if text.lower() not in choices:
        raise ValueError(text)
    return text.lower()


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Comma-separated addresses and networks."""
    return tuple(ip_network(part.strip()) for part in text.split(","))


def origins(text: str) -> tuple[str, ...]:
    """Comma-separated origins of web pages."""
    return tuple(_origin(part.strip()) for part in text.split(","))


def _origin(text: str) -> str:
    """Parse an origin as browsers send it: lower case, no default port, no path (RFC 6454 §6.2)."""
    parts = urlsplit(text)
    default_port = {"http": 80, "https": 443}.get(parts.scheme)
    host = authority(parts.hostname or "")
    port = "" if parts.port is None or parts.port == default_port else f":{parts.port}"
    if default_port is None or not _HOST.fullmatch(host) or text != f"{parts.scheme}://{host}{port}":
        raise ValueError(text)
    return text


def authority(host: str) -> str:
    """The host in URL syntax: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host
