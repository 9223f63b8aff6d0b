"""What libraries say, in words: titles of HTTP statuses, and what msgspec finds wrong with a value."""

from collections.abc import Mapping
from typing import Final

TITLES: Final = (
    "Bad Request",
    "Unauthorized",
    "Forbidden",
    "Not Found",
    "Method Not Allowed",
    "Not Acceptable",
    "Request Timeout",
    "Conflict",
    "Gone",
    "Length Required",
    "Precondition Failed",
    "Request Entity Too Large",
    "Content Too Large",
    "Request-URI Too Long",
    "URI Too Long",
    "Unsupported Media Type",
    "Unprocessable Entity",
    "Unprocessable Content",
    "Precondition Required",
    "Too Many Requests",
    "Request Header Fields Too Large",
    "Internal Server Error",
    "Service Unavailable",
)
"""Phrases of `http.HTTPStatus`; Python 3.13 renamed some of them (RFC 9110 §15)."""
KINDS: Final[Mapping[str, str]] = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object with members",
    "uuid": "an id",
    "date": "a date such as 2026-11-23",
    "time": "a time such as 09:30",
    "datetime": "a date and time with an offset, such as 2026-11-23T10:00:00+08:00",
}
"""What people call the types and formats that msgspec names."""
BOUNDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "number": ("At least {least}.", "At most {most}.", "Between {least} and {most}."),
    "text": ("At least {least} characters.", "At most {most} characters.", "{least} to {most} characters."),
    "list": ("At least {least} entries.", "At most {most} entries.", "{least} to {most} entries."),
}
"""What is said of a number, text or list outside its bounds: below the least, above the most, or beyond both."""
