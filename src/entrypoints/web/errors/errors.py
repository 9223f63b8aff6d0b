"""The words for what went wrong."""

from dataclasses import dataclass
from typing import ClassVar, Final

from entrypoints.languages.documents import Phrase, Wording
from entrypoints.web.kit.pages import PageModel


@dataclass(frozen=True, kw_only=True)
class ErrorPage(PageModel):
    """What went wrong, and a way on."""

    template: ClassVar = "layout/error.html"
    code: str
    text: str
    request_id: str = ""
    """What support can find the request by, if the fault is ours."""


_TEXTS: Final = {
    401: (Phrase("Your session has ended"), Phrase("Sign in again, then repeat what you did.")),
    403: (Phrase("This page is not for you"), Phrase("Sign in with another account, or go back to where you were.")),
    404: (Phrase("There is no page here"), Phrase("Perhaps the address is misspelt, or the page has moved.")),
    410: (Phrase("This is over"), Phrase("What stood here is no longer offered.")),
    413: (Phrase("That is too much at once"), Phrase("Go back, and send fewer or smaller pictures.")),
    429: (Phrase("That was too fast"), Phrase("Wait a minute, then try again.")),
    503: (Phrase("We are busy"), Phrase("Too many people are here at this moment. Try again in a few seconds.")),
}
_INPUT: Final = (Phrase("We did not understand that"), Phrase("Go back and try it another way."))
_FAULT: Final = (Phrase("Something went wrong on our side"), Phrase("Nothing was changed. Try again in a minute."))


def error_page(status: int, say: Wording, *, request_id: str = "") -> ErrorPage:
    """The page for a status."""
    ours = status >= 500 and status not in _TEXTS  # noqa: PLR2004 - faults of the server
    title, text = _TEXTS.get(status, _FAULT if ours else _INPUT)
    return ErrorPage(
        title=say(title),
        code=say.values(status),
        text=say(text),
        robots="noindex",
        request_id=request_id if ours else "",
    )
