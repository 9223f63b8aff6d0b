"""The `opt` of public routes where secrets can be guessed: a rate limit counts their requests by address."""

from typing import Any, Final

from entrypoints.http.kit.rate_limits import AUTH, limited_as
from entrypoints.http.kit.request_guard import PUBLIC

GUARDED: Final[dict[str, Any]] = PUBLIC | limited_as(AUTH)
