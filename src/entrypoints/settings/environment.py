"""Declares settings, and reads them from environment variables.

A setting is declared once: its variable, default, form and what to set in production by `setting`, its meaning by the
docstring below. The reader, `.env.example` and the deployment checklist follow from that.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Generic, TypeVar, cast
from urllib.parse import urlsplit

import msgspec
from phonenumbers import SUPPORTED_REGIONS

from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import MINOR_UNIT_DIGITS
from booking_domain.shared.time import time_zone

DEVELOPMENT_SECRET: Final = "development-secret-key-not-for-production"  # noqa: S105 - refused in production
MIN_SECRET: Final = 32
IN_PRODUCTION: Final = "BOOKING_ENV=production"
_HOST: Final = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]")
FILE: Final = "_FILE"
CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
VARIABLE: Final = "variable"
"""The key of the metadata of a dataclass field."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Word = TypeVar("Word", bound=str)
Group = TypeVar("Group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Generic[T_co]):
    """How a value is written."""

    parse: Callable[[str], T_co]
    """Raises `ValueError` if the text breaks the rule."""
    rule: str = ""
    shown: bool = False
    """Whether an error shows the value; secrets and URLs with passwords are not shown."""
    secret: bool = False
    unit: timedelta = timedelta(seconds=1)
    refusal: Callable[[Any], str | None] = lambda _: None
    """Why production refuses a value."""

    def only_in_development(self, *words: str) -> "Form[T_co]":
        """The form, with values that production refuses."""

        def refusal(value: object) -> str | None:
            text = written(value, self.unit)
            if not set(text.split(",")) & set(words):
                return None
            return "is the development secret, which is public" if self.secret else f"can be {text} in development only"

        return replace(self, refusal=refusal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable."""

    name: str
    form: Form[object]
    default: object
    in_production: object
    """The default in production."""
    required: tuple[str, ...]
    """Conditions, of which one suffices: `NAME` (it is set) or `NAME=value`."""
    unless: str
    """The variable that can be set instead."""
    note: str
    """What to set in production, if that does not follow from the meaning."""


def setting(
    name: str,
    default: T,
    form: Form[T],
    note: str = "",
    *,
    in_production: T | None = None,
    required: tuple[str, ...] = (),
    unless: str = "",
) -> T:
    """Declare the field of a dataclass that is read from a variable; see `Variable`."""
    variable = Variable(
        name=name,
        form=form,
        default=default,
        in_production=default if in_production is None else in_production,
        required=required,
        unless=unless,
        note=note,
    )
    return field(default_factory=lambda: default, repr=not form.secret, metadata={VARIABLE: variable})


def variables_of(settings: object) -> Iterator[tuple[Variable, object]]:
    """The variables of a group of settings and of the groups in it, with their values."""
    for member in fields(cast("Any", settings)):
        value = getattr(settings, member.name)
        if VARIABLE in member.metadata:
            yield member.metadata[VARIABLE], value
        else:
            yield from variables_of(value)


class Environ:
    """Reads variables. An invalid one gets its default, and its problem is added to `problems`.

    A secret may be in a file instead: `NAME_FILE` says which, or it is the file `NAME` in `CREDENTIALS_DIRECTORY`,
    where systemd puts credentials.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.given: Final = {name: text for name, value in environ.items() if (text := value.strip())}
        self.production: Final = self.given.get("BOOKING_ENV", "").lower() == "production"
        self.problems: Final[list[str]] = []

    def read(self, group: type[Group]) -> Group:
        """Make a dataclass of settings and of groups of them."""
        members: dict[str, object] = {}
        for member in fields(cast("Any", group)):
            if VARIABLE in member.metadata:
                members[member.name] = self._value(member.metadata[VARIABLE])
            else:
                members[member.name] = self.read(cast("type[object]", member.default_factory))
        return group(**members)

    def require(self, settings: object) -> None:
        """Add a problem for each variable that is not set, and must be."""
        values = {variable.name: (variable, value) for variable, value in variables_of(settings)}

        def holds(condition: str) -> bool:
            name, _, wanted = condition.partition("=")
            _, value = values[name]
            if not wanted:
                return bool(value)
            return wanted in value if isinstance(value, tuple) else value == wanted

        for variable, value in values.values():
            if not value and variable.name not in self.given and not (variable.unless and holds(variable.unless)):
                reason = next(filter(holds, variable.required), None)
                if reason is not None:
                    chosen = reason.partition("=")[0] in self.given and reason != IN_PRODUCTION
                    self._refuse(variable, f"is required {f'with {reason}' if chosen else 'in production'}")

    def _value(self, variable: Variable) -> object:
        default = variable.in_production if self.production else variable.default
        if variable.form.secret:
            self._read_file(variable)
        text, form = self.given.get(variable.name), variable.form
        if text is None:
            refused = self.production and form.refusal(default)
            if refused and variable.required:
                return ""  # `require` says whether it is missing
            if refused:
                why = f": {written(default)} is for development only" if form.shown else ""
                self._refuse(variable, f"is required in production{why}")
            return default
        try:
            value = form.parse(text)
        except (ValueError, msgspec.ValidationError):
            self._refuse(variable, f"{form.rule}, and is {text!r}" if form.shown else form.rule)
            return default
        if self.production and (refusal := form.refusal(value)):
            self._refuse(variable, refusal)
        return value

    def _read_file(self, variable: Variable) -> None:
        """Take the secret from its file, if it is in one."""
        name = variable.name
        named, folder = self.given.get(f"{name}{FILE}"), self.given.get(CREDENTIALS)
        if name in self.given:
            if named is not None:
                self._refuse(variable, f"is set, and {name}{FILE} too: set one of them")
            return
        file = Path(named) if named else Path(folder) / name if folder else None
        if file is None or (named is None and not file.exists()):
            return
        try:
            text = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self._refuse(variable, f"cannot be read from {file}: {getattr(error, 'strerror', None) or 'not a text'}")
            return
        if text:
            self.given[name] = text
        else:
            self._refuse(variable, f"is empty in {file}")

    def _refuse(self, variable: Variable, problem: str) -> None:
        self.problems.append(f"{variable.name} {problem}")


def written(value: object, unit: timedelta = timedelta(seconds=1)) -> str:
    """The text of a value, as a variable has it."""
    match value:
        case None | Mapping():
            return ""
        case bool():
            return "on" if value else "off"
        case timedelta():
            return str(value // unit)
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)


def whole(least: int, most: int) -> Form[int]:
    """A whole number."""
    kind = Annotated[int, msgspec.Meta(ge=least, le=most)]

    def parse(text: str) -> int:
        number: int = msgspec.convert(text, kind, strict=False)
        return number

    return Form(parse=parse, rule=f"must be a whole number from {least} to {most}", shown=True)


def duration(unit: timedelta, least: int, most: int) -> Form[timedelta]:
    """A length of time, as the number of its units."""
    number = whole(least, most)
    return Form(parse=lambda text: number.parse(text) * unit, rule=number.rule, shown=True, unit=unit)


def one_of(words: tuple[Word, ...]) -> Form[Word]:
    """One of several words, in any case."""
    return Form(
        parse=lambda text: words[words.index(text.lower())], rule=f"must be one of {', '.join(words)}", shown=True
    )


def listed(
    each: Callable[[str], T], rule: str = "", *, shown: bool = True, secret: bool = False
) -> Form[tuple[T, ...]]:
    """Values separated by commas."""

    def parse(text: str) -> tuple[T, ...]:
        values = tuple(each(part.strip()) for part in text.split(",") if part.strip())
        if not values:
            raise ValueError(text)
        return values

    return Form(parse=parse, rule=rule, shown=shown, secret=secret)


def matching(pattern: str, rule: str, *, secret: bool = False) -> Form[str]:
    """A text that matches a regular expression."""
    return Form(parse=checked(re.compile(pattern).fullmatch), rule=rule, secret=secret)


def checked(check: Callable[[str], object]) -> Callable[[str], str]:
    """What returns a text that passes a check."""

    def parse(text: str) -> str:
        if not check(text):
            raise ValueError(text)
        return text

    return parse


def is_url(text: str) -> bool:
    """Whether a text has the form of a URL."""
    return urlsplit(text).scheme in {"http", "https"} and bool(urlsplit(text).hostname)


def _country(text: str) -> str:
    return checked(SUPPORTED_REGIONS.__contains__)(text.upper())


def _zone(text: str) -> str:
    try:
        return time_zone(text).key
    except InvalidValue as unknown:
        raise ValueError(text) from unknown


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


_LONG: Final = f"must have at least {MIN_SECRET} characters"
_secret: Final = checked(lambda text: len(text) >= MIN_SECRET)

TEXT: Final = Form(parse=str)
PRIVATE_TEXT: Final = Form(parse=str, secret=True)
SECRET: Final = Form(parse=_secret, rule=_LONG, secret=True).only_in_development(DEVELOPMENT_SECRET)
SECRETS: Final = listed(_secret, _LONG, shown=False, secret=True).only_in_development(DEVELOPMENT_SECRET)
TOKEN: Final = matching(r"[A-Za-z0-9_-]{32,256}", "must be 32 to 256 letters, digits, - and _", secret=True)
SWITCH: Final = Form(
    parse=lambda text: one_of(("on", "off")).parse(text) == "on", rule="must be one of on, off", shown=True
)
PORT: Final = whole(1, 65_535)
URL: Final = Form(parse=lambda text: checked(is_url)(text).rstrip("/"), rule="must be an http:// or https:// address")
TLS_URL: Final = replace(
    URL, refusal=lambda url: "must begin with https:// in production" if url.startswith("http://") else None
)
"""The URL of a server that gets credentials or personal data."""
COUNTRY: Final = Form(parse=_country, rule="must be a country of two letters, such as MN", shown=True)
TIME_ZONE: Final = Form(parse=_zone, rule="must be an IANA time zone, such as Europe/Berlin", shown=True)
CURRENCY: Final = Form(
    parse=checked(lambda text: text in MINOR_UNIT_DIGITS),
    rule="must be a currency of ISO 4217, such as EUR",
    shown=True,
)
NETWORKS: Final[Form[tuple[IPv4Network | IPv6Network, ...]]] = listed(
    ip_network, "must be addresses and networks, separated by commas"
)
ORIGINS: Final = listed(_origin, "must be origins like https://example.com, separated by commas")
SECONDS: Final = timedelta(seconds=1)
MINUTES: Final = timedelta(minutes=1)
HOURS: Final = timedelta(hours=1)
DAYS: Final = timedelta(days=1)
