"""Secrets, tokens and codes, and signing in with other services."""

from functools import partial

from adapters.openid.clients import AppleKey, OpenIdClient, apple, google
from adapters.openid.services import HttpOpenIdProviders
from adapters.phone_numbers import LibPhoneNumbers
from adapters.security.access_tokens import JwtAccessTokens
from adapters.security.action_link_tokens import HmacActionLinkTokens
from adapters.security.common_passwords import CommonPasswords
from adapters.security.link_codes import HmacLinkCodes
from adapters.security.not_me_tokens import HmacNotMeTokens
from adapters.security.one_time_codes import HmacSecretCodes
from adapters.security.passkeys import WebAuthnCeremonies
from adapters.security.passwords import Argon2PasswordHasher
from adapters.security.refresh_tokens import OpaqueRefreshTokens
from adapters.security.time_codes import TotpTimeCodes
from adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from adapters.telegram.assertions import TelegramBotAssertions
from booking_domain.bookings.upcoming import UpcomingLimits
from booking_domain.identity.external_identities import IdentityProvider
from booking_domain.identity.legal import LegalDocuments
from booking_domain.identity.login_quota import LoginQuota
from booking_domain.identity.passwords import PasswordPolicy
from booking_domain.identity.security import SecurityPorts
from entrypoints.wiring.root import single
from entrypoints.wiring.storage import Storage


class Security(Storage):
    @single
    def password_hasher(self) -> Argon2PasswordHasher:
        return Argon2PasswordHasher()

    @single
    def password_policy(self) -> PasswordPolicy:
        return PasswordPolicy(known=CommonPasswords(), composition=self.settings().password_composition)

    @single
    def secret_codes(self) -> HmacSecretCodes:
        return HmacSecretCodes(self.key("one-time-codes"))

    @single
    def time_codes(self) -> TotpTimeCodes:
        """Authenticator apps show the brand."""
        return TotpTimeCodes(self.settings().brand.name)

    @single
    def access_tokens(self) -> JwtAccessTokens:
        life = self.settings().sign_in.access_token
        return self.keyed(partial(JwtAccessTokens, life=life), "access-tokens")

    @single
    def refresh_tokens(self) -> OpaqueRefreshTokens:
        return OpaqueRefreshTokens()

    @single
    def unsubscribe_tokens(self) -> HmacUnsubscribeTokens:
        return self.keyed(HmacUnsubscribeTokens, "unsubscribe")

    @single
    def action_link_tokens(self) -> HmacActionLinkTokens:
        return self.keyed(HmacActionLinkTokens, "action-links")

    @single
    def not_me_tokens(self) -> HmacNotMeTokens:
        return self.keyed(HmacNotMeTokens, "not-me-links")

    @single
    def link_codes(self) -> HmacLinkCodes:
        return self.keyed(HmacLinkCodes, "telegram-links")

    @single
    def link_visitor_key(self) -> bytes:
        return self.key("booking-link-visitors")

    @single
    def familiar_network_key(self) -> bytes:
        return self.key("familiar-networks")

    @single
    def telegram_assertions(self) -> TelegramBotAssertions:
        telegram = self.settings().telegram
        return TelegramBotAssertions(telegram.bot_tokens, freshness=telegram.freshness)

    @single
    def openid_providers(self) -> HttpOpenIdProviders:
        """The platform's clients at the services that are configured."""
        openid = self.settings().openid
        clients: dict[IdentityProvider, OpenIdClient] = {}
        if openid.google_client_id:
            clients[IdentityProvider.GOOGLE] = google(
                openid.google_issuer, openid.google_client_id, openid.google_client_secret
            )
        if openid.apple_client_id:
            key = AppleKey(
                team_id=openid.apple_team_id, key_id=openid.apple_key_id, private_key=openid.apple_private_key
            )
            clients[IdentityProvider.APPLE] = apple(openid.apple_issuer, openid.apple_client_id, key)
        return HttpOpenIdProviders(
            clients,
            redirect_uri=f"{self.settings().public_url}/api/v1/auth/openid/callback",
            key=self.key("openid-flows"),
        )

    @single
    def passkey_ceremonies(self) -> WebAuthnCeremonies:
        given = self.settings()
        return WebAuthnCeremonies(given.passkeys.domain, given.passkeys.origins, given.brand.name)

    @single
    def phone_numbers(self) -> LibPhoneNumbers:
        return LibPhoneNumbers(self.settings().phone_country)

    @single
    def legal_documents(self) -> LegalDocuments:
        return self.settings().legal_documents

    @single
    def upcoming_limits(self) -> UpcomingLimits:
        return self.settings().upcoming

    @single
    def login_quota(self) -> LoginQuota:
        given = self.settings()
        return LoginQuota(given.quotas, limiter=self.shared_rate_limiter(), clock=self.clock(), on=given.rate_limits)

    @single
    def security_ports(self) -> SecurityPorts:
        given = self.settings()
        return SecurityPorts(
            secret_codes=self.secret_codes(),
            time_codes=self.time_codes(),
            refresh_tokens=self.refresh_tokens(),
            password_policy=self.password_policy(),
            passkeys=self.passkey_ceremonies(),
            phone_numbers=self.phone_numbers(),
            lifetimes=given.sign_in.lifetimes,
            default_time_zone=given.default_time_zone,
            second_factor_roles=given.second_factor_roles,
        )
