"""`make sbom`: what production installs, as a CycloneDX document, made from the lock files alone, always the same."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT: Final = Path(__file__).parents[1]
LOCKS: Final = (ROOT / "requirements" / "server.txt", ROOT / "requirements" / "observe.txt")
_PINNED: Final = re.compile(
    r"^([a-z0-9._-]+)==([^ \\;]+)[^\n]*\n((?: {4}--hash=sha256:[0-9a-f]{64}[^\n]*\n)*)", re.MULTILINE
)
_HASH: Final = re.compile(r"[0-9a-f]{64}")


def installed() -> str:
    """The text of the lock files from which the image installs."""
    return "".join(lock.read_text(encoding="utf-8") for lock in LOCKS)


def document(lock: str) -> str:
    """The document of a lock file: each distribution with its version and the hashes that may be installed."""
    pinned = {name: (version, hashes) for name, version, hashes in _PINNED.findall(lock)}
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, lock),
        components=[
            Component(
                name=name,
                version=version,
                type=ComponentType.LIBRARY,
                bom_ref=f"{name}@{version}",
                purl=PackageURL("pypi", None, name, version),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in _HASH.findall(hashes)],
            )
            for name, (version, hashes) in pinned.items()
        ],
    )
    bom.metadata.timestamp = datetime.fromtimestamp(0, UTC)  # the same lock file has the same document
    return JsonV1Dot6(bom).output_as_string(indent=2)


if __name__ == "__main__":
    sys.stdout.write(document(installed()) + "\n")
