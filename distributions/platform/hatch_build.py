"""Builds booking-domain-platform: what is in src/booking_domain, and not in the wheel of booking-domain."""

from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.builders.wheel import WheelBuilder
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT: Final = Path(__file__).resolve().parents[2]


class Metadata(MetadataHookInterface):
    """Needs booking-domain of the same version, and has its extra `testing` and its URLs."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add both dependencies and the URLs."""
        library = WheelBuilder(str(ROOT)).metadata
        version = library.version
        metadata["dependencies"] = [f"booking-domain=={version}"]
        metadata["optional-dependencies"] = {"testing": [f"booking-domain[testing]=={version}"]}
        metadata["urls"] = library.core.urls


class TheRest(BuildHookInterface[Any]):
    """Selects the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Add what the other wheel has not."""
        library = {Path(each.path) for each in WheelBuilder(str(ROOT)).recurse_included_files()}
        files = (each for each in (ROOT / "src" / "booking_domain").rglob("*") if each.suffix in {".py", ".json"})
        rest = [each for each in files if each not in library]
        build_data["force_include"] = {str(each): str(each.relative_to(ROOT / "src")) for each in rest}
