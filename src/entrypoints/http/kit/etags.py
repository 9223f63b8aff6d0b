"""Versions as entity tags: `ETag` out, `If-Match` and `If-None-Match` in (RFC 9110 §13.1)."""

import re
from typing import Annotated, Any, Final, TypeVar
from zlib import crc32

from litestar import Response
from litestar.params import HeaderParameter
from msgspec.json import encode

from entrypoints.http.kit.refusals import invalid_input

IfMatch = Annotated[str | None, HeaderParameter(name="If-Match")]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match")]
NOT_MODIFIED: Final = 304
_ANY_TAG: Final = r'(?:W/)?"[!\x23-\x7e\x80-\xff]*"'
_TAG: Final = re.compile(_ANY_TAG)
_TAGS: Final = re.compile(rf"{_ANY_TAG}(?:[ \t]*,[ \t]*{_ANY_TAG})*")
_OURS: Final = re.compile(r'"([1-9][0-9]{0,8})(?:-[0-9a-z]{1,32})?"')

Shown = TypeVar("Shown")


def etag(version: int, variant: str = "") -> dict[str, str]:
    """The strong `ETag` of a version.

    If one version has several representations, each has a variant (lower-case letters and digits). `If-None-Match`
    distinguishes variants; `If-Match` ignores them, since all of them show the same version.
    """
    return {"ETag": f'"{version}-{variant}"' if variant else f'"{version}"'}


def variant_of(shown: object) -> str:
    """The variant of a version that is shown together with what has no version of its own."""
    return f"{crc32(encode(shown)):08x}"


def expected_version(if_match: str | None) -> frozenset[int] | None:
    """The versions that the client accepts to change; None for any.

    Weak tags and tags that the server did not issue match no version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    tags = if_match.strip()
    if not _TAGS.fullmatch(tags):
        raise invalid_input("/header/If-Match", 'An entity tag as it was given out, such as "3", some of them, or *.')
    ours = (_OURS.fullmatch(tag) for tag in _TAG.findall(tags))
    return frozenset(int(tag[1]) for tag in ours if tag is not None)


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether `If-None-Match` contains the tag, by weak comparison (RFC 9110 §13.1.2)."""
    if if_none_match is None:
        return False
    if if_none_match == tag:
        return True
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in named or tag.removeprefix("W/") in named


def unless_known(answer: Shown, tag: dict[str, str], if_none_match: str | None) -> Response[Shown]:
    """The answer with its tag, or 304 without a body if the client has it."""
    if matches(if_none_match, tag["ETag"]):
        nothing: Any = None
        return Response(nothing, status_code=NOT_MODIFIED, headers=tag)
    return Response(answer, headers=tag)
