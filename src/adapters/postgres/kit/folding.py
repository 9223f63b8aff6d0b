"""`booking_domain.shared.folding` in SQL: by the same table, whatever the server's version, locale and collation."""

from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, literal_column

from booking_domain.shared.folding import REMOVED, REPLACED, REPLACEMENTS

# Letters only: nothing to escape. What is left over in the first has no counterpart in the second, and is removed.
_FROM: Final[ColumnElement[str]] = literal_column(f"'{REPLACED}{REMOVED}'")
_TO: Final[ColumnElement[str]] = literal_column(f"'{REPLACEMENTS}'")
_IS_ASCII: Final[ColumnElement[str]] = literal_column("'^[ -~]*$'")


def folded(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """The text as search compares it. ASCII takes the short way."""
    plain = text.collate("C")
    return case((plain.op("~")(_IS_ASCII), func.lower(plain)), else_=func.translate(text, _FROM, _TO))
