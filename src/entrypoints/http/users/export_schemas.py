"""The JSON of the export. Each resource declares its part in its `export`."""

from entrypoints.http.accounts.export import ExportedIdentityJson, ExportedSessionJson
from entrypoints.http.accounts.schemas import LoginJson
from entrypoints.http.bookings.export import ExportedBookingJson
from entrypoints.http.kit.fields import Json, Timestamp
from entrypoints.http.providers.export import ExportedProviderJson
from entrypoints.http.reviews.schemas import ExportedReviewJson
from entrypoints.http.salons.schemas import SalonJson
from entrypoints.http.sms.export import ExportedTextJson
from entrypoints.http.users.schemas import AccountJson, PreferencesJson
from entrypoints.http.waitlist.schemas import WaitingJson


class ExportJson(Json, frozen=True, kw_only=True):
    """All data about an account."""

    exported_at: Timestamp
    account: AccountJson
    preferences: PreferencesJson
    sessions: tuple[ExportedSessionJson, ...]
    login_history: tuple[LoginJson, ...]
    bookings: tuple[ExportedBookingJson, ...]
    waiting_list: tuple[WaitingJson, ...]
    reviews: tuple[ExportedReviewJson, ...]
    text_messages: tuple[ExportedTextJson, ...]
    identities: tuple[ExportedIdentityJson, ...]
    provider: ExportedProviderJson | None
    salons: tuple[SalonJson, ...]
