"""The commands of backup.md are pasted: a platform is backed up and lost, and serves a moment before again."""

import shutil
import sys
from datetime import UTC
from pathlib import Path
from typing import Final

import pytest
from tests.acceptance.people import customers
from tests.acceptance.product import Product, eventually
from tests.acceptance.readme import fenced
from tests.acceptance.test_pasted_docs import Shell, commands
from tests.programs import CHECKOUT

PAGE: Final = CHECKOUT / "docs" / "operate" / "backup.md"
SAFE: Final = "SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= %s::pg_lsn"


def pasted(begin: str) -> list[str]:
    """The commands of the block that begins so."""
    [block] = [each.text for each in fenced(PAGE) if each.text.startswith(begin)]
    return list(commands(block))


def shell_of(product: Product, folder: Path) -> Shell:
    """A shell in the checkout of that machine, which has installed what it needs."""
    make = folder / "make"
    make.write_text(f"#!/bin/sh\nexec {shutil.which('make')} -o .venv/.server -o .venv/.run -C '{CHECKOUT}' \"$@\"\n")
    make.chmod(0o755)
    shell = Shell(folder)
    shell.run(f"export PATH='{folder}:{Path(sys.executable).parent}':\"$PATH\"")
    for name, value in product.settings.items():
        shell.run(f"export {name}='{value}'")
    return shell


@pytest.mark.nightly
def test_two_commands_restore_a_moment_of_a_lost_machine_and_notice_a_part_that_is_withheld(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backup, receive = pasted("make backup")
    restore, run = pasted("make restore")
    with Product(tmp_path / "machine", BOOKING_BACKUP_DIR=str(backups)) as product:
        with shell_of(product, tmp_path) as shell:
            shown, code = shell.run(backup)
            assert code == 0, shown
            shell.run(f"{receive.partition('#')[0]} >received.log 2>&1 & receiver=$!")
            eventually(lambda: "Receiving" in (tmp_path / "received.log").read_text(), what="the log is received")
            [before] = customers(product, 1)
            [[moment]] = product.sql("SELECT clock_timestamp()")
            [after] = customers(product, 1)
            [[lsn]] = product.sql("SELECT pg_current_wal_lsn()::text")
            eventually(lambda: product.number(SAFE, lsn) == 1, what="the last change is received")
            shell.run("kill $receiver; wait $receiver")
        product.stop()
        shutil.rmtree(product.data)

        asked = restore.replace("2026-11-26T05:00:00Z", moment.astimezone(UTC).isoformat().replace("+00:00", "Z"))
        assert asked != restore
        with shell_of(product, tmp_path) as shell:
            shown, code = shell.run(asked)
        assert code == 0, shown
        assert run == "make run"
        product.start()
        there = {name for [name] in product.sql("SELECT email FROM users")}
        assert before.email in there
        assert after.email not in there
        product.stop()
        shutil.rmtree(product.data)

        withheld = max(each for each in backups.glob("*/wal/*") if len(each.stem) == len("0" * 24))
        withheld.unlink()
        with shell_of(product, tmp_path) as shell:
            shown, code = shell.run(asked)
        assert code == 2, shown
        assert withheld.stem in shown
        assert not (product.data / "postgres" / "data").exists()
