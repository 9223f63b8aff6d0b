"""Re-encodes images in the sandbox, each in a process of its own."""

import json
import logging
from typing import Final

from adapters.kit.sandbox import LimitExceeded, Sandbox
from booking_domain.files.model import ImageSize, Rejection
from booking_domain.files.ports import EncodedImage, ImageEncoder, Unacceptable

_LOG = logging.getLogger(__name__)
_MEMORY_BYTES: Final = 512 * 1024**2


class SandboxedImages(ImageEncoder):
    """An image that exceeds the limits of time and memory is unreadable."""

    def __init__(self, *, seconds: float = 20.0, cpu_seconds: int = 15, memory_bytes: int = _MEMORY_BYTES) -> None:
        self._sandbox = Sandbox(
            "adapters.images.child", seconds=seconds, cpu_seconds=cpu_seconds, memory_bytes=memory_bytes
        )

    async def encode(self, content: bytes, *, content_type: str) -> EncodedImage:
        try:
            answer = await self._sandbox.run(content, {"content_type": content_type})
        except LimitExceeded as exceeded:
            _LOG.warning("image encoder ended with status %s", exceeded.status)
            raise Unacceptable(Rejection.UNREADABLE) from None
        line, _, files = answer.partition(b"\n")
        head = json.loads(line)
        if "because" in head:
            raise Unacceptable(Rejection(head["because"]))
        by_size, start = {}, 0
        for size, length in head["files"]:
            by_size[size] = files[start : start + length]
            start += length
        return EncodedImage(by_size=by_size, size=ImageSize(width=head["width"], height=head["height"]))

    async def close(self) -> None:
        """Wait for running encodings."""
        await self._sandbox.close()
