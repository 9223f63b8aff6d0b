"""Examples for the API's documentation."""

from typing import Any, Final

PAY: Final[dict[str, Any]] = {"bookingId": "0199f3a7-90c2-7b15-a4d8-6e2f1c7b9a03", "purpose": "deposit"}
