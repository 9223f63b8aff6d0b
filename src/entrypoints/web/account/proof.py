"""Proof that it is still the owner who sits before the page: the password, or a sign-in of the last minutes."""

from dataclasses import replace
from typing import Final

from booking_domain.identity.errors import SignInTooOld
from booking_domain.identity.model import User
from booking_domain.shared.errors import DomainError
from entrypoints.http.kit.forms import Form
from entrypoints.languages.documents import Phrase
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import FormPage, hidden, hidden_username
from entrypoints.web.kit.pages import Page

PASSWORD: Final = "current_password"  # noqa: S105 - the name of a field


def proof_fields(user: User, page: Page, csrf: str) -> tuple[Field, ...]:
    """The token of the session, and the password of an account that has one."""
    if user.password_hash is None:
        return (hidden("csrf", csrf),)
    label = page.say(Phrase("Password"))
    return (
        hidden("csrf", csrf),
        hidden_username("username", user.email or user.phone or user.name),
        Field(name=PASSWORD, label=label, type="password", autocomplete="current-password", required=True),
    )


def password_in(form: Form) -> str | None:
    """The password as it was typed, spaces included; None: it was not asked for."""
    return next(iter(form.get(PASSWORD, ())), None)


def unproven(form: FormPage, error: DomainError, page: Page, *, field: str = "", path: str = "") -> FormPage:
    """The form with what was wrong; after a sign-in of long ago with the way to another one, and back to `path`."""
    failed = form.failed(error, page, field=field)
    if not isinstance(error, SignInTooOld):
        return failed
    return replace(failed, onward=(sign_in_again(page, path or page.path),))


def sign_in_again(page: Page, path: str) -> tuple[str, str]:
    """The text and the address of signing in again."""
    return page.say(Phrase("Sign in again")), page.link("/sign-in", next=path)
