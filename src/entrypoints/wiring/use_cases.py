"""What runs use cases, with the configuration that they find by `UseCaseContext.get`."""

from adapters.kit.destinations import literal_is_allowed
from adapters.web_push import public_key
from booking_domain.identity.security import Identity
from booking_domain.notifications.push import PushRules
from booking_domain.payments.earnings import TipRules
from booking_domain.shared.executor import Executor
from booking_domain.shared.time import time_zone
from booking_domain.use_cases.platform.ports import Repositories
from booking_domain.webhooks.model import EndpointRules
from entrypoints.observe.usage import UsageKeeper
from entrypoints.security_log import StructuredSecurityLog
from entrypoints.settings.messaging import SmsProvider
from entrypoints.settings.origins import current_origin
from entrypoints.wiring.payments import Payments
from entrypoints.wiring.root import single
from entrypoints.wiring.security import Security


class UseCases(Security, Payments):
    @single
    def push_rules(self) -> PushRules:
        """Whether and where notifications are pushed."""
        given = self.settings()
        key = public_key(given.push.key) if given.push.key else ""
        if given.webhooks_allow_private:
            return PushRules(public_key=key, schemes=frozenset({"http", "https"}))
        return PushRules(public_key=key, services=given.push.services)

    @single
    def endpoint_rules(self) -> EndpointRules:
        """Which URLs may be webhook endpoints."""
        if self.settings().webhooks_allow_private:
            return EndpointRules(schemes=frozenset({"http", "https"}))
        return EndpointRules(allows_host=literal_is_allowed)

    @single
    def usage_keeper(self) -> UsageKeeper:
        zone = time_zone(self.settings().default_time_zone)
        return UsageKeeper(self.tally(), self.view_tally(), self.executor(), self.clock(), zone)

    @single
    def executor(self) -> Executor[Repositories]:
        given = self.settings()
        return Executor(
            begin=self.database().begin,
            clock=self.clock(),
            entropy=self.entropy(),
            origin=current_origin,
            ports=(
                self.security_ports(),
                self.legal_documents(),
                self.gateways().chargeable,
                self.endpoint_rules(),
                given.storage.upload_limits,
                self.push_rules(),
                given.deadlines,
                TipRules(commissioned=given.commission_on_tips),
                self.upcoming_limits(),
                given.review_bursts,
                given.gift_card_rules,
                given.order_rules,
                given.region,
                given.profile_changes,
            ),
        )

    @single
    def identity(self) -> Identity:
        given = self.settings()
        return Identity(
            executor=self.executor(),
            reads=self.reads(),
            clock=self.clock(),
            security=self.security_ports(),
            password_hasher=self.password_hasher(),
            access_tokens=self.access_tokens(),
            telegram=self.telegram_assertions(),
            openid=self.openid_providers(),
            login_quota=self.login_quota(),
            log=StructuredSecurityLog(),
            phone_codes=given.sms.service != SmsProvider.NONE,
            codes_first=given.codes_first,
        )
