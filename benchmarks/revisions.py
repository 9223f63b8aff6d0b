"""Other revisions of this repository, to run beside this tree."""

import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path


@contextmanager
def unpacked(revision: str) -> Iterator[Path]:
    """The files of a revision, in a folder of their own."""
    archive = subprocess.run(["git", "archive", revision], stdout=subprocess.PIPE, check=True).stdout  # noqa: S603, S607
    with tempfile.TemporaryDirectory(prefix="revision-") as folder, tarfile.open(fileobj=BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
        yield Path(folder)
