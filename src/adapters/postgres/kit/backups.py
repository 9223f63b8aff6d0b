"""Back-ups of a PostgreSQL server with its own programs, and their restoration to a point in time.

A folder of back-ups contains a folder for each history of a server, `SYSTEM-TIMELINE`: a server that was restored, or a
standby that took over, continues in a new one. A history has `base/`, full and incremental copies of the server's files
with a JSON file for each complete one, and `wal/`, what the server wrote since the first of them, received through a
replication slot.
"""

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

import msgspec
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.postgres.kit import embedded

SLOT: Final = "booking_backup"
FULL_EVERY: Final = timedelta(days=7)
INCREMENTAL_FROM: Final = 17
_DEBIAN: Final = Path("/usr/lib/postgresql")
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_SEGMENT: Final = re.compile(r"([0-9A-F]{24})(?:\.partial)?")
_FATAL: Final = re.compile(r"FATAL:\s+(.*)")
_ABOUT: Final = """
    SELECT clock_timestamp(), datname::text, pg_get_userbyid(datdba)::text
    FROM pg_database WHERE datname = current_database()
"""
_PAUSE_SECONDS: Final = 0.05


class BackupError(Exception):
    """A back-up or its restoration failed; the message says why, and what to do."""


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """A complete copy of the server's files, as it stands in the JSON file beside it."""

    name: str
    previous: str | None
    """The copy that it adds to; None if it is full."""
    ended_at: datetime
    """From when on a state can be restored from it, by the server's clock."""
    version: int
    """The major version of the server."""
    database: str
    owner: str
    """The role that owns the database, and may change it when it is restored."""
    first_segment: str
    """The part of the write-ahead log with which a recovery begins."""


@dataclass(frozen=True, slots=True)
class Source:
    """A server to back up, as an URL of its database finds it."""

    url: str
    version: int
    history: str
    segment_bytes: int
    summarises: bool
    """Whether it records which blocks change, so that a back-up may be incremental."""

    @classmethod
    def at(cls, url: str) -> Self:
        """Ask the server.

        Raises:
            BackupError: it does not answer, or the role may not ask.
        """
        with _asking(url) as connection:
            version, system, timeline, segment_bytes, summarises = _row(
                connection,
                """
                SELECT current_setting('server_version_num')::int / 10000,
                    (SELECT system_identifier FROM pg_control_system()),
                    ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int,
                    (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'),
                    current_setting('summarize_wal', true) = 'on'
                """,
            )
        return cls(url, version, f"{system}-{timeline}", segment_bytes, summarises is True)

    def run(self, program: str, *arguments: str) -> None:
        """Run a client of this server to its end.

        Raises:
            BackupError: it failed.
        """
        _run(programs(program, version=self.version) / program, *arguments, environ=self.environ)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of a client; its command line, which everybody can read, has no password."""
        parts = conninfo_to_dict(self.url)
        given = {"PGPASSWORD": str(parts["password"])} if "password" in parts else {}
        return {**os.environ, **given, "LC_ALL": "C", "TZ": "UTC"}

    @property
    def address(self) -> str:
        """The conninfo without the password."""
        parts = {name: str(value) for name, value in conninfo_to_dict(self.url).items() if name != "password"}
        return make_conninfo(**parts)


class History:
    """The back-ups of one history of a server."""

    def __init__(self, folder: Path) -> None:
        self.bases: Final = folder / "base"
        self.wal: Final = folder / "wal"
        self._received: Final = folder / "received"

    @classmethod
    def all_in(cls, folder: Path) -> Iterator[Self]:
        """The histories in a folder of back-ups."""
        for each in sorted(folder.glob("*-*/base")):
            yield cls(each.parent)

    def complete(self) -> Sequence[Base]:
        """The complete back-ups, oldest first."""
        found = (msgspec.json.decode(file.read_bytes(), type=Base) for file in self.bases.glob("*.json"))
        return sorted(found, key=lambda base: base.ended_at)

    def chain(self, last: Base) -> Sequence[Base]:
        """The back-up with those that it adds to, the full one first."""
        by_name = {base.name: base for base in self.complete()}
        found = [last]
        while (previous := found[0].previous) is not None:
            if previous not in by_name:
                raise BackupError(f"The back-up {found[0].name} adds to {previous}, which is not there.")
            found.insert(0, by_name[previous])
        return found

    def segments(self) -> Sequence[str]:
        """The parts of the write-ahead log, oldest first; the last one may be partial."""
        names = (_SEGMENT.fullmatch(file.name) for file in self.wal.iterdir()) if self.wal.is_dir() else ()
        return sorted({found[1] for found in names if found is not None})

    def note_received(self) -> None:
        """Remember the newest part of the log, so that its absence is noticed."""
        newest = "".join(self.segments()[-1:])
        unfinished = self._received.with_suffix(".new")
        unfinished.write_text(newest)
        unfinished.rename(self._received)

    def require_unbroken(self, first: str, segment_bytes: int) -> Sequence[str]:
        """The parts of the log from `first` on.

        Raises:
            BackupError: one is missing.
        """
        found = [name for name in self.segments() if name >= first]
        if found[:1] != [first]:
            raise BackupError(f"{self.wal} lacks {first}, with which the recovery begins.")
        for earlier, later in pairwise(found):
            if (expected := _after(earlier, segment_bytes)) != later:
                raise BackupError(f"{self.wal} lacks {expected}: what came after it cannot be restored from there.")
        newest = self._received.read_text() if self._received.exists() else ""
        if found[-1] < newest:
            raise BackupError(f"{self.wal} lacks {newest}, which was received.")
        return found

    def remove_unfinished(self) -> None:
        """Remove what interrupted back-ups left."""
        complete = {base.name for base in self.complete()}
        for left in self.bases.iterdir() if self.bases.is_dir() else ():
            if left.is_dir() and left.name not in complete:
                shutil.rmtree(left)

    def remove_before(self, oldest: datetime) -> Sequence[str]:
        """Remove what no state after this time needs; return the names of the back-ups.

        The last full back-up from before that time stays, with all that was added to it.
        """
        complete = self.complete()
        fulls = [base for base in complete if base.previous is None and base.ended_at <= oldest]
        if not fulls:
            return ()
        gone = [base.name for base in complete if base.ended_at < fulls[-1].ended_at]
        for name in gone:
            (self.bases / f"{name}.json").unlink()  # first: without it, the rest is unfinished
            shutil.rmtree(self.bases / name)
        for file in self.wal.iterdir():
            segment = _SEGMENT.fullmatch(file.name)
            if segment is not None and segment[1] < fulls[-1].first_segment:
                file.unlink()
        return gone


def history_of(folder: Path, source: Source) -> History:
    """Where the back-ups of a server go."""
    return History(folder / source.history)


def back_up(folder: Path, source: Source, *, full: bool = False, durable: bool = True) -> Base:
    """Copy the server's files, verify the copy, and receive the log up to it if nothing else receives it.

    The copy is incremental if the server records what changes and the last full one is less than a week old. A back-up
    that is not `durable` may still be on its way to the disk when this returns.

    Raises:
        BackupError: a program failed. What it left is removed by the next back-up.
    """
    history = history_of(folder, source)
    for each in (history.bases, history.wal):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
    history.remove_unfinished()
    keep_log(source)
    with _asking(source.url) as connection:
        started, database, owner = _row(connection, _ABOUT)
    complete = history.complete()
    fulls = [base.ended_at for base in complete if base.previous is None]
    able = source.version >= INCREMENTAL_FROM and source.summarises
    adds = able and not full and bool(fulls) and started - fulls[-1] < FULL_EVERY
    previous = complete[-1].name if adds else None
    name = f"{started.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
    manifest = () if previous is None else (f"--incremental={history.bases / previous / 'backup_manifest'}",)
    copy = history.bases / name
    source.run(
        "pg_basebackup",
        f"--dbname={source.address}",
        f"--pgdata={copy}",
        "--format=plain",
        "--checkpoint=fast",
        "--wal-method=stream",
        *manifest,
        *(() if durable else ("--no-sync",)),
    )
    source.run("pg_verifybackup", "--quiet", str(copy))
    with _asking(source.url) as connection:
        # Another commit: a recovery to the time before it ends there, and so does the receiver.
        ended, lsn = _row(connection, "SELECT clock_timestamp(), pg_current_wal_flush_lsn()::text")
        connection.execute("SELECT pg_logical_emit_message(true, 'booking', 'backup')")
        receiving = _row(connection, "SELECT active FROM pg_replication_slots WHERE slot_name = %s", SLOT)
    if receiving == (False,):
        source.run(
            "pg_receivewal", *receiving_arguments(history, source, durable=durable), "--no-loop", f"--endpos={lsn}"
        )
    history.note_received()
    base = Base(
        name=name,
        previous=previous,
        ended_at=ended,
        version=source.version,
        database=database,
        owner=owner,
        first_segment=_first_segment(copy),
    )
    unfinished = copy.with_name(f".{name}")
    unfinished.write_bytes(msgspec.json.encode(base))
    unfinished.rename(copy.with_name(f"{name}.json"))
    return base


def keep_log(source: Source) -> None:
    """Make the server keep its log until it was received.

    Raises:
        BackupError: the role may not do that.
    """
    with _asking(source.url) as connection:
        connection.execute(
            """
            SELECT pg_create_physical_replication_slot(%(slot)s, true)
            WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = %(slot)s)
            """,
            {"slot": SLOT},
        )


def receiving_arguments(history: History, source: Source, *, durable: bool = True) -> Sequence[str]:
    """The arguments with which `pg_receivewal` receives the log of a server, and confirms what is on its disk."""
    sync = "--synchronous" if durable else "--no-sync"
    return (f"--dbname={source.address}", f"--directory={history.wal}", f"--slot={SLOT}", sync)


def nearest(folder: Path, at: datetime | None) -> tuple[History, Base]:
    """The last back-up that ended before a time, or the last one, and its history.

    Raises:
        BackupError: there is none.
    """
    usable = (
        (base.ended_at, history, base)
        for history in History.all_in(folder)
        for base in history.complete()
        if at is None or base.ended_at <= at
    )
    found = max(usable, key=lambda each: each[0], default=None)
    if found is None:
        raise BackupError(f"{folder} has no back-up{f' from before {at.isoformat()}' if at else ''}.")
    return found[1], found[2]


@contextmanager
def restored(folder: Path, into: Path, at: datetime | None) -> Iterator[str]:
    """Restore the state at a time, or the last one, as `into/data`; yield the URL at which the server runs meanwhile.

    Only this user reaches that server, and it stops when the block ends. `into` may be started with `embedded.start`.

    Raises:
        BackupError: there is no such state, a part of the log is missing, or a program failed. `into` is left unusable.
    """
    into = into.resolve()
    if (into / "data").exists():
        raise BackupError(f"{into / 'data'} exists. Move it away first.")
    history, base = nearest(folder, at)
    chain = history.chain(base)
    binaries = programs("postgres", "pg_ctl", "pg_verifybackup", version=base.version)
    log = history.require_unbroken(base.first_segment, _segment_bytes(history.wal))
    into.mkdir(parents=True, exist_ok=True)
    # Renamed when it is complete, so that nobody starts half of it.
    server = embedded.Server(into, binaries, name="data.restored")
    wal, settings, access = into / "restored-wal", into / "restoring.conf", into / "restoring_hba.conf"
    for left in (server.data, wal):
        shutil.rmtree(left, ignore_errors=True)
    _combine(binaries, [history.bases / each.name for each in chain], server.data)
    (server.data / "recovery.signal").touch()
    wal.mkdir(mode=0o700)
    for name in _files(history.wal, log):
        shutil.copyfile(history.wal / name, wal / name.removesuffix(".partial"))
    access.write_text("local all all trust\n")
    (into / "server.log").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-") as sockets:
        settings.write_text(_recovering(wal, access, sockets, at))
        server.own(server.data, wal, settings, access, Path(sockets))
        try:
            server.start({"config_file": str(settings)})
            url = f"postgresql:///{base.database}?host={sockets}&port=5432&user={base.owner}"
            while not _answers(url):
                if not server.running:
                    raise BackupError(_why(into / "server.log", at))
                time.sleep(_PAUSE_SECONDS)  # a recovery takes as long as it takes
            yield url
        finally:
            server.stop()
    for used in (settings, access):
        used.unlink()
    shutil.rmtree(wal)
    server.data.rename(into / "data")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _recovering(wal: Path, access: Path, sockets: str, at: datetime | None) -> str:
    """The configuration of a server that recovers to a time, alone."""
    options = {
        "listen_addresses": "",
        "unix_socket_directories": sockets,
        "port": "5432",
        "hba_file": str(access),
        "hot_standby": "off",
        "max_connections": "20",
        "archive_mode": "off",
        "restore_command": f'cp {shlex.quote(str(wal).replace("%", "%%"))}/%f "%p"',
        "recovery_target_timeline": "current",
        **({"recovery_target_time": at.isoformat(), "recovery_target_action": "promote"} if at else {}),
    }
    return "".join("{} = '{}'\n".format(name, value.replace("'", "''")) for name, value in options.items())


def programs(*needed: str, version: int) -> Path:
    """The folder of PostgreSQL's programs: the packaged ones, those of PATH, or Debian's.

    They are of the server's major version: newer ones copy its files, but cannot read its log to verify them.

    Raises:
        BackupError: no folder has all that are needed, in that version.
    """
    on_path = shutil.which(needed[0])
    places = [embedded.BINARIES, *([Path(on_path).resolve().parent] if on_path else []), *_DEBIAN.glob("*/bin")]
    for place in places:
        if all((place / name).exists() for name in needed) and _major(place / needed[0]) == version:
            return place
    raise BackupError(f"{', '.join(needed)} of PostgreSQL {version} cannot be found: install it, or add it to PATH.")


def _major(program: Path) -> int:
    found = _VERSION.search(_run(program, "--version"))
    return int(found[1]) if found else 0


def _combine(binaries: Path, chain: Sequence[Path], data: Path) -> None:
    """Make the files of a server from a full back-up and what was added to it, and verify them."""
    if len(chain) == 1:
        shutil.copytree(chain[0], data)
    else:
        _run(binaries / "pg_combinebackup", f"--output={data}", *map(str, chain))
    data.chmod(0o700)
    _run(binaries / "pg_verifybackup", "--quiet", str(data))


def _run(program: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(  # noqa: S603
        [program, *arguments], env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program.name} failed: {done.stderr.strip()}")
    return done.stdout


@contextmanager
def _asking(url: str) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            yield connection
    except psycopg.Error as error:
        raise BackupError(f"PostgreSQL: {str(error).strip()}") from error


def _row(connection: psycopg.Connection, query: str, *values: object) -> tuple[Any, ...]:
    return connection.execute(query.encode(), values or None).fetchall()[0]


def _first_segment(copy: Path) -> str:
    """The part of the log at which the recovery of a copy begins."""
    found = re.search(
        r"^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)$", (copy / "backup_label").read_text(), re.MULTILINE
    )
    if found is None:
        raise BackupError(f"{copy}/backup_label does not say where the log begins.")
    return found[1]


def _after(segment: str, segment_bytes: int) -> str:
    """The name of the next part of the log."""
    each = 0x1_0000_0000 // segment_bytes
    number = int(segment[8:16], 16) * each + int(segment[16:], 16) + 1
    return f"{segment[:8]}{number // each:08X}{number % each:08X}"


def _segment_bytes(wal: Path) -> int:
    """The size of a part of the log: all have the same, the partial one too."""
    return max((file.stat().st_size for file in wal.glob("0*") if _SEGMENT.fullmatch(file.name)), default=1 << 24)


def _files(wal: Path, segments: Sequence[str]) -> Iterator[str]:
    for name in segments:
        yield name if (wal / name).exists() else f"{name}.partial"
    for history in wal.glob("*.history"):
        yield history.name


def _why(log: Path, at: datetime | None) -> str:
    said = ""
    with suppress(OSError):
        found = _FATAL.findall(log.read_text(encoding="utf-8", errors="replace"))
        said = found[-1] if found else ""
    if "before configured recovery target" in said:
        return f"The log ends before {at}: it is incomplete, or nothing was committed since. Choose an earlier time."
    return f"The recovery failed: {said or f'see {log}'}"
