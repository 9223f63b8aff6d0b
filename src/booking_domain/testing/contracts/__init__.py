"""One contract a port: inherit its class in a test module, give it the fixture it asks for, and run pytest.

Each test is a sentence of the port's own docstring. `booking_domain.testing.memory` passes all of them. `CONTRACTS`
says which class belongs to which port. Those of a storage ask for `open_backend` (`booking_domain.testing.backend`):

    class TestClaims(ClaimsContract):
        @pytest.fixture
        def open_backend(self) -> OpenBackend: ...

`whole_platform.PlatformMachine` is the state machine over all of them: it asks for a backend, too.
"""

from typing import Final

import pytest

# Before the modules are imported, so that a failing assertion says what it compared.
pytest.register_assert_rewrite(
    *(
        f"{__name__}.{module}"
        for module in (
            "audit",
            "booking_reads",
            "bookings",
            "calendars",
            "calendar_links",
            "claims",
            "credentials",
            "exports",
            "external_identities",
            "feeds",
            "idempotency",
            "notifier",
            "outbox",
            "passwords",
            "payment_gateway",
            "payments",
            "personal_data",
            "phone_changes",
            "profiles",
            "provider_reads",
            "provider_schedules",
            "rate_limits",
            "salons",
            "second_factors",
            "sessions",
            "sms",
            "sms_messages",
            "sources",
            "tokens",
            "units_of_work",
            "users",
            "whole_platform",
        )
    )
)

CONTRACTS: Final = {
    "AccessTokens": "tokens.AccessTokensContract",
    "AppointmentReads": "calendar_links.AppointmentReadsContract",
    "AuditLog": "audit.AuditContract",
    "AuditReads": "audit.AuditContract",
    "BookingReads": "booking_reads.BookingReadsContract",
    "Bookings": "bookings.BookingsContract",
    "CalendarRepository": "calendars.CalendarRepositoryContract",
    "CalendarLinkReads": "calendar_links.CalendarLinksContract",
    "CalendarLinks": "calendar_links.CalendarLinksContract",
    "ScheduleReads": "provider_schedules.ProviderSchedulesContract",
    "CallbackTokens": "tokens.CallbackTokensContract",
    "Claims": "claims.ClaimsContract",
    "Clock": "sources.ClockContract",
    "Credentials": "credentials.CredentialsContract",
    "BookableProviders": "provider_schedules.BookableProvidersContract",
    "ProviderSchedules": "provider_schedules.ProviderSchedulesContract",
    "Entropy": "sources.EntropyContract",
    "ExternalIdentities": "external_identities.ExternalIdentitiesContract",
    "ExternalIdentityReads": "external_identities.ExternalIdentitiesContract",
    "FeedRepository": "feeds.FeedsContract",
    "FeedReads": "feeds.FeedsContract",
    "IdempotencyStore": "idempotency.IdempotencyContract",
    "LoginHistory": "sessions.LoginHistoryContract",
    "LoginReads": "sessions.LoginHistoryContract",
    "Notifier": "notifier.NotifierContract",
    "OneTimeCodes": "credentials.OneTimeCodesContract",
    "Outbox": "outbox.OutboxContract",
    "PasswordHasher": "passwords.PasswordHasherContract",
    "PaymentGateway": "payment_gateway.PaymentGatewayContract",
    "PhoneChangeReads": "phone_changes.PhoneChangesContract",
    "PhoneChanges": "phone_changes.PhoneChangesContract",
    "Profiles": "profiles.ProfilesContract",
    "ProviderReads": "provider_reads.ProviderReadsContract",
    "RateLimiter": "rate_limits.RateLimiterContract",
    "RefreshTokens": "tokens.RefreshTokensContract",
    "SalonHours": "salons.SalonsContract",
    "SalonReads": "salons.SalonsContract",
    "Salons": "salons.SalonsContract",
    "SecondFactors": "second_factors.SecondFactorsContract",
    "SecretCodes": "credentials.SecretCodesContract",
    "SessionReads": "sessions.SessionsContract",
    "Sessions": "sessions.SessionsContract",
    "SmsMessages": "sms_messages.SmsMessagesContract",
    "SmsReads": "sms_messages.SmsReadsContract",
    "SmsSender": "sms.SmsSenderContract",
    "PersonalData": "personal_data.PersonalDataContract",
    "TimeCodes": "second_factors.TimeCodesContract",
    "PaymentReads": "payments.PaymentsContract",
    "Payments": "payments.PaymentsContract",
    "UnitOfWork": "units_of_work.UnitOfWorkContract",
    "UsedAssertions": "external_identities.UsedAssertionsContract",
    "UserReads": "users.UsersContract",
    "Users": "users.UsersContract",
    "WaitingList": "waiting_list.WaitingListContract",
    "WaitingReads": "waiting_list.WaitingReadsContract",
}
"""The contract of each port."""
