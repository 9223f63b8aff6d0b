"""`python -m entrypoints.cli COMMAND`: `run`, `migrate`, `seed`, `api`, `worker` and others; `--help` lists them.

Each command imports only what it needs: without Alembic, a process of `run` starts a second sooner. The garbage
collector is off during the imports: they free nothing, and scanning them repeatedly takes a quarter of the start.
"""

import gc
import os
import signal

gc.disable()
if os.getpid() == 1:
    # The kernel gives the first process of a container no default action: it would not hear SIGTERM until it serves.
    signal.signal(signal.SIGTERM, lambda number, _: os._exit(128 + number))

# ruff: noqa: E402
import argparse
import asyncio
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from adapters.kit.zone_data import use_pinned_zone_data
from booking_domain.notifications.errors import ChatUnavailable
from booking_domain.shared.errors import InvalidValue, StorageUnavailable
from booking_domain.shared.time import instant, time_zone
from entrypoints.cli.startup import CannotStart, DatabaseUnreachable, require_database, require_folder, wait_for_free
from entrypoints.settings.main import Environment, InvalidSettings, Settings


def _imported() -> None:
    gc.freeze()
    gc.enable()


def main() -> int:
    """Run the command; return its exit code: 2 if the arguments, the configuration or the database are unusable."""
    use_pinned_zone_data()
    parser = argparse.ArgumentParser(prog="python -m entrypoints.cli", description="The booking platform.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (
        ("run", "start the API, the worker and the QPay simulator, with demo data"),
        ("migrate", "upgrade the database to the current schema"),
        ("seed", "add the demo data; existing rows do not change"),
        ("api", "serve only the API"),
        ("worker", "run only the worker"),
        ("rotate-keys", "re-encrypt personal data with the current key; exits with 1 if a key is missing"),
        ("vapid-key", "print a new pair of keys for Web Push; needs no database"),
    ):
        commands.add_parser(name, help=what, description=what)
    what = "write the pages that a proxy shows during maintenance"
    pages = commands.add_parser("maintenance-pages", help=what, description=what)
    pages.add_argument("folder", type=Path, help="where the proxy looks for them")
    what = "answer messages to the Telegram bot by polling, for development"
    bot = commands.add_parser("telegram", help=what, description=what)
    bot.add_argument("--webhook", action="store_true", help="register the API as Telegram's webhook instead, and exit")
    what = "list the bookings whose instant no longer matches their wall time; exits with 1 if one cannot be moved"
    zones = commands.add_parser("zone-changes", help=what, description=what)
    zones.add_argument("--apply", action="store_true", help="move the bookings and notify both parties")
    zones.add_argument(
        "--zone", type=_known_zone, metavar="NAME", help="only bookings in this time zone, for example Asia/Ulaanbaatar"
    )
    what = "compare every entry of search with the slots, and repair it; exits with 1 if one was wrong"
    index = commands.add_parser("search-index", help=what, description=what)
    index.add_argument("--rebuild", action="store_true", help="make all entries anew instead")
    what = "compare the figures of all providers with bookings and money, or recount them (`rebuild`)"
    figures = commands.add_parser("statistics", help=what, description=what)
    figures.add_argument("action", choices=["check", "rebuild"], help="`check` exits with 1 if figures were wrong")
    what = "add an admin with a random password, which is printed"
    admin = commands.add_parser("admin", help=what, description=what)
    admin.add_argument("email")
    admin.add_argument("--name", default="Admin")
    what = "back the database, the objects of files and the list of erasures up, into BOOKING_BACKUP_DIR"
    backup = commands.add_parser("backup", help=what, description=what)
    backup.add_argument("--full", action="store_true", help="copy everything, not only what has changed")
    what = "receive what the database writes, and record erasures, as long as it runs"
    commands.add_parser("receive-wal", help=what, description=what)
    what = (
        "restore a state from a back-up, erase people again and verify it; exits with 1 if something is wrong with it"
    )
    restore = commands.add_parser("restore", help=what, description=what)
    restore.add_argument("--at", type=_time, help="the time of the state (ISO 8601, with an offset); default: the last")
    restore.add_argument("--from", dest="folder", type=Path, help="the folder of back-ups; default: BOOKING_BACKUP_DIR")
    restore.add_argument("--into", type=Path, help="where to; default: the embedded server's folder")
    what = "look at everything that the platform needs, and say how to mend it; exits with 1 if something is wrong"
    doctor = commands.add_parser("doctor", help=what, description=what)
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    chosen = parser.parse_args()
    if chosen.command == "vapid-key":
        return _vapid_key()
    if chosen.command == "doctor":
        return _doctor(as_json=chosen.json)
    try:
        settings = Settings.from_environment(os.environ)
        alone = {
            "worker": lambda: _worker(settings),
            "api": lambda: _api(settings),
            "telegram": lambda: _telegram(settings, webhook=chosen.webhook),
            "restore": lambda: _restore(settings, chosen),
            "maintenance-pages": lambda: _maintenance_pages(settings, chosen.folder),
        }
        if chosen.command in alone:
            return alone[chosen.command]()
        return _on_a_provided_database(settings, chosen)
    except (InvalidSettings, CannotStart, ChatUnavailable, StorageUnavailable) as error:
        print(error, file=sys.stderr)
        return 2


def _known_zone(name: str) -> str:
    """Parse a command-line argument as the name of a time zone."""
    try:
        return time_zone(name).key
    except InvalidValue as unknown:
        raise argparse.ArgumentTypeError(unknown.problem) from unknown


def _time(text: str) -> datetime:
    """Parse a command-line argument as an instant."""
    try:
        return instant(datetime.fromisoformat(text))
    except (ValueError, InvalidValue) as unknown:
        raise argparse.ArgumentTypeError("write a time with its offset, as 2026-11-26T05:00:00Z") from unknown


def _doctor(*, as_json: bool) -> int:
    from entrypoints.cli.doctor import doctor, invalid, tell
    from entrypoints.cli.provided_database import provided_database

    _imported()
    try:
        settings = Settings.from_environment(os.environ)
    except InvalidSettings as error:
        return tell(invalid(error.problems), as_json=as_json)
    if settings.database_url is None and settings.environment is Environment.DEVELOPMENT:
        with provided_database(settings, keep_running=True) as database:
            return doctor(replace(settings, database_url=database.url), as_json=as_json)
    return doctor(settings, as_json=as_json)


def _restore(settings: Settings, chosen: argparse.Namespace) -> int:
    from adapters.postgres.kit.backups import BackupError
    from adapters.postgres.kit.embedded import EmbeddedPostgresError
    from adapters.postgres.kit.migrations import UnknownRevision
    from entrypoints.cli.backup import Restore, restore

    _imported()
    into = chosen.into or settings.data_dir / "postgres"
    try:
        return restore(settings, Restore(at=chosen.at, folder=chosen.folder or settings.backups, into=into))
    except (BackupError, EmbeddedPostgresError, UnknownRevision) as error:
        print(error, file=sys.stderr)
        return 2


def _vapid_key() -> int:
    from adapters.web_push import new_private_key, public_key

    key = new_private_key()
    print(f"BOOKING_VAPID_PRIVATE_KEY={key}")
    print(f"# the public key, which browsers get from the API: {public_key(key)}")
    return 0


def _maintenance_pages(settings: Settings, folder: Path) -> int:
    from entrypoints.web.errors.maintenance import write_maintenance_pages

    write_maintenance_pages(folder, settings.brand.name)
    return 0


def _worker(settings: Settings) -> int:
    from entrypoints.worker.main import main as run_worker

    _imported()
    try:
        _require_surroundings(settings, "worker")
    except DatabaseUnreachable as unreachable:
        print(unreachable, "The worker waits for it.", file=sys.stderr)
    run_worker()
    return 0


def _api(settings: Settings) -> int:
    from entrypoints.http.server import serve

    _imported()
    _require_surroundings(settings, "api")
    wait_for_free((settings.host, settings.port))
    serve(settings)
    return 0


def _telegram(settings: Settings, *, webhook: bool) -> int:
    from entrypoints.cli.telegram import run_bot

    _imported()
    if not webhook:
        require_database(settings, "telegram")
    with suppress(KeyboardInterrupt):
        asyncio.run(run_bot(settings, webhook=webhook))
    return 0


def _require_surroundings(settings: Settings, command: str) -> None:
    if settings.environment is Environment.DEVELOPMENT:  # messages are files there
        require_folder(settings.data_dir)
    require_database(settings, command)


def _on_a_provided_database(settings: Settings, chosen: argparse.Namespace) -> int:
    from adapters.postgres.kit import migrations
    from adapters.postgres.kit.backups import BackupError
    from adapters.postgres.kit.embedded import EmbeddedPostgresError
    from adapters.postgres.kit.revisions import latest_revision
    from booking_domain.shared.audit import Origin
    from entrypoints.cli.admin import add_admin
    from entrypoints.cli.backup import backup, receive_wal
    from entrypoints.cli.banner import demo_accounts
    from entrypoints.cli.provided_database import provided_database
    from entrypoints.cli.rotate_keys import rotate_keys
    from entrypoints.cli.run import run
    from entrypoints.cli.search_index import search_index
    from entrypoints.cli.seed import SeedRefused, seed
    from entrypoints.cli.statistics import statistics
    from entrypoints.cli.zone_changes import zone_changes
    from entrypoints.container import Container
    from entrypoints.settings.origins import set_origin

    _imported()
    set_origin(lambda: Origin(user_agent=f"cli {chosen.command}"))
    try:
        if chosen.command == "run":
            return run(settings)
        with provided_database(settings, keep_running=True) as database:
            url = database.url
            on_this_revision = {
                "zone-changes": lambda: zone_changes(settings, url, apply=chosen.apply, zone=chosen.zone),
                "search-index": lambda: search_index(settings, url, rebuild=chosen.rebuild),
                "statistics": lambda: statistics(settings, url, rebuild=chosen.action == "rebuild"),
                "rotate-keys": lambda: rotate_keys(settings, url),
            }
            backups = {
                "backup": lambda: backup(settings, url, full=chosen.full),
                "receive-wal": lambda: receive_wal(settings, url),
            }
            if chosen.command in backups:
                return backups[chosen.command]()
            if chosen.command in on_this_revision:
                return asyncio.run(on_this_revision[chosen.command]())
            migrations.upgrade(database.url, cipher=Container(settings=settings).field_cipher())
            if chosen.command == "admin":
                return asyncio.run(add_admin(settings, database.url, email=chosen.email, name=chosen.name))
            print(f"The database is at revision {latest_revision()}.")
            if chosen.command == "seed":
                asyncio.run(seed(settings, database.url))
                print(f"The demo data is there. {demo_accounts()}")
    except (BackupError, EmbeddedPostgresError, SeedRefused, migrations.UnknownRevision) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


sys.exit(main())
