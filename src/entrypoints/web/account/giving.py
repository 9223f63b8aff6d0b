"""Giving visits of a package to another customer."""

from typing import Final

from booking_domain.packages.model import Package
from booking_domain.use_cases.packages.transfers import TransferPackage
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.formats import isolated
from entrypoints.web.kit.forms import FormPage, hidden, said
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import number_of
from entrypoints.web.packages.offers import VISITS

CONTACT: Final = "contact"
_COUNT: Final = "visits"
_SEEN: Final = "seen"


def giving_page(package: Package, form: Form, page: Page, *, csrf: str) -> FormPage:
    """The page, with what was typed."""
    say = page.say
    return FormPage(
        title=say(Phrase("Give visits of “{name}”"), name=isolated(package.name)),
        facts=(
            say(Phrase("Whoever gets them needs an account with this address or number, which is confirmed there.")),
            say(Phrase("They expire when yours do. You cannot take them back.")),
        ),
        action=page.link(f"/account/packages/{package.id}/give"),
        fields=(
            hidden("csrf", csrf),
            hidden(_SEEN, str(package.balance)),
            Field(
                name=CONTACT,
                label=say(Phrase("Their e-mail address or phone")),
                value=said(form, CONTACT),
                autocomplete="off",
                required=True,
            ),
            Field(
                name=_COUNT,
                label=say(Phrase("How many")),
                value=said(form, _COUNT) or "1",
                choices=tuple((str(each), say.count(VISITS, each)) for each in range(1, package.balance + 1)),
            ),
        ),
        button=say(Phrase("Give the visits")),
        links=((say(Phrase("Back to my packages")), page.link("/account/packages")),),
    )


def transfer_of(package: Package, form: Form) -> TransferPackage:
    """What was typed."""
    contact = said(form, CONTACT)
    return TransferPackage(
        package_id=package.id,
        email=contact if "@" in contact else None,
        phone=None if "@" in contact else contact,
        visits=number_of(said(form, _COUNT)) or 1,
        seen=number_of(said(form, _SEEN)),
    )
