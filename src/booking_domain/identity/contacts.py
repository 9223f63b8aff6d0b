"""E-mail addresses and phone numbers as users type them."""

from dataclasses import dataclass

from booking_domain.identity.errors import ContactMissing
from booking_domain.identity.model import normal_email
from booking_domain.identity.one_time_codes import Contact, ContactChannel
from booking_domain.identity.ports import PhoneNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactInput:
    """What an account is found by: an e-mail address or a phone number."""

    email: str | None = None
    phone: str | None = None

    def parsed(self, phone_numbers: PhoneNumbers) -> Contact:
        """The e-mail address if there is one, else the phone number; or `ContactMissing`, `InvalidValue`."""
        if self.email is not None:
            return Contact(ContactChannel.EMAIL, normal_email(self.email))
        if self.phone is not None:
            return Contact(ContactChannel.PHONE, phone_numbers.parse(self.phone))
        raise ContactMissing
