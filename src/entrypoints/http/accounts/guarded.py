"""The `opt` of routes without a token at which secrets can be guessed: they are counted by address."""

from typing import Any, Final

from entrypoints.http.doorkeeper import PUBLIC
from entrypoints.http.rate_limits import AUTH, limited_as

GUARDED: Final[dict[str, Any]] = PUBLIC | limited_as(AUTH)
