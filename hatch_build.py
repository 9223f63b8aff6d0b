"""The project's URLs in the metadata of the wheel. They are known where it is published, not here."""

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ProjectUrls(MetadataHookInterface):
    """Takes the URLs from `BOOKING_PROJECT_URLS`: `Homepage=https://… Documentation=https://…`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the URLs.

        Raises:
            ValueError: one of them is no label with an https URL.
        """
        urls = dict(each.partition("=")[::2] for each in os.environ.get("BOOKING_PROJECT_URLS", "").split())
        if wrong := [label for label, url in urls.items() if not (label and url.startswith("https://"))]:
            raise ValueError(f"BOOKING_PROJECT_URLS: not Label=https://…: {', '.join(wrong)}")
        metadata["urls"] = urls
