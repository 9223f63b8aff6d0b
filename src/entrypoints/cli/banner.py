"""The text that `run` prints when every process is ready."""

from entrypoints.cli.demo_accounts import PASSWORD
from entrypoints.cli.seed import ACCOUNTS
from entrypoints.settings.main import Settings


def banner(settings: Settings, took: float, *, demo: bool) -> str:
    """The addresses, the database, the folder of messages and the demo accounts."""
    url = settings.public_url
    lines = [
        "",
        f"Ready after {took:.1f} s.",
        *([f"  pages           {url}/"] if settings.pages else []),
        f"  API             {url}/api/v1",
        f"  documentation   {url}/docs",
        f"  OpenAPI         {url}/schema",
        f"  inbox           {url}/docs/inbox",
    ]
    if settings.simulated_qpay:
        lines.append(f"  QPay simulator  http://127.0.0.1:{settings.simulator_port}")
    if settings.simulated_stripe:
        lines.append(f"  Stripe's        http://127.0.0.1:{settings.stripe.simulator_port} (simulator)")
    lines += [
        f"  database        {settings.database_url}",
        f"  messages        {settings.data_dir / 'messages'}",
    ]
    if demo:
        lines.append(f"  accounts        {demo_accounts()}")
    return "\n".join([*lines, "Ctrl-C stops everything.", ""])


def demo_accounts() -> str:
    """The demo accounts and their password."""
    return f"{', '.join(account.email for account in ACCOUNTS)}; password {PASSWORD}"
