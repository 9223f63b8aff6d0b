"""`python -m entrypoints.cli run|migrate|seed|api|worker|zone-changes`."""

import argparse
import asyncio
import os
import sys

from adapters.postgres import migrations
from adapters.postgres.embedded import EmbeddedPostgresError
from booking_domain.shared.errors import StorageUnavailable
from entrypoints.cli.provided_database import provided_database
from entrypoints.cli.run import CannotRun, run
from entrypoints.cli.seed import seed
from entrypoints.cli.zone_changes import known_zone, zone_changes
from entrypoints.http.server import serve
from entrypoints.settings import InvalidSettings, Settings
from entrypoints.worker.main import main as run_worker
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
    ):
        commands.add_parser(name, help=what, description=what)
    what = "list the bookings that new time zone data has put at the wrong instant; 1 if some of them cannot be moved"
    zones = commands.add_parser("zone-changes", help=what, description=what)
    zones.add_argument("--apply", action="store_true", help="move them, and tell both sides")
    zones.add_argument(
        "--zone", type=known_zone, metavar="NAME", help="only those of this time zone, e.g. Asia/Ulaanbaatar"
    )
    chosen = parser.parse_args()
    command = chosen.command
    use_pinned_zone_data(os.environ)
    try:
        settings = Settings.from_environment(os.environ)
        if command == "run":
            return run(settings)
        if command == "worker":
            run_worker()
        elif command == "api":
            serve(settings)
        elif command == "zone-changes":
            with provided_database(settings) as database:
                return asyncio.run(zone_changes(settings, database.url, apply=chosen.apply, zone=chosen.zone))
        else:
            with provided_database(settings) as database:
                migrations.upgrade(database.url)
                if command == "seed":
                    asyncio.run(seed(settings, database.url))
    except (InvalidSettings, EmbeddedPostgresError, CannotRun, StorageUnavailable) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


sys.exit(main())
