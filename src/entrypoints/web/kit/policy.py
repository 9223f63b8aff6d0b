"""The Content-Security-Policy of the pages: no inline code, no nonces, nothing from elsewhere but pictures."""

from collections.abc import Iterable


def content_policy(*, images: Iterable[str], services: Iterable[str] = ()) -> str:
    """The policy: pictures may come from the storage, and forms may lead to services with which one signs in."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            " ".join(("img-src 'self'", *sorted(images))),
            "connect-src 'self'",
            "manifest-src 'self'",
            " ".join(("form-action 'self'", *sorted(services))),
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types worker",
        )
    )
