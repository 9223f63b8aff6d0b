"""Versions as entity tags: `ETag` out, `If-Match` and `If-None-Match` in (RFC 9110 §13.1)."""

import re
from typing import Annotated, Final

from litestar.params import HeaderParameter

from entrypoints.http.refusals import invalid_input

IfMatch = Annotated[str | None, HeaderParameter(name="If-Match")]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match")]
_TAG: Final = re.compile(r'"([1-9][0-9]{0,8})"')


def etag(version: int) -> dict[str, str]:
    """The header that names a version."""
    return {"ETag": f'"{version}"'}


def expected_version(if_match: str | None) -> int | None:
    """The version that the caller has seen; None for any."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise invalid_input("/header/If-Match", 'One entity tag as it was given out, e.g. "3".')
    return int(tag[1])


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller has this already: any of the tags named, weak or not (RFC 9110 §13.1.2)."""
    if if_none_match is None:
        return False
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
