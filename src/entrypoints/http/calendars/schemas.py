"""The JSON and the queries of calendars."""

from typing import Annotated

from msgspec import Meta

from entrypoints.http.kit.fields import Json, Query, Timestamp


class CalendarQuery(Query, frozen=True, kw_only=True):
    """The secret of the calendar."""

    token: Annotated[str, Meta(max_length=200)] = ""
    """The secret of the calendar link."""


class CalendarLinkJson(Json, frozen=True, kw_only=True):
    """The secret URL of a calendar. It is shown once."""

    url: str
    created_at: Timestamp
