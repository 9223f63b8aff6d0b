"""The page to review a booking."""

from typing import Final

from booking_domain.reviews.model import MAX_RATING, MIN_RATING
from entrypoints.languages.documents import Phrase
from entrypoints.web.bookings.cancel import booking_line
from entrypoints.web.bookings.desk import Acting
from entrypoints.web.components.choices import Choices
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, hidden
from entrypoints.web.kit.pages import Page

RATING: Final = "rating"
TEXT: Final = "text"


def review_page(acting: Acting, page: Page, *, rating: str = "", text: str = "") -> FormPage:
    """Stars and a text."""
    say = page.say
    stars = range(MAX_RATING, MIN_RATING - 1, -1)
    options = tuple(
        (
            str(each),
            "★" * each + "☆" * (MAX_RATING - each),
            say(Phrase("{count} of {most} stars"), count=say.values(each), most=say.values(MAX_RATING)),
        )
        for each in stars
    )
    return FormPage(
        title=say(Phrase("How was it?")),
        lead=booking_line(acting, page),
        action=page.link(f"{acting.path}/review"),
        fields=(
            hidden("csrf", acting.csrf),
            Choices(name=RATING, legend=say(Phrase("Your stars")), options=options, value=rating),
            Field(
                name=TEXT,
                label=say(Phrase("In your words, if you like")),
                hint=say(Phrase("Everybody can read it, with your first name.")),
                value=text,
                multiline=True,
            ),
        ),
        button=say(Phrase("Post the review")),
        links=((say(Phrase("Not now")), page.link(acting.path)),),
    )
