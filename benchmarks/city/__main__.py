"""`make city SIZE=…`: fills an empty database with a city.

SIZE is a preset or a number of providers. The database is that of `DATABASE_URL`, or the embedded one of `make run`.
"""

import argparse
import asyncio
import os
import shutil
import sys
from datetime import UTC, datetime
from typing import Final

from adapters.postgres.kit import migrations
from benchmarks.city.generate import BYTES_PER_BOOKING, BYTES_PER_PROVIDER, NotEmpty, generate
from benchmarks.city.providers import Plan
from entrypoints.cli.demo_accounts import PASSWORD
from entrypoints.cli.provided_database import provided_database
from entrypoints.container import Container
from entrypoints.settings.main import Environment, Settings

BOOKINGS_EACH: Final = 100
PRESETS: Final = {"village": 100, "town": 10_000, "city": 100_000}
"""10,000, 1 million and 10 million bookings."""


def main() -> int:
    """Make a city; return the status of the process."""
    parser = argparse.ArgumentParser(prog="make city", description=__doc__)
    parser.add_argument("size", help=f"{', '.join(PRESETS)}, or a number of providers")
    parser.add_argument("--bookings", type=int, help=f"about how many ({BOOKINGS_EACH} for each provider)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--now", type=datetime.fromisoformat, help="the moment of the city, with an offset (now)")
    options = parser.parse_args()
    providers = PRESETS.get(options.size) or int(options.size)
    bookings = providers * BOOKINGS_EACH if options.bookings is None else options.bookings
    settings = Settings.from_environment(os.environ)
    if settings.environment is Environment.PRODUCTION:
        print("A city is for development only: its passwords are public.", file=sys.stderr)
        return 2
    needed = bookings * BYTES_PER_BOOKING + providers * BYTES_PER_PROVIDER
    if settings.database_url is None and (free := shutil.disk_usage(".").free) < needed:
        print(f"The city needs {needed >> 20:,} MB, and the disk has {free >> 20:,} MB.", file=sys.stderr)
        return 2
    password = asyncio.run(Container(settings=settings).password_hasher().hash(PASSWORD))
    plan = Plan(
        providers=providers,
        bookings=bookings,
        now=options.now or datetime.now(UTC).replace(microsecond=0),
        seed=options.seed,
        password_hash=password,
    )
    print(f"{providers:,} providers, about {bookings:,} bookings, at most {needed >> 20:,} MB", flush=True)
    with provided_database(settings) as database:
        migrations.upgrade(database.url)
        try:
            generate(database.url, plan, lambda line: print(line, flush=True))
        except NotEmpty as error:
            print(error, file=sys.stderr)
            return 2
    print(f"All passwords are {PASSWORD}; customer-1@city.example is a customer.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
