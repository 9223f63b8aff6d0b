"""`doctor`: look at everything that a platform needs, and say what is wrong and how to mend it. It changes nothing."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import aiosmtplib
import httpx
import msgspec
import psycopg

from adapters.clamav import ClamAv
from adapters.postgres.contexts import metadata
from adapters.postgres.kit import backups
from adapters.postgres.kit.revisions import is_earlier, latest_revision
from adapters.smtp.sender import Security
from booking_domain.files.model import ObjectKey
from booking_domain.shared.errors import Unavailable
from entrypoints.cli.startup import CannotStart, require_connection
from entrypoints.container import Container
from entrypoints.settings.main import Environment, Settings
from entrypoints.settings.messaging import EmailProvider
from entrypoints.settings.storage import R2

OLDEST_POSTGRES: Final = 15
EXTENSIONS: Final = ("btree_gist", "pg_trgm")
SKEW: Final = timedelta(seconds=2)
"""How far the clocks of the machine and of the database may differ: one-time codes and signatures depend on them."""
LEAST_FREE_BYTES: Final = 1 << 30
BACKUP_AGE: Final = timedelta(days=2)
UNRECEIVED_BYTES: Final = 1 << 30
_SECONDS: Final = 5.0
_APPEND_ONLY: Final = frozenset({"audit_log"})
_DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")
_ROLE: Final = """
    SELECT rolsuper, rolsuper OR rolreplication,
        (SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)
    FROM pg_roles WHERE rolname = current_user
"""
_SLOT: Final = """
    SELECT wal_status, active, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint
    FROM pg_replication_slots WHERE slot_name = %s
"""
_CARDS: Final = """
    SELECT gateway, count(*) FROM plans WHERE method IS NOT NULL AND status <> 'ended' GROUP BY gateway ORDER BY gateway
"""
_BEATS: Final = """
    SELECT max(last_at) > clock_timestamp() - interval '5 minutes' FROM worker_heartbeats WHERE activity <> 'backup'
"""


class State(StrEnum):
    """What a look at something said."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    """The platform works, and something will go wrong one day."""
    WRONG = "wrong"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, what was found, and what to do about it."""

    what: str
    state: State
    found: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What is asked of the machine itself."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free


def doctor(settings: Settings, *, as_json: bool = False) -> int:
    """Print all findings, the worst last; return 1 if something is wrong."""
    return tell(asyncio.run(examined(settings)), as_json=as_json)


def tell(findings: list[Finding], *, as_json: bool) -> int:
    """Print findings; return 1 if something is wrong."""
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(findings), indent=2).decode())
    else:
        for each in sorted(findings, key=lambda finding: list(State).index(finding.state)):
            print(f"{each.state.value:9}{each.what}: {each.found}{f' {each.mend}' if each.mend else ''}")
    return 1 if any(each.state is State.WRONG for each in findings) else 0


async def examined(settings: Settings, machine: Machine | None = None) -> list[Finding]:
    """Look at everything; a part that fails in a way of its own is wrong, and hides no other."""
    machine = machine or Machine()
    parts = {
        "settings": _settings(settings),
        "disk": _disk(settings, machine),
        "database": _database(settings, machine),
        "back-ups": _backups(settings, machine),
        "public address": _public(settings),
        "object storage": _storage(settings),
        "e-mail": _email(settings),
        "scanner": _scanner(settings),
        "cache": _cache(settings),
        "other services": _services(settings),
    }
    found = await asyncio.gather(*(_all(what, part) for what, part in parts.items()))
    return [each for findings in found for each in findings]


async def _all(what: str, part: AsyncIterator[Finding]) -> list[Finding]:
    found: list[Finding] = []
    try:
        async for each in part:
            found.append(each)  # noqa: PERF401 - what was found before a failure counts
    except Exception as error:  # noqa: BLE001 - a doctor looks at what nobody foresaw
        found.append(_wrong(what, f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"))
    return found


def invalid(problems: tuple[str, ...]) -> list[Finding]:
    """The findings of settings that cannot be read."""
    mend = "Correct it: docs/operate/deployment-checklist.md has every variable."
    return [_wrong("settings", f"{problem}.", mend) for problem in problems]


async def _settings(settings: Settings) -> AsyncIterator[Finding]:
    production = settings.environment is Environment.PRODUCTION
    if not production:
        yield _doubtful("settings", "BOOKING_ENV is development.", "Set BOOKING_ENV=production where people book.")
        return
    keys = (settings.secret_key, settings.encryption_key, settings.blind_index_key)
    doubts = (
        (len(set(keys)) < len(keys), "Two of the three keys are the same.", "Give each purpose a key of its own."),
        (
            not settings.trusted_proxies,
            "BOOKING_TRUSTED_PROXIES is empty: all clients share one address.",
            "Name the networks of the proxy.",
        ),
        (settings.log_level == "debug", "BOOKING_LOG_LEVEL is debug.", "Set info: debug logs grow fast."),
        (
            bool(settings.previous_encryption_keys),
            "BOOKING_PREVIOUS_ENCRYPTION_KEYS is set.",
            "Run `make rotate-keys`, and remove it once 0 values were re-encrypted.",
        ),
    )
    for doubtful, found, mend in doubts:
        if doubtful:
            yield _doubtful("settings", found, mend)
    if not any(doubtful for doubtful, *_ in doubts):
        yield _fine("settings", "All are valid.")


async def _disk(settings: Settings, machine: Machine) -> AsyncIterator[Finding]:
    for folder in {settings.data_dir, settings.backups}:
        existing = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
        free = machine.free_bytes(existing)
        said = f"{free / 1e9:.1f} GB are free for {folder}."
        if free < LEAST_FREE_BYTES:
            yield _wrong("disk", said, "Make room, or move the folder: writing fails when none is left.")
        else:
            yield _fine("disk", said)


async def _database(settings: Settings, machine: Machine) -> AsyncIterator[Finding]:
    if settings.database_url is None:
        yield _wrong("database", "DATABASE_URL is not set.", "Set it, or look while `make run` runs.")
        return
    try:
        connection = await asyncio.to_thread(require_connection, settings.direct_url or settings.database_url)
    except CannotStart as refused:
        yield _wrong("database", str(refused))
        return
    with connection:
        connection.autocommit = True
        for look in (_server, _schema, _clock, _role, _limits, _log, _gateways):
            for each in look(connection, settings, machine):
                yield each
        for each in await asyncio.to_thread(_listening, connection):
            yield each
        if settings.replica_url is not None:
            yield await asyncio.to_thread(_replica, connection, settings.replica_url)


def _server(connection: psycopg.Connection, *_: object) -> Iterator[Finding]:
    version = connection.info.server_version
    said = f"PostgreSQL {version // 10_000}.{version % 10_000}."
    if version // 10_000 < OLDEST_POSTGRES:
        yield _wrong("database", said, f"Upgrade it to {OLDEST_POSTGRES} or newer.")
    else:
        yield _fine("database", said)
    off = [name for name in _DURABLE if _value(connection, "SELECT current_setting(%s)", name) == "off"]
    if off:
        yield _wrong(
            "database", f"{', '.join(off)}: off.", "Turn it on: bookings that were answered are lost in a crash."
        )


def _schema(connection: psycopg.Connection, *_: object) -> Iterator[Finding]:
    there = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    for missing in [name for name in EXTENSIONS if name not in there]:
        yield _wrong("schema", f"The extension {missing} is missing.", f"As a superuser: CREATE EXTENSION {missing}.")
    revision = None
    if _value(connection, "SELECT to_regclass('alembic_version')::text") is not None:
        revision = _value(connection, "SELECT max(version_num) FROM alembic_version")
    if revision is None or is_earlier(revision):
        yield _wrong(
            "schema",
            f"It is {f'at revision {revision}' if revision else 'not migrated'}; this code needs {latest_revision()}.",
            "Run `make migrate`.",
        )
    elif revision != latest_revision():
        yield _doubtful("schema", f"Revision {revision} is of a later version.", "Roll the code out everywhere.")
    else:
        yield _fine("schema", f"Revision {revision}.")
        if not _value(connection, _BEATS):
            yield _doubtful("worker", "No worker has worked for five minutes.", "Start one: `make worker`.")


def _clock(connection: psycopg.Connection, _: Settings, machine: Machine) -> Iterator[Finding]:
    before = machine.now()
    theirs = _value(connection, "SELECT clock_timestamp()")
    skew = theirs - before - (machine.now() - before) / 2
    if abs(skew) > SKEW:
        said = f"The clocks of this machine and of the database differ by {abs(skew).total_seconds():.1f} s."
        yield _wrong("clock", said, "Synchronise both by NTP: codes, signatures and deadlines depend on them.")
    else:
        yield _fine("clock", "The database has the time of this machine.")


def _role(connection: psycopg.Connection, settings: Settings, _: Machine) -> Iterator[Finding]:
    lacking = [
        f"{privilege} on {table}"
        for table in sorted(metadata.tables)
        for privilege in ("SELECT", "INSERT", *(() if table in _APPEND_ONLY else ("UPDATE", "DELETE")))
        if _value(
            connection,
            "SELECT CASE WHEN to_regclass(%(t)s) IS NULL THEN true ELSE has_table_privilege(%(t)s, %(p)s) END",
            t=table,
            p=privilege,
        )
        is False
    ]
    if lacking:
        shown = ", ".join(lacking[:3])
        yield _wrong("role", f"It lacks {shown}{' and more' if len(lacking) > 3 else ''}.", "GRANT it.")  # noqa: PLR2004
    superuser, replicates, owned = connection.execute(_ROLE.encode()).fetchall()[0]
    if settings.environment is Environment.PRODUCTION and (superuser or owned):
        said = "It is a superuser." if superuser else f"It owns {owned} tables."
        yield _doubtful("role", said, "Let API and worker use a role that owns nothing, and only migrations the owner.")
    if not replicates:
        yield _doubtful("role", "It may not replicate.", "For `make backup`: ALTER ROLE … REPLICATION.")
    if not lacking:
        yield _fine("role", "It may do what API and worker do.")


def _limits(connection: psycopg.Connection, settings: Settings, _: Machine) -> Iterator[Finding]:
    most = int(_value(connection, "SHOW max_connections"))
    used = settings.api_processes * (settings.pool_size + 1) + settings.pool_size + 3
    said = f"One API service and a worker use up to {used} of {most} connections."
    if used > most:
        yield _wrong("connections", said, "Lower BOOKING_DB_POOL_SIZE, or raise max_connections.")
    else:
        yield _fine("connections", said)


def _log(connection: psycopg.Connection, settings: Settings, _: Machine) -> Iterator[Finding]:
    if settings.environment is Environment.PRODUCTION and _value(connection, "SHOW log_error_verbosity") != "terse":
        yield _doubtful("database", "Its log may contain values of rows.", "Set log_error_verbosity = terse.")
    slots = connection.execute(_SLOT.encode(), (backups.SLOT,)).fetchall()
    for status, active, waiting in slots:
        if status == "lost":
            yield _wrong("log", "The slot has lost a part of the log.", "DROP it, and run `make backup ARGS=--full`.")
        elif not active and (waiting or 0) > UNRECEIVED_BYTES:
            yield _wrong("log", f"Nothing receives the log; {waiting / 1e9:.1f} GB wait.", "Start `make receive-wal`.")
        elif not active:
            yield _doubtful("log", "Nothing receives the log now.", "Start `make receive-wal`.")


def _gateways(connection: psycopg.Connection, settings: Settings, _: Machine) -> Iterator[Finding]:
    if _value(connection, "SELECT to_regclass('plans')::text") is None:
        return
    for gateway, number in connection.execute(_CARDS):
        if not settings.takes(gateway):
            yield _doubtful(
                "gateways",
                f"The cards of {number} plans are kept by {gateway}, which the settings no longer have.",
                "Their customers are asked to pay each period. Add it to BOOKING_GATEWAYS to charge the cards again.",
            )


def _listening(connection: psycopg.Connection) -> list[Finding]:
    channel = f"doctor_{uuid4().hex}"
    connection.execute(f"LISTEN {channel}".encode())
    connection.execute(f"NOTIFY {channel}".encode())
    heard = any(True for _ in connection.notifies(timeout=_SECONDS, stop_after=1))
    if heard:
        return [_fine("notifications", "LISTEN works.")]
    mend = "Set DATABASE_DIRECT_URL to the address of PostgreSQL itself: docs/operate/scaling.md."
    return [_wrong("notifications", "A pooler swallows LISTEN.", mend)]


def _replica(primary: psycopg.Connection, url: str) -> Finding:
    try:
        with psycopg.connect(url, connect_timeout=int(_SECONDS), autocommit=True) as replica:
            recovers = _value(replica, "SELECT pg_is_in_recovery()")
            replayed = _value(replica, "SELECT pg_last_wal_replay_lsn()::text")
    except psycopg.Error as error:
        said = f"It does not answer: {type(error).__name__}."
        return _doubtful("replica", said, "Start it, or remove DATABASE_REPLICA_URL: the primary answers meanwhile.")
    if not recovers:
        return _wrong("replica", "It follows no primary.", "Rebuild it: docs/operate/scaling.md.")
    behind = int(_value(primary, "SELECT greatest(pg_current_wal_lsn() - %(at)s::pg_lsn, 0)", at=replayed))
    if behind > UNRECEIVED_BYTES:
        return _doubtful("replica", f"It is {behind / 1e9:.1f} GB behind.", "Look whether it receives the log.")
    return _fine("replica", f"It is {behind / 1e6:.1f} MB behind.")


async def _backups(settings: Settings, machine: Machine) -> AsyncIterator[Finding]:
    try:
        _, last = backups.nearest(settings.backups, None)
    except backups.BackupError as none:
        if settings.environment is Environment.PRODUCTION:
            yield _doubtful("back-ups", str(none), "Run `make backup` every night, or use Barman.")
        return
    age = machine.now() - last.ended_at
    said = f"The last one is from {last.ended_at:%Y-%m-%d %H:%M} UTC."
    if age > BACKUP_AGE:
        yield _wrong("back-ups", said, "Look why `make backup` did not run.")
    else:
        yield _fine("back-ups", said)


async def _public(settings: Settings) -> AsyncIterator[Finding]:
    async for each in _reached("public address", f"{settings.public_url}/health/live", exactly=200):
        yield each


async def _storage(settings: Settings) -> AsyncIterator[Finding]:
    mend = (
        "Correct the R2_… settings, and let the token read, write and delete."
        if settings.storage.service == R2
        else "Let this user write BOOKING_DATA_DIR."
    )
    container = Container(settings=settings)
    content = uuid4().bytes
    storage = container.object_storage()
    await storage.open()
    try:
        for public in (False, True):
            name = "public" if public else "private"
            key = ObjectKey(name=f"doctor/{uuid4()}", public=public)
            try:
                await storage.write(key, content, content_type="application/octet-stream")
                read = await storage.read(key, most=len(content))
                await storage.delete([key])
            except Unavailable as unavailable:
                said = f"A {name} object cannot be stored: {unavailable.__cause__ or 'no answer'}."
                yield _wrong("object storage", said, mend)
                continue
            if read == content and await storage.read(key, most=1) is None:
                yield _fine("object storage", f"A {name} object was stored, read and deleted.")
            else:
                yield _wrong("object storage", f"A {name} object is not what was stored, or stays.", mend)
    finally:
        await storage.close()


async def _email(settings: Settings) -> AsyncIterator[Finding]:
    email = settings.email
    if email.service is not EmailProvider.SMTP:
        return
    security = Security(email.smtp_security)
    client = aiosmtplib.SMTP(
        hostname=email.smtp_host,
        port=email.smtp_port,
        use_tls=security is Security.TLS,
        start_tls=security is Security.STARTTLS,
        timeout=_SECONDS,
    )
    place = f"{email.smtp_host}:{email.smtp_port}"
    try:
        await client.connect()
        if email.smtp_username:
            await client.login(email.smtp_username, email.smtp_password)
        await client.quit()
    except aiosmtplib.SMTPAuthenticationError:
        yield _wrong("e-mail", f"{place} refuses SMTP_USERNAME and SMTP_PASSWORD.", "Correct them.")
    except (aiosmtplib.SMTPException, OSError) as error:
        said = str(error).partition("\n")[0]
        yield _wrong("e-mail", f"{place}: {said}.", "Correct SMTP_HOST, SMTP_PORT and SMTP_SECURITY, or open the port.")
    else:
        yield _fine("e-mail", f"{place} accepts this platform.")


async def _scanner(settings: Settings) -> AsyncIterator[Finding]:
    if settings.storage.clamav is None:
        return
    host, port = settings.storage.clamav
    try:
        await ClamAv(host, port, timeout_seconds=_SECONDS).scan(b"doctor")
    except Unavailable:
        yield _wrong("scanner", f"clamd at {host}:{port} does not answer.", "Start it: uploads cannot be completed.")
    else:
        yield _fine("scanner", f"clamd at {host}:{port} answers.")


async def _cache(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.cache.url:
        return
    from redis.asyncio import Redis  # noqa: PLC0415 - takes a fifth of a second, and most need none
    from redis.exceptions import RedisError  # noqa: PLC0415

    client = Redis.from_url(settings.cache.url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
    try:
        async with client:
            await client.ping()
    except (RedisError, OSError) as error:
        said = str(error).partition("\n")[0]
        yield _doubtful("cache", f"Redis: {said}.", "Start it, or correct BOOKING_CACHE_URL: answers are made anew.")
    else:
        yield _fine("cache", "Redis answers.")


async def _services(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the servers that API and worker call can be reached; any answer will do."""
    production = settings.environment is Environment.PRODUCTION
    used = {
        "QPay": settings.qpay.base_url if settings.takes("qpay") else "",
        "the Worker in front of QPay": settings.edge.url if settings.takes("qpay-edge") else "",
        "Stripe": settings.stripe.base_url if settings.takes("stripe") else "",
        "Telegram": settings.telegram.api_url if settings.telegram.bot_name else "",
        "Google": settings.openid.google_issuer if settings.openid.google_client_id else "",
        "Apple": settings.openid.apple_issuer if settings.openid.apple_client_id else "",
    }
    for name, url in used.items():
        if url and (production or urlsplit(url).hostname not in {"127.0.0.1", "localhost"}):
            async for each in _reached(name, url):
                yield each


async def _reached(what: str, url: str, *, exactly: int | None = None) -> AsyncIterator[Finding]:
    try:
        async with _client() as client:
            status = (await client.get(url)).status_code
    except httpx.HTTPError as error:
        said = f"{url} cannot be reached: {str(error) or type(error).__name__}."
        yield _wrong(what, said, "Correct the address, DNS, certificate or firewall.")
        return
    if exactly is not None and status != exactly:
        yield _wrong(what, f"{url} answers {status}.", "Let the proxy pass it to the API; see deploy/nginx.conf.")
    else:
        yield _fine(what, f"{url} answers.")


@asynccontextmanager
async def _client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client:
        yield client


def _value(connection: psycopg.Connection, query: str, *values: object, **named: object) -> Any:
    return connection.execute(query.encode(), named or values or None).fetchall()[0][0]


def _fine(what: str, found: str) -> Finding:
    return Finding(what=what, state=State.FINE, found=found)


def _doubtful(what: str, found: str, mend: str) -> Finding:
    return Finding(what=what, state=State.DOUBTFUL, found=found, mend=mend)


def _wrong(what: str, found: str, mend: str = "") -> Finding:
    return Finding(what=what, state=State.WRONG, found=found, mend=mend)
