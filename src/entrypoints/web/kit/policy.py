"""The Content-Security-Policy of the pages: no inline code, no nonces, nothing from elsewhere but pictures."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """The script with which a gateway takes cards: the one that is not ours, on pages where a card is entered."""

    key: str
    """Whose account it is."""
    script: str
    """Its address."""
    origin: str
    api: str
    """The origin of what it asks."""
    frames: tuple[str, ...]
    """The origins of the frames that it opens."""


def content_policy(*, images: Iterable[str], services: Iterable[str] = (), cards: Cards | None = None) -> str:
    """The policy: pictures may come from the storage, and forms may lead to services with which one signs in.

    With `cards`, the script of the gateway runs, too; it does without Trusted Types.
    """
    asks: Collection[str] = () if cards is None else (cards.api,)
    frames: Collection[str] = () if cards is None else cards.frames
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *(() if cards is None else (cards.origin,)))),
            "style-src 'self'",
            " ".join(("img-src 'self'", *sorted(images))),
            " ".join(("connect-src 'self'", *asks)),
            "manifest-src 'self'",
            " ".join(("form-action 'self'", *sorted(services))),
            "base-uri 'none'",
            "frame-ancestors 'none'",
            *((" ".join(("frame-src", *frames)),) if frames else ()),
            *(("require-trusted-types-for 'script'", "trusted-types worker") if cards is None else ()),
        )
    )
