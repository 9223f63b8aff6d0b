"""`python -m entrypoints.cli run|migrate|seed|api|worker|rotate-keys|zone-changes`.

Each command imports what it needs and no more: a part of `run` is up a second sooner without Alembic and the rest.
"""

import argparse
import asyncio
import os
import sys

from booking_domain.shared.errors import InvalidValue, StorageUnavailable
from booking_domain.shared.time import time_zone
from entrypoints.settings import InvalidSettings, Settings
from entrypoints.zone_data import use_pinned_zone_data


def main() -> int:
    """Do what the command line says; 2 means that it, the configuration or the database is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m entrypoints.cli", description="The booking platform.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (
        ("run", "start everything that is needed, with demo data"),
        ("migrate", "bring the database to the current schema"),
        ("seed", "add the demo data; what is there already stays"),
        ("api", "serve the API alone"),
        ("worker", "run the worker alone"),
        ("rotate-keys", "seal personal data anew with the current key; 1 if a key is missing"),
    ):
        commands.add_parser(name, help=what, description=what)
    what = "list the bookings that new time zone data has put at the wrong instant; 1 if some of them cannot be moved"
    zones = commands.add_parser("zone-changes", help=what, description=what)
    zones.add_argument("--apply", action="store_true", help="move them, and tell both sides")
    zones.add_argument(
        "--zone", type=_known_zone, metavar="NAME", help="only those of this time zone, e.g. Asia/Ulaanbaatar"
    )
    chosen = parser.parse_args()
    use_pinned_zone_data(os.environ)
    try:
        settings = Settings.from_environment(os.environ)
        if chosen.command == "worker":
            return _worker()
        if chosen.command == "api":
            return _api(settings)
        return _on_a_provided_database(settings, chosen)
    except (InvalidSettings, StorageUnavailable) as error:
        print(error, file=sys.stderr)
        return 2


def _known_zone(name: str) -> str:
    """The name of a time zone, as an argument."""
    try:
        return time_zone(name).key
    except InvalidValue as unknown:
        raise argparse.ArgumentTypeError(unknown.problem) from unknown


def _worker() -> int:
    from entrypoints.worker.main import main as run_worker

    run_worker()
    return 0


def _api(settings: Settings) -> int:
    from entrypoints.http.server import serve

    serve(settings)
    return 0


def _on_a_provided_database(settings: Settings, chosen: argparse.Namespace) -> int:
    from adapters.postgres.kit import migrations
    from adapters.postgres.kit.embedded import EmbeddedPostgresError
    from booking_domain.shared.audit import Origin
    from entrypoints.cli.provided_database import provided_database
    from entrypoints.cli.rotate_keys import rotate_keys
    from entrypoints.cli.run import CannotRun, run
    from entrypoints.cli.seed import SeedRefused, seed
    from entrypoints.cli.zone_changes import zone_changes
    from entrypoints.container import Container
    from entrypoints.origins import set_origin

    set_origin(lambda: Origin(user_agent=f"cli {chosen.command}"))
    try:
        if chosen.command == "run":
            return run(settings)
        with provided_database(settings) as database:
            if chosen.command == "zone-changes":
                return asyncio.run(zone_changes(settings, database.url, apply=chosen.apply, zone=chosen.zone))
            if chosen.command == "rotate-keys":
                return asyncio.run(rotate_keys(settings, database.url))
            migrations.upgrade(database.url, cipher=Container(settings=settings).field_cipher())
            if chosen.command == "seed":
                asyncio.run(seed(settings, database.url))
    except (EmbeddedPostgresError, CannotRun, SeedRefused) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


sys.exit(main())
