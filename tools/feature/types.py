"""`make types`: what `make feature` begins passes mypy, in a copy of the checkout with the cache of mypy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tools.feature.__main__ import begin

_ROOT: Final = Path(__file__).parents[2]
_COPIED: Final = ("src", "tests", "tools", "docs", "migrations", "pyproject.toml", "CHANGELOG.md", "alembic.ini")
_CACHE: Final = ".mypy_cache"
_UNFINISHED: Final = shutil.ignore_patterns("*.pyc.*", "node_modules")
"""What other processes may be writing."""


def copied(folder: Path) -> Path:
    """Copy the checkout, with compiled modules, and return the folder."""
    for name in _COPIED:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, folder / name, ignore=_UNFINISHED)
        else:
            shutil.copy(_ROOT / name, folder / name)
    return folder


def main() -> int:
    """Return the exit code of mypy."""
    with TemporaryDirectory() as folder:
        checkout = copied(Path(folder))
        shutil.copytree(_ROOT / _CACHE, checkout / _CACHE)
        python = [os.fspath(file) for file in begin(checkout, "guest_books") if file.suffix == ".py"]
        environ = {**os.environ, "PYTHONPATH": str(checkout / "src"), "MYPY_CACHE_DIR": str(checkout / _CACHE)}
        command = [sys.executable, "-m", "mypy", *python]
        return subprocess.run(command, cwd=checkout, env=environ, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
