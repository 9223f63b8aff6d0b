"""The last step: what is booked, and what is still to be accepted."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from booking_domain.identity.legal import LegalDocument, LegalDocuments
from booking_domain.use_cases.catalogue.queries import ProviderPage
from entrypoints.languages.documents import Phrase
from entrypoints.web.booking.appointment import AppointmentPage, appointment_page
from entrypoints.web.booking.flow import SUMMARY, Choice
from entrypoints.web.booking.idea import NO_IDEA, TypedIdea, idea_fields
from entrypoints.web.booking.prepaid import NOTHING, Prepaid, prepaid_fields
from entrypoints.web.booking.prices import card_field, code_field
from entrypoints.web.booking.series import repeat_fields
from entrypoints.web.kit.forms import hidden
from entrypoints.web.kit.legal import checks_of, links_of
from entrypoints.web.kit.pages import Page


def summary_page(
    choice: Choice,
    facts: ProviderPage,
    start: datetime,
    page: Page,
    *,
    csrf: str,
    documents: LegalDocuments,
    missing: Sequence[LegalDocument],
    may_repeat: bool,
    accepted: Collection[str] = (),
    idea: TypedIdea = NO_IDEA,
    gift_card: str = "",
    prepaid: Prepaid = NOTHING,
) -> AppointmentPage:
    """The page; `missing`: what the platform asks the customer to accept before they book."""
    made = appointment_page(
        SUMMARY,
        choice,
        facts,
        start,
        page,
        title=Phrase("Is everything right?"),
        fields=(hidden("csrf", csrf), *idea_fields(idea, page), *checks_of(missing, documents, page, accepted)),
        button=Phrase("Book"),
        links=links_of(missing, documents, page),
    )
    made = replace(made, prepaid=prepaid_fields(prepaid, choice, page))
    if not choice.repeats:
        made = replace(made, code=code_field(choice.promotion, page), card=card_field(gift_card, page))
    return replace(made, repeat=repeat_fields(replace(choice, slot=start), page)) if may_repeat else made
