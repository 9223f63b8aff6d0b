"""Each storage, in memory and on PostgreSQL, keeps the contract of every storage port."""

from booking_domain.testing.contracts.audit import AuditContract
from booking_domain.testing.contracts.booking_reads import BookingReadsContract
from booking_domain.testing.contracts.bookings import BookingsContract
from booking_domain.testing.contracts.calendar_links import AppointmentReadsContract, CalendarLinksContract
from booking_domain.testing.contracts.calendars import CalendarRepositoryContract
from booking_domain.testing.contracts.claims import ClaimsContract
from booking_domain.testing.contracts.credentials import CredentialsContract, OneTimeCodesContract
from booking_domain.testing.contracts.exports import ExportReadsContract
from booking_domain.testing.contracts.external_identities import ExternalIdentitiesContract, UsedAssertionsContract
from booking_domain.testing.contracts.feeds import FeedsContract
from booking_domain.testing.contracts.idempotency import IdempotencyContract
from booking_domain.testing.contracts.outbox import OutboxContract
from booking_domain.testing.contracts.payments import PaymentsContract
from booking_domain.testing.contracts.personal_data import PersonalDataContract
from booking_domain.testing.contracts.phone_changes import PhoneChangesContract
from booking_domain.testing.contracts.profiles import ProfilesContract
from booking_domain.testing.contracts.provider_reads import ProviderReadsContract
from booking_domain.testing.contracts.provider_schedules import BookableProvidersContract, ProviderSchedulesContract
from booking_domain.testing.contracts.salons import SalonsContract
from booking_domain.testing.contracts.second_factors import SecondFactorsContract
from booking_domain.testing.contracts.sessions import LoginHistoryContract, SessionsContract
from booking_domain.testing.contracts.sms_messages import SmsMessagesContract, SmsReadsContract
from booking_domain.testing.contracts.units_of_work import UnitOfWorkContract
from booking_domain.testing.contracts.users import UsersContract
from booking_domain.testing.contracts.waiting_list import WaitingListContract, WaitingReadsContract


class TestUnitOfWork(UnitOfWorkContract):
    pass


class TestAudit(AuditContract):
    pass


class TestUsers(UsersContract):
    pass


class TestSessions(SessionsContract):
    pass


class TestLoginHistory(LoginHistoryContract):
    pass


class TestCredentials(CredentialsContract):
    pass


class TestSecondFactors(SecondFactorsContract):
    pass


class TestOneTimeCodes(OneTimeCodesContract):
    pass


class TestExternalIdentities(ExternalIdentitiesContract):
    pass


class TestUsedAssertions(UsedAssertionsContract):
    pass


class TestCalendarLinks(CalendarLinksContract):
    pass


class TestAppointmentReads(AppointmentReadsContract):
    pass


class TestProfiles(ProfilesContract):
    pass


class TestCalendarRepository(CalendarRepositoryContract):
    pass


class TestProviderSchedules(ProviderSchedulesContract):
    pass


class TestBookableProviders(BookableProvidersContract):
    pass


class TestFeeds(FeedsContract):
    pass


class TestSalons(SalonsContract):
    pass


class TestClaims(ClaimsContract):
    pass


class TestWaitingList(WaitingListContract):
    pass


class TestWaitingReads(WaitingReadsContract):
    pass


class TestBookings(BookingsContract):
    pass


class TestBookingReads(BookingReadsContract):
    pass


class TestPayments(PaymentsContract):
    pass


class TestSmsMessages(SmsMessagesContract):
    pass


class TestSmsReads(SmsReadsContract):
    pass


class TestProviderReads(ProviderReadsContract):
    pass


class TestIdempotency(IdempotencyContract):
    pass


class TestOutbox(OutboxContract):
    pass


class TestPhoneChanges(PhoneChangesContract):
    pass


class TestExportReads(ExportReadsContract):
    pass


class TestPersonalData(PersonalDataContract):
    pass
