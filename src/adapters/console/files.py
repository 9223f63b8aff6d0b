"""Messages as JSON files."""

import json
from datetime import UTC, datetime
from pathlib import Path


def write_message(path: Path, created_at: datetime, *, channel: str, to: str, subject: str, text: str) -> bool:
    """Write `{channel, to, subject, text, createdAt}` atomically; return False if the file already exists."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    half_written = path.with_suffix(".part")
    half_written.write_text(
        json.dumps(
            {
                "channel": channel,
                "to": to,
                "subject": subject,
                "text": text,
                "createdAt": created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            },
            ensure_ascii=False,
            indent=2,
        ),
        encoding="utf-8",
    )
    half_written.replace(path)
    return True
