"""Examples of this component."""

from typing import Final

from entrypoints.web.components.card_form import CardForm
from entrypoints.web.kit.examples import Example

EXAMPLES: Final = (
    Example(
        "a card to keep",
        CardForm(
            key="pk_test_of_nobody",
            secret="none",  # noqa: S106 - of no form
            button="Use this card",
            sent="The card is kept.",
            kept="/en/styleguide",
        ),
    ),
)
