"""`python -m entrypoints.cli run|migrate|seed|api|worker`."""

import argparse
import asyncio
import os
import sys

from adapters.postgres import migrations
from adapters.postgres.embedded import EmbeddedPostgresError
from entrypoints.cli.provided_database import provided_database
from entrypoints.cli.run import CannotRun, run
from entrypoints.cli.seed import seed
from entrypoints.http.server import serve
from entrypoints.settings import InvalidSettings, Settings
from entrypoints.worker.main import main as run_worker


def main() -> int:
    """Do what the command line says; 2 means that it, or the configuration, is wrong."""
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
    command = parser.parse_args().command
    try:
        settings = Settings.from_environment(os.environ)
        if command == "run":
            return run(settings)
        if command == "worker":
            run_worker()
        elif command == "api":
            serve(settings)
        else:
            with provided_database(settings) as database:
                migrations.upgrade(database.url)
                if command == "seed":
                    asyncio.run(seed(settings, database.url))
    except (InvalidSettings, EmbeddedPostgresError, CannotRun) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


sys.exit(main())
