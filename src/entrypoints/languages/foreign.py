"""What libraries and lifecycles say, in words: HTTP statuses, what msgspec finds wrong with a value, actions."""

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
EMPTY: Final = "This must not be empty."
"""What is said of a text or list that is shorter than 1."""
WORDS: Final[Mapping[tuple[str | None, str], str]] = {
    **{
        ("action", action): words
        for action, words in {
            "accept_terms": "agree to the new price and length of",
            "accept_time": "accept the new time of",
            "ask_gateway": "return through the payment service",
            "change_terms": "change the price and length of",
            "complain": "report as spam",
            "confirm_after_review": "confirm",
            "document": "change the documents of",
            "fail": "mark as failed",
            "fall_due": "ask for the payment of",
            "follow_clock": "move to the new time zone",
            "give_up": "give up",
            "lapse_terms": "let the new price and length lapse of",
            "make_statement": "make a statement in",
            "mark_no_show": "mark as missed",
            "offer_times": "offer other times for",
            "put_under_review": "ask about",
            "refuse_terms": "refuse the new price and length of",
            "reinstate_withdrawn": "reinstate",
            "reply": "reply to",
            "resolve_cancelled": "decide to cancel",
            "resolve_completed": "decide to complete",
            "resolve_confirmed": "decide to confirm",
            "resolve_no_show": "decide to mark as missed",
            "return_payment": "return the payment of",
            "set the status {status} of": "set the status {status} of",
            "take_down": "take down",
            "use_transfer": "return by bank transfer",
            "waive_deposit": "confirm without a deposit",
        }.items()
    },
    **{
        ("status", status): words
        for status, words in {
            "disputed": "in dispute",
            "held": "held back",
            "left": "ended",
            "member": "accepted",
            "no_show": "marked as missed",
            "refund_pending": "waiting for the refund",
            "requested": "waiting for an answer",
            "shown": "public",
            "standby": "on standby",
            "taken_down": "taken down",
            "{status}, and ended more than 14 days ago": "{status}, and ended more than 14 days ago",
            "{status}, and no deposit is due": "{status}, and no deposit is due",
            "{status}, and not under review": "{status}, and nobody asked about it",
        }.items()
    },
    ("party", "opener"): "person who opened it",
    ("party", "other_party"): "other party",
    ("party", "system"): "platform",
}
"""What English says for actions, statuses and parties of lifecycles whose names are not words for people."""
