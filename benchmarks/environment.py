"""The environment of a benchmark: an embedded database, and production settings."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.postgres.kit import embedded, migrations


@contextmanager
def database() -> Iterator[str]:
    """Yield the URL of a migrated database on a new PostgreSQL server with default settings."""
    with temporary_folder() as folder, database_in(folder) as url:
        yield url


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that ends with the block; the user as which PostgreSQL runs may enter it."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@contextmanager
def database_in(folder: Path) -> Iterator[str]:
    """The same as `database`, with the server's files in this folder."""
    server = embedded.start(folder / "postgres")
    try:
        migrations.upgrade(server.conninfo)
        yield server.conninfo
    finally:
        server.stop()


def production(url: str) -> dict[str, str]:
    """The environment variables of a production server; neither its payment gateway nor its mail server is called."""
    return {
        "BOOKING_ENV": "production",
        "DATABASE_URL": url,
        **{f"BOOKING_{name}_KEY": secrets.token_urlsafe(32) for name in ("SECRET", "ENCRYPTION", "BLIND_INDEX")},
        "BOOKING_PUBLIC_URL": "https://booking.example",
        "BOOKING_EMAIL_PROVIDER": "smtp",
        "BOOKING_EMAIL_FROM": "booking@booking.example",
        "SMTP_HOST": "smtp.booking.example",
        "BOOKING_SMS_PROVIDER": "none",
        "QPAY_BASE_URL": "https://qpay.example/v2",
        "QPAY_USERNAME": "BENCHMARK",
        "QPAY_PASSWORD": secrets.token_urlsafe(16),
        "QPAY_INVOICE_CODE": "BENCHMARK_INVOICE",
        "BOOKING_STORAGE": "local",
    }
