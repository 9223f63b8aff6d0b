"""The page of one's passkeys, and those to rename and to remove one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from booking_domain.identity.errors import SignInTooOld
from booking_domain.identity.model import User
from booking_domain.identity.passkeys import Passkey
from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import DomainError
from entrypoints.languages.documents import Phrase
from entrypoints.web.account.proof import proof_fields, sign_in_again
from entrypoints.web.components.field import Field
from entrypoints.web.kit.forms import Fields, FormPage, hidden, with_error
from entrypoints.web.kit.pages import Page, PageModel

PATH: Final = "/account/passkeys"
NAME: Final = "name"
_DONE: Final = {
    "added": Phrase("The passkey is added."),
    "renamed": Phrase("The passkey is renamed."),
    "removed": Phrase("The passkey is removed."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPasskey:
    """A passkey in the list."""

    name: str
    used: str
    rename: str
    remove: str


@dataclass(frozen=True, kw_only=True)
class PasskeysPage(PageModel):
    """One's passkeys."""

    template: ClassVar = "security/passkeys.html"
    robots: str = "noindex"
    error: str = ""
    done: str
    passkeys: tuple[OwnPasskey, ...]
    action: str
    """Where one is added."""
    fields: Fields
    links: tuple[tuple[str, str], ...]
    onward: tuple[tuple[str, str], ...] = ()
    """The ways on after what is wrong."""

    def failed(self, error: DomainError, page: Page) -> "PasskeysPage":
        """The page with an error beside its field."""
        text, about = page.say.error(error), str(next(iter(error.field_path), error.parameters.get("field", "")))
        fields = with_error(self.fields, about, text)
        again = (sign_in_again(page, PATH),) if isinstance(error, SignInTooOld) else ()
        return replace(self, fields=fields, error="" if fields != tuple(self.fields) else text, onward=again)


def passkeys_page(
    user: User, passkeys: Sequence[Passkey], page: Page, *, csrf: str, name: str = "", done: str = ""
) -> PasskeysPage:
    """The page."""
    say = page.say
    called = Field(
        name=NAME,
        label=say(Phrase("Name of the passkey")),
        hint=say(Phrase("Such as the name of your device.")),
        value=name,
        required=True,
    )
    return PasskeysPage(
        title=say(Phrase("Passkeys")),
        done=say(_DONE[done]) if done in _DONE else "",
        passkeys=tuple(
            OwnPasskey(
                name=each.name,
                used=say(
                    Phrase("Last used {time}"),
                    time=say.values.time(LocalTime(each.last_used_at or each.created_at, user.time_zone)),
                ),
                rename=page.link(f"{PATH}/{each.id}"),
                remove=page.link(f"{PATH}/{each.id}/remove"),
            )
            for each in passkeys
        ),
        action=page.link(f"{PATH}/new"),
        fields=(called, *proof_fields(user, page, csrf)),
        links=((say(Phrase("Back to my account")), page.link("/account")),),
    )


def rename_page(passkey: Passkey, page: Page, *, csrf: str) -> FormPage:
    """Another name."""
    say = page.say
    return FormPage(
        title=say(Phrase("Rename the passkey")),
        action=page.link(f"{PATH}/{passkey.id}"),
        fields=(
            hidden("csrf", csrf),
            Field(name=NAME, label=say(Phrase("Name of the passkey")), value=passkey.name, required=True),
        ),
        button=say(Phrase("Save")),
        links=((say(Phrase("Back")), page.link(PATH)),),
    )


def remove_page(user: User, passkey: Passkey, page: Page, *, csrf: str) -> FormPage:
    """The question before a passkey is removed."""
    say = page.say
    return FormPage(
        title=say(Phrase("Remove the passkey?")),
        lead=passkey.name,
        facts=(say(Phrase("All other devices are signed out.")),),
        action=page.link(f"{PATH}/{passkey.id}/remove"),
        fields=proof_fields(user, page, csrf),
        button=say(Phrase("Remove")),
        links=((say(Phrase("Back")), page.link(PATH)),),
    )
