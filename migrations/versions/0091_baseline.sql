-- The schema of revision 0091. Frozen: later revisions change it, nobody edits it.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE announcements (
    id uuid NOT NULL,
    texts jsonb NOT NULL,
    audience text NOT NULL,
    level text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    published boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT announcements_audience_check CHECK (audience IN ('everyone', 'customers', 'providers', 'managers')),
    CONSTRAINT announcements_level_check CHECK (level IN ('info', 'warning', 'critical')),
    CONSTRAINT announcements_pkey PRIMARY KEY (id)
);

CREATE TABLE audit_log (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid NOT NULL,
    actor_role text NOT NULL,
    action text NOT NULL,
    subject_kind text,
    subject_id uuid,
    address text NOT NULL,
    user_agent text NOT NULL,
    request_id text NOT NULL,
    details jsonb NOT NULL,
    CONSTRAINT audit_log_actor_role_check CHECK (actor_role IN ('customer', 'provider', 'manager', 'admin', 'system')),
    CONSTRAINT audit_log_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_log_action_id_idx ON audit_log (action, id);
CREATE INDEX audit_log_actor_id_id_idx ON audit_log (actor_id, id);
CREATE INDEX audit_log_at_idx ON audit_log (at);
CREATE INDEX audit_log_subject_id_id_idx ON audit_log (subject_id, id);

CREATE TABLE bank_references (
    reference text NOT NULL,
    transfer_id uuid NOT NULL,
    CONSTRAINT bank_references_pkey PRIMARY KEY (reference),
    CONSTRAINT bank_references_transfer_id_key UNIQUE (transfer_id)
);

CREATE TABLE blocked_networks (
    id uuid NOT NULL,
    network text NOT NULL,
    reason text NOT NULL,
    blocked_at timestamptz NOT NULL,
    expires_at timestamptz,
    CONSTRAINT blocked_networks_pkey PRIMARY KEY (id),
    CONSTRAINT blocked_networks_network_key UNIQUE (network)
);

CREATE TABLE edge_nonces (
    nonce text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT edge_nonces_pkey PRIMARY KEY (nonce)
);
CREATE INDEX edge_nonces_expires_at_idx ON edge_nonces (expires_at);

CREATE TABLE gateway_tokens (
    gateway text NOT NULL,
    token text NOT NULL,
    CONSTRAINT gateway_tokens_pkey PRIMARY KEY (gateway)
);

CREATE TABLE idempotency_keys (
    caller uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer bytea,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

CREATE TABLE live_events (
    id bigint NOT NULL,
    at timestamptz NOT NULL,
    channel text NOT NULL,
    type text NOT NULL,
    about jsonb NOT NULL,
    parties uuid[] NOT NULL,
    manager_id uuid,
    provider_id uuid,
    role text,
    CONSTRAINT live_events_channel_check CHECK (channel IN ('bookings', 'payments', 'notifications', 'availability',
        'system')),
    CONSTRAINT live_events_pkey PRIMARY KEY (id)
);
CREATE INDEX live_events_at_idx ON live_events (at);

CREATE TABLE live_position (
    single boolean NOT NULL,
    last_id bigint NOT NULL,
    CONSTRAINT live_position_single_check CHECK (single),
    CONSTRAINT live_position_pkey PRIMARY KEY (single)
);

CREATE TABLE message_overrides (
    template_key text NOT NULL,
    language text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT message_overrides_pkey PRIMARY KEY (template_key, language)
);

CREATE TABLE outbox (
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    topic text NOT NULL,
    subject uuid NOT NULL,
    payload jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    parked_at timestamptz,
    CONSTRAINT outbox_pkey PRIMARY KEY (seq)
);
CREATE INDEX outbox_parked_idx ON outbox (parked_at) WHERE parked_at IS NOT NULL;

CREATE TABLE parked_jobs (
    id uuid NOT NULL,
    name text NOT NULL,
    arguments text NOT NULL,
    lock text,
    error text NOT NULL,
    failures integer NOT NULL,
    parked_at timestamptz NOT NULL,
    retry_at timestamptz,
    CONSTRAINT parked_jobs_pkey PRIMARY KEY (id)
);
CREATE INDEX parked_jobs_retry_at_idx ON parked_jobs (retry_at);

CREATE UNLOGGED TABLE rate_limits (
    key bytea NOT NULL,
    hits timestamptz[] NOT NULL,
    allowed boolean NOT NULL,
    counts_until timestamptz NOT NULL,
    CONSTRAINT rate_limits_pkey PRIMARY KEY (key)
);

CREATE TABLE reconciliation_runs (
    id uuid NOT NULL,
    gateway text NOT NULL,
    day date NOT NULL,
    zone text NOT NULL,
    scheduled_on date,
    status text NOT NULL,
    attempts integer NOT NULL,
    retry_at timestamptz,
    listed integer NOT NULL,
    repaired integer NOT NULL,
    open integer NOT NULL,
    finished_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT reconciliation_runs_finished_check CHECK ((status = 'finished') = (finished_at IS NOT NULL)),
    CONSTRAINT reconciliation_runs_retry_check CHECK ((status = 'finished') = (retry_at IS NULL)),
    CONSTRAINT reconciliation_runs_status_check CHECK (status IN ('waiting', 'running', 'finished')),
    CONSTRAINT reconciliation_runs_pkey PRIMARY KEY (id)
);
CREATE INDEX reconciliation_runs_retry_idx ON reconciliation_runs (retry_at) WHERE retry_at IS NOT NULL;
CREATE UNIQUE INDEX reconciliation_runs_scheduled_key ON reconciliation_runs (gateway, day, scheduled_on) WHERE
    scheduled_on IS NOT NULL;

CREATE TABLE sign_ups (
    code_id uuid NOT NULL,
    channel text NOT NULL,
    address_sealed bytea NOT NULL,
    locale text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sign_ups_channel_check CHECK (channel IN ('email', 'phone')),
    CONSTRAINT sign_ups_pkey PRIMARY KEY (code_id)
);
CREATE INDEX sign_ups_expires_at_idx ON sign_ups (expires_at);

CREATE TABLE used_assertions (
    digest bytea NOT NULL,
    good_until timestamptz NOT NULL,
    CONSTRAINT used_assertions_pkey PRIMARY KEY (digest)
);
CREATE INDEX used_assertions_good_until_idx ON used_assertions (good_until);

CREATE TABLE users (
    id uuid NOT NULL,
    email text,
    name text NOT NULL,
    role text NOT NULL,
    status text NOT NULL,
    locale text NOT NULL,
    time_zone text NOT NULL,
    password_hash text,
    created_at timestamptz NOT NULL,
    email_verified_at timestamptz,
    phone_verified_at timestamptz,
    phone_sealed bytea,
    phone_index bytea,
    birth_date_sealed bytea,
    address_sealed bytea,
    given_name text,
    family_name text,
    version integer NOT NULL,
    preferences jsonb DEFAULT '{}'::jsonb NOT NULL,
    deleted_at timestamptz,
    erased_at timestamptz,
    picture jsonb,
    email_undeliverable_at timestamptz,
    email_undeliverable_reason text,
    taken_over_at timestamptz,
    CONSTRAINT users_email_undeliverable_reason_check CHECK (email_undeliverable_reason IN ('refused', 'bounced',
        'complained')),
    CONSTRAINT users_role_check CHECK (role IN ('customer', 'provider', 'manager', 'admin', 'system')),
    CONSTRAINT users_status_check CHECK (status IN ('pending', 'active', 'disabled', 'deleted')),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_phone_index_key UNIQUE (phone_index)
);
CREATE INDEX users_to_erase_idx ON users (id) WHERE (status IN ('deleted', 'pending')) AND (erased_at IS NULL);

CREATE TABLE acceptances (
    user_id uuid NOT NULL,
    document text NOT NULL,
    document_version text NOT NULL,
    accepted_at timestamptz NOT NULL,
    CONSTRAINT acceptances_document_check CHECK (document IN ('terms_of_use', 'privacy_policy')),
    CONSTRAINT acceptances_pkey PRIMARY KEY (user_id, document, document_version),
    CONSTRAINT acceptances_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE announcement_dismissals (
    user_id uuid NOT NULL,
    announcement_id uuid NOT NULL,
    dismissed_at timestamptz NOT NULL,
    CONSTRAINT announcement_dismissals_pkey PRIMARY KEY (user_id, announcement_id),
    CONSTRAINT announcement_dismissals_announcement_id_fkey FOREIGN KEY (announcement_id) REFERENCES announcements(id)
        ON DELETE CASCADE,
    CONSTRAINT announcement_dismissals_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX announcement_dismissals_announcement_id_idx ON announcement_dismissals (announcement_id);

CREATE TABLE bank_accounts (
    user_id uuid NOT NULL,
    details_sealed bytea NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    confirmed_at timestamptz,
    frozen_at timestamptz,
    CONSTRAINT bank_accounts_pkey PRIMARY KEY (user_id),
    CONSTRAINT bank_accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE calendar_links (
    user_id uuid NOT NULL,
    secret_digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT calendar_links_pkey PRIMARY KEY (user_id),
    CONSTRAINT calendar_links_secret_digest_key UNIQUE (secret_digest),
    CONSTRAINT calendar_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE code_history (
    id uuid NOT NULL,
    user_id uuid,
    purpose text NOT NULL,
    channel text NOT NULL,
    to_masked text NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    wrong_guesses integer NOT NULL,
    CONSTRAINT code_history_channel_check CHECK (channel IN ('email', 'phone')),
    CONSTRAINT code_history_purpose_check CHECK (purpose IN ('verify', 'login', 'unlock', 'reset', 'change_phone',
        'change_email', 'signup')),
    CONSTRAINT code_history_pkey PRIMARY KEY (id),
    CONSTRAINT code_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX code_history_issued_at_idx ON code_history (issued_at);
CREATE INDEX code_history_user_id_id_idx ON code_history (user_id, id);

CREATE TABLE customer_notes (
    author_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    text text NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    CONSTRAINT customer_notes_pkey PRIMARY KEY (author_id, customer_id),
    CONSTRAINT customer_notes_author_id_fkey FOREIGN KEY (author_id) REFERENCES users(id)
);
CREATE INDEX customer_notes_customer_id_idx ON customer_notes (customer_id);

CREATE TABLE email_changes (
    user_id uuid NOT NULL,
    email_sealed bytea NOT NULL,
    former_sealed bytea,
    code_id uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    day_began timestamptz NOT NULL,
    asked_that_day integer NOT NULL,
    CONSTRAINT email_changes_pkey PRIMARY KEY (user_id),
    CONSTRAINT email_changes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE external_identities (
    provider text NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL,
    linked_at timestamptz NOT NULL,
    unreachable_since timestamptz,
    CONSTRAINT external_identities_provider_check CHECK (provider IN ('telegram', 'google', 'apple')),
    CONSTRAINT external_identities_pkey PRIMARY KEY (provider, subject),
    CONSTRAINT external_identities_user_id_provider_key UNIQUE (user_id, provider),
    CONSTRAINT external_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE files (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    folder text NOT NULL,
    owner_id uuid,
    "position" smallint NOT NULL,
    filename text NOT NULL,
    content_type text NOT NULL,
    size integer NOT NULL,
    status text NOT NULL,
    width integer,
    height integer,
    rejected_because text,
    created_at timestamptz NOT NULL,
    upload_until timestamptz NOT NULL,
    checked_until timestamptz,
    sweep_at timestamptz,
    version integer NOT NULL,
    CONSTRAINT files_rejected_because_check CHECK (rejected_because IN ('wrong_size', 'wrong_type', 'unreadable',
        'too_many_pixels', 'malware')),
    CONSTRAINT files_size_check CHECK (size > 0),
    CONSTRAINT files_status_check CHECK (status IN ('pending', 'checking', 'ready', 'rejected', 'deleted')),
    CONSTRAINT files_pkey PRIMARY KEY (id),
    CONSTRAINT files_account_id_fkey FOREIGN KEY (account_id) REFERENCES users(id)
);
CREATE INDEX files_account_id_id_idx ON files (account_id, id) WHERE status <> 'deleted';
CREATE INDEX files_owner_idx ON files (owner_id, folder, "position") WHERE status <> 'deleted';
CREATE INDEX files_sweep_at_idx ON files (sweep_at) WHERE sweep_at IS NOT NULL;

CREATE TABLE known_clients (
    user_id uuid NOT NULL,
    token_digest bytea NOT NULL,
    network_digest bytea NOT NULL,
    session_id uuid NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT known_clients_pkey PRIMARY KEY (user_id, token_digest),
    CONSTRAINT known_clients_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX known_clients_expires_at_idx ON known_clients (expires_at);

CREATE TABLE login_history (
    id uuid NOT NULL,
    user_id uuid,
    at timestamptz NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    method text NOT NULL,
    outcome text NOT NULL,
    platform text DEFAULT 'other' NOT NULL,
    CONSTRAINT login_history_method_check CHECK (method IN ('registration', 'password', 'code', 'telegram', 'google',
        'apple', 'passkey')),
    CONSTRAINT login_history_outcome_check CHECK (outcome IN ('succeeded', 'failed')),
    CONSTRAINT login_history_platform_check CHECK (platform IN ('web', 'ios', 'android', 'telegram', 'other')),
    CONSTRAINT login_history_pkey PRIMARY KEY (id),
    CONSTRAINT login_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX login_history_at_idx ON login_history (at);
CREATE INDEX login_history_user_id_id_idx ON login_history (user_id, id);

CREATE TABLE one_time_codes (
    contact bytea NOT NULL,
    purpose text NOT NULL,
    id uuid NOT NULL,
    user_id uuid,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    guesses_left integer NOT NULL,
    day_began timestamptz NOT NULL,
    issued_that_day integer NOT NULL,
    CONSTRAINT one_time_codes_purpose_check CHECK (purpose IN ('verify', 'login', 'unlock', 'reset', 'change_phone',
        'change_email', 'signup')),
    CONSTRAINT one_time_codes_pkey PRIMARY KEY (contact, purpose),
    CONSTRAINT one_time_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE passkey_challenges (
    digest bytea NOT NULL,
    user_id uuid,
    expires_at timestamptz NOT NULL,
    CONSTRAINT passkey_challenges_pkey PRIMARY KEY (digest),
    CONSTRAINT passkey_challenges_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX passkey_challenges_expires_at_idx ON passkey_challenges (expires_at);

CREATE TABLE passkeys (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    counter bigint NOT NULL,
    name text NOT NULL,
    second_factor boolean NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    CONSTRAINT passkeys_pkey PRIMARY KEY (id),
    CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id),
    CONSTRAINT passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX passkeys_user_id_idx ON passkeys (user_id);

CREATE TABLE phone_changes (
    user_id uuid NOT NULL,
    phone_sealed bytea NOT NULL,
    former_sealed bytea,
    code_id uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    day_began timestamptz NOT NULL,
    asked_that_day integer NOT NULL,
    CONSTRAINT phone_changes_pkey PRIMARY KEY (user_id),
    CONSTRAINT phone_changes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE remembered_devices (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_digest bytea NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    platform text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT remembered_devices_platform_check CHECK (platform IN ('web', 'ios', 'android', 'telegram', 'other')),
    CONSTRAINT remembered_devices_pkey PRIMARY KEY (id),
    CONSTRAINT remembered_devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX remembered_devices_expires_at_idx ON remembered_devices (expires_at);
CREATE INDEX remembered_devices_user_id_idx ON remembered_devices (user_id);

CREATE TABLE salons (
    id uuid NOT NULL,
    manager_id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    hours jsonb NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    address text DEFAULT '' NOT NULL,
    city text DEFAULT '' NOT NULL,
    phone text DEFAULT '' NOT NULL,
    email text DEFAULT '' NOT NULL,
    instructions text DEFAULT '' NOT NULL,
    lat double precision,
    lon double precision,
    photos jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT salons_pkey PRIMARY KEY (id),
    CONSTRAINT salons_manager_id_fkey FOREIGN KEY (manager_id) REFERENCES users(id)
);
CREATE INDEX salons_manager_id_idx ON salons (manager_id);

CREATE TABLE providers (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    display_name text NOT NULL,
    bio text NOT NULL,
    styles text[] NOT NULL,
    address text NOT NULL,
    lat double precision,
    lon double precision,
    status text NOT NULL,
    review_note text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    time_zone text DEFAULT 'UTC' NOT NULL,
    step_minutes smallint DEFAULT '30'::smallint NOT NULL,
    duration_minutes smallint DEFAULT '60'::smallint NOT NULL,
    buffer_before_minutes smallint DEFAULT '0'::smallint NOT NULL,
    buffer_after_minutes smallint DEFAULT '0'::smallint NOT NULL,
    min_notice_minutes integer DEFAULT 0 NOT NULL,
    horizon_days smallint DEFAULT '90'::smallint NOT NULL,
    max_per_day smallint,
    booking_mode text DEFAULT 'instant' NOT NULL,
    currency text DEFAULT 'MNT' NOT NULL,
    price_amount bigint DEFAULT '0'::bigint NOT NULL,
    deposit_amount bigint DEFAULT '0'::bigint NOT NULL,
    cancellation_policy jsonb DEFAULT '[]'::jsonb NOT NULL,
    max_per_week smallint,
    anchoring text DEFAULT 'open_range' NOT NULL,
    salon_id uuid,
    when_feeds_fail text DEFAULT 'trust' NOT NULL,
    trust_feeds_hours smallint DEFAULT '24'::smallint NOT NULL,
    requests_claim_time boolean DEFAULT true NOT NULL,
    calendar_version integer DEFAULT 0 NOT NULL,
    feeds_version integer DEFAULT 1 NOT NULL,
    rating_count integer DEFAULT 0 NOT NULL,
    rating_total integer DEFAULT 0 NOT NULL,
    rating_score bigint GENERATED ALWAYS AS ((1000000 * ((20)::bigint + rating_total)) / (5 + rating_count)) STORED,
    suspension_cause text,
    suspension_reason text,
    suspended_at timestamptz,
    withdrawn_before boolean,
    durations jsonb DEFAULT '[]'::jsonb NOT NULL,
    payment_gateway text,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    instagram text DEFAULT '' NOT NULL,
    reminder_minutes integer[] DEFAULT '{1440,120}'::integer[] NOT NULL,
    instructions text DEFAULT '' NOT NULL,
    photo jsonb,
    deposit_mode text,
    max_upcoming_per_customer smallint,
    CONSTRAINT providers_anchoring_check CHECK (anchoring IN ('open_range', 'after_claim')),
    CONSTRAINT providers_booking_mode_check CHECK (booking_mode IN ('instant', 'request')),
    CONSTRAINT providers_deposit_check CHECK ((0 <= deposit_amount) AND (deposit_amount <= price_amount)),
    CONSTRAINT providers_deposit_mode_check CHECK (deposit_mode IN ('charged', 'authorised')),
    CONSTRAINT providers_status_check CHECK (status IN ('draft', 'submitted', 'approved', 'rejected', 'suspended',
        'withdrawn', 'deleted')),
    CONSTRAINT providers_suspension_cause_check CHECK (suspension_cause IN ('decision', 'account_disabled',
        'role_changed')),
    CONSTRAINT providers_when_feeds_fail_check CHECK (when_feeds_fail IN ('closed', 'trust', 'open')),
    CONSTRAINT providers_pkey PRIMARY KEY (id),
    CONSTRAINT providers_owner_id_key UNIQUE (owner_id),
    CONSTRAINT providers_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id),
    CONSTRAINT providers_salon_id_fkey FOREIGN KEY (salon_id) REFERENCES salons(id)
);
CREATE INDEX providers_salon_id_idx ON providers (salon_id);
CREATE INDEX providers_status_id_idx ON providers (status, id);
CREATE INDEX providers_status_rating_idx ON providers (status, rating_score, id);

CREATE TABLE availability_blocks (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    note text NOT NULL,
    CONSTRAINT availability_blocks_range_check CHECK (starts_at < ends_at),
    CONSTRAINT availability_blocks_pkey PRIMARY KEY (id),
    CONSTRAINT availability_blocks_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX availability_blocks_provider_id_ends_at_idx ON availability_blocks (provider_id, ends_at);

CREATE TABLE availability_exceptions (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    date date NOT NULL,
    minutes smallint[] NOT NULL,
    CONSTRAINT availability_exceptions_pkey PRIMARY KEY (id),
    CONSTRAINT availability_exceptions_provider_id_date_key UNIQUE (provider_id, date),
    CONSTRAINT availability_exceptions_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);

CREATE TABLE availability_rules (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    day smallint NOT NULL,
    start_minute smallint NOT NULL,
    end_minute smallint NOT NULL,
    valid_from date,
    valid_until date,
    every_weeks smallint NOT NULL,
    CONSTRAINT availability_rules_day_check CHECK ((day >= 0) AND (day <= 6)),
    CONSTRAINT availability_rules_minutes_check
        CHECK (start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440),
    CONSTRAINT availability_rules_pkey PRIMARY KEY (id),
    CONSTRAINT availability_rules_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX availability_rules_provider_id_idx ON availability_rules (provider_id);

CREATE TABLE booking_consents (
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    status text NOT NULL,
    changed_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT booking_consents_status_check CHECK (status IN ('granted', 'revoked')),
    CONSTRAINT booking_consents_pkey PRIMARY KEY (customer_id, provider_id),
    CONSTRAINT booking_consents_id_key UNIQUE (id),
    CONSTRAINT booking_consents_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id),
    CONSTRAINT booking_consents_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX booking_consents_customer_id_id_idx ON booking_consents (customer_id, id);
CREATE INDEX booking_consents_provider_id_id_idx ON booking_consents (provider_id, id);

CREATE TABLE booking_links (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    name text NOT NULL,
    link_token text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT booking_links_pkey PRIMARY KEY (id),
    CONSTRAINT booking_links_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE UNIQUE INDEX booking_links_provider_id_link_token_key ON booking_links (provider_id, link_token);

CREATE TABLE booking_link_days (
    link_id uuid NOT NULL,
    day date NOT NULL,
    visitors integer NOT NULL,
    bookings integer NOT NULL,
    CONSTRAINT booking_link_days_pkey PRIMARY KEY (link_id, day),
    CONSTRAINT booking_link_days_link_id_fkey FOREIGN KEY (link_id) REFERENCES booking_links(id)
);

CREATE TABLE booking_link_visitors (
    link_id uuid NOT NULL,
    day date NOT NULL,
    visitor bytea NOT NULL,
    CONSTRAINT booking_link_visitors_pkey PRIMARY KEY (link_id, day, visitor),
    CONSTRAINT booking_link_visitors_link_id_fkey FOREIGN KEY (link_id) REFERENCES booking_links(id)
);
CREATE INDEX booking_link_visitors_day_idx ON booking_link_visitors (day);

CREATE TABLE bookings (
    id uuid NOT NULL,
    reference text NOT NULL,
    provider_id uuid NOT NULL,
    provider_user_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    status text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    blocked_from timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    price_amount bigint NOT NULL,
    deposit_amount bigint NOT NULL,
    paid_amount bigint NOT NULL,
    refunded_amount bigint NOT NULL,
    cancellation_policy jsonb NOT NULL,
    notes text NOT NULL,
    due_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    local_start timestamp NOT NULL,
    requests_claim_time boolean NOT NULL,
    offered_times timestamptz[] NOT NULL,
    series_id uuid,
    placed_by_staff boolean DEFAULT false NOT NULL,
    rescheduled_by text,
    agreed_from timestamptz,
    agreed_until timestamptz,
    objection_deadline timestamptz,
    cancellation_start timestamptz,
    in_question boolean DEFAULT false NOT NULL,
    questioned_at timestamptz,
    payment_attempt text DEFAULT 'none' NOT NULL,
    refund_pending_amount bigint DEFAULT '0'::bigint NOT NULL,
    disputed_from text,
    earnings_version integer,
    desk_paid_amount bigint DEFAULT '0'::bigint NOT NULL,
    services jsonb DEFAULT '[]'::jsonb NOT NULL,
    authorised_amount bigint DEFAULT '0'::bigint NOT NULL,
    released_amount bigint DEFAULT '0'::bigint NOT NULL,
    payment_status text GENERATED ALWAYS AS (
        CASE
            WHEN ((refunded_amount > 0) AND (refunded_amount = paid_amount)) THEN 'refunded'
            WHEN (refunded_amount > 0) THEN 'partially_refunded'
            WHEN (((paid_amount + desk_paid_amount) > 0) AND (deposit_amount <= ((paid_amount + desk_paid_amount) +
                released_amount))) THEN 'paid'
            WHEN ((authorised_amount > 0) AND (deposit_amount <= (((paid_amount + desk_paid_amount) + released_amount) +
                authorised_amount))) THEN 'authorised'
            WHEN ((released_amount > 0) AND (((paid_amount + desk_paid_amount) + authorised_amount) = 0)) THEN
                'released'
            WHEN (payment_attempt = 'started') THEN 'pending'
            WHEN (payment_attempt = 'failed') THEN 'failed'
            ELSE 'unpaid'
        END
    ) STORED,
    conceded_amount bigint DEFAULT '0'::bigint NOT NULL,
    CONSTRAINT bookings_authorised_check CHECK ((0 <= authorised_amount) AND (0 <= released_amount)),
    CONSTRAINT bookings_conceded_check CHECK ((0 <= conceded_amount) AND (conceded_amount <= (refunded_amount +
        refund_pending_amount))),
    CONSTRAINT bookings_deposit_check CHECK ((0 <= deposit_amount) AND (deposit_amount <= price_amount)),
    CONSTRAINT bookings_desk_paid_check CHECK (0 <= desk_paid_amount),
    CONSTRAINT bookings_disputed_from_check CHECK ((disputed_from IS NULL) OR ((status = 'disputed') AND (disputed_from
        IN ('confirmed', 'completed', 'cancelled', 'no_show')))),
    CONSTRAINT bookings_payment_attempt_check CHECK (payment_attempt IN ('none', 'started', 'failed')),
    CONSTRAINT bookings_refunded_check CHECK ((0 <= refunded_amount) AND (0 <= refund_pending_amount) AND
        ((refunded_amount + refund_pending_amount) <= paid_amount)),
    CONSTRAINT bookings_rescheduled_by_check CHECK (rescheduled_by IN ('provider', 'manager', 'admin')),
    CONSTRAINT bookings_status_check CHECK (status IN ('requested', 'pending', 'confirmed', 'completed', 'cancelled',
        'expired', 'no_show', 'disputed')),
    CONSTRAINT bookings_time_change_check CHECK (num_nulls(rescheduled_by, agreed_from, agreed_until,
        objection_deadline) = ANY (ARRAY[0, 4])),
    CONSTRAINT bookings_pkey PRIMARY KEY (id),
    CONSTRAINT bookings_reference_key UNIQUE (reference),
    CONSTRAINT bookings_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id),
    CONSTRAINT bookings_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id),
    CONSTRAINT bookings_provider_user_id_fkey FOREIGN KEY (provider_user_id) REFERENCES users(id)
);
CREATE INDEX bookings_completed_idx ON bookings (updated_at) WHERE status = 'completed';
CREATE INDEX bookings_customer_id_id_idx ON bookings (customer_id, id);
CREATE INDEX bookings_due_at_idx ON bookings (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX bookings_earnings_outdated_idx ON bookings (provider_id, id) WHERE ((paid_amount > 0) OR (desk_paid_amount
    > 0) OR (earnings_version IS NOT NULL)) AND (earnings_version IS DISTINCT FROM version);
CREATE INDEX bookings_provider_id_starts_at_idx ON bookings (provider_id, starts_at);
CREATE INDEX bookings_provider_user_id_id_idx ON bookings (provider_user_id, id);
CREATE INDEX bookings_series_id_idx ON bookings (series_id) WHERE series_id IS NOT NULL;
CREATE INDEX bookings_starts_at_id_idx ON bookings (starts_at, id);
CREATE INDEX bookings_status_id_idx ON bookings (status, id);

CREATE TABLE adjustments (
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    reason text NOT NULL,
    by_id uuid NOT NULL,
    by_role text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT adjustments_amount_check CHECK (amount <> 0),
    CONSTRAINT adjustments_pkey PRIMARY KEY (id),
    CONSTRAINT adjustments_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id)
);
CREATE INDEX adjustments_amount_idx ON adjustments (currency, abs(amount), id);
CREATE INDEX adjustments_booking_id_idx ON adjustments (booking_id);
CREATE INDEX adjustments_created_at_idx ON adjustments (created_at);

CREATE TABLE booking_events (
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    type text NOT NULL,
    from_status text,
    to_status text NOT NULL,
    by_id uuid NOT NULL,
    by_role text NOT NULL,
    at timestamptz NOT NULL,
    reason text,
    CONSTRAINT booking_events_pkey PRIMARY KEY (seq),
    CONSTRAINT booking_events_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id)
);
CREATE INDEX booking_events_booking_id_idx ON booking_events (booking_id);

CREATE TABLE booking_reminders (
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    topic text NOT NULL,
    due_at timestamptz NOT NULL,
    CONSTRAINT booking_reminders_pkey PRIMARY KEY (id),
    CONSTRAINT booking_reminders_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id)
);
CREATE INDEX booking_reminders_booking_id_idx ON booking_reminders (booking_id, topic, due_at);

CREATE TABLE calendar_feeds (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    url text NOT NULL,
    read_at timestamptz,
    due_at timestamptz NOT NULL,
    failure text,
    failures integer DEFAULT 0 NOT NULL,
    CONSTRAINT calendar_feeds_pkey PRIMARY KEY (id),
    CONSTRAINT calendar_feeds_provider_id_url_key UNIQUE (provider_id, url),
    CONSTRAINT calendar_feeds_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX calendar_feeds_due_at_idx ON calendar_feeds (due_at);

CREATE TABLE busy_times (
    feed_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT busy_times_range_check CHECK (starts_at < ends_at),
    CONSTRAINT busy_times_pkey PRIMARY KEY (feed_id, starts_at),
    CONSTRAINT busy_times_feed_id_fkey FOREIGN KEY (feed_id) REFERENCES calendar_feeds(id) ON DELETE CASCADE
);

CREATE TABLE claims (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    blocked_from timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL,
    expires_at timestamptz,
    CONSTRAINT claims_expiry_check CHECK ((kind = 'hold') = (expires_at IS NOT NULL)),
    CONSTRAINT claims_kind_check CHECK (kind IN ('hold', 'booking')),
    CONSTRAINT claims_ranges_check CHECK ((starts_at < ends_at) AND (blocked_from <= starts_at) AND (ends_at <=
        blocked_until)),
    CONSTRAINT claims_pkey PRIMARY KEY (id),
    CONSTRAINT claims_no_overlap EXCLUDE USING gist (provider_id WITH =, tstzrange(blocked_from, blocked_until) WITH &&),
    CONSTRAINT claims_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id),
    CONSTRAINT claims_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX claims_holds_customer_id_idx ON claims (customer_id) WHERE kind = 'hold';
CREATE INDEX claims_holds_expires_at_idx ON claims (expires_at) WHERE kind = 'hold';

CREATE TABLE commission_rates (
    id uuid NOT NULL,
    provider_id uuid,
    basis_points integer,
    since timestamptz NOT NULL,
    CONSTRAINT commission_rates_basis_points_check CHECK ((basis_points >= 0) AND (basis_points <= 10000)),
    CONSTRAINT commission_rates_platform_check CHECK ((provider_id IS NOT NULL) OR (basis_points IS NOT NULL)),
    CONSTRAINT commission_rates_pkey PRIMARY KEY (id),
    CONSTRAINT commission_rates_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX commission_rates_provider_id_since_idx ON commission_rates (provider_id, since);

CREATE TABLE consent_codes (
    provider_id uuid NOT NULL,
    code text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT consent_codes_pkey PRIMARY KEY (provider_id),
    CONSTRAINT consent_codes_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);

CREATE TABLE desk_payments (
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    method text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    status text NOT NULL,
    recorded_by_id uuid NOT NULL,
    recorded_by_role text NOT NULL,
    voided_by_id uuid,
    voided_by_role text,
    voided_at timestamptz,
    void_reason text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT desk_payments_amount_check CHECK (amount > 0),
    CONSTRAINT desk_payments_method_check CHECK (method IN ('cash', 'card')),
    CONSTRAINT desk_payments_status_check CHECK (status IN ('recorded', 'voided')),
    CONSTRAINT desk_payments_voided_by_check CHECK (num_nulls(voided_by_id, voided_by_role, voided_at) = ANY (ARRAY[0,
        3])),
    CONSTRAINT desk_payments_voided_check CHECK ((status = 'voided') = (voided_at IS NOT NULL)),
    CONSTRAINT desk_payments_pkey PRIMARY KEY (id),
    CONSTRAINT desk_payments_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id)
);
CREATE INDEX desk_payments_amount_idx ON desk_payments (currency, amount, id);
CREATE INDEX desk_payments_booking_id_idx ON desk_payments (booking_id);
CREATE INDEX desk_payments_created_at_idx ON desk_payments (created_at);

CREATE TABLE disputes (
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    provider_user_id uuid NOT NULL,
    initiator_id uuid NOT NULL,
    by_admin boolean NOT NULL,
    booking_was text NOT NULL,
    reason text NOT NULL,
    status text NOT NULL,
    opened_at timestamptz NOT NULL,
    statement_due_at timestamptz NOT NULL,
    decision_due_at timestamptz NOT NULL,
    statement_reminded_at timestamptz,
    decision_reminded_at timestamptz,
    resolution text,
    refund_amount bigint,
    refund_currency text,
    booking_status text,
    note text,
    closed_at timestamptz,
    version integer NOT NULL,
    CONSTRAINT disputes_booking_status_check CHECK (booking_status IN ('confirmed', 'completed', 'cancelled',
        'no_show')),
    CONSTRAINT disputes_booking_was_check CHECK (booking_was IN ('confirmed', 'completed', 'cancelled', 'no_show')),
    CONSTRAINT disputes_closed_check CHECK ((status = 'open') = (closed_at IS NULL)),
    CONSTRAINT disputes_initiator_check CHECK ((initiator_id = customer_id) OR (initiator_id = provider_user_id)),
    CONSTRAINT disputes_refund_amount_check CHECK (refund_amount >= 0),
    CONSTRAINT disputes_resolution_check CHECK (resolution IN ('refund_full', 'refund_partial', 'no_refund')),
    CONSTRAINT disputes_status_check CHECK (status IN ('open', 'resolved', 'withdrawn')),
    CONSTRAINT disputes_verdict_check CHECK (num_nulls(resolution, refund_amount, refund_currency, booking_status, note)
        =
        CASE
            WHEN (status = 'resolved') THEN 0
            ELSE 5
        END
    ),
    CONSTRAINT disputes_pkey PRIMARY KEY (id),
    CONSTRAINT disputes_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT disputes_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id),
    CONSTRAINT disputes_initiator_id_fkey FOREIGN KEY (initiator_id) REFERENCES users(id),
    CONSTRAINT disputes_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id),
    CONSTRAINT disputes_provider_user_id_fkey FOREIGN KEY (provider_user_id) REFERENCES users(id)
);
CREATE INDEX disputes_booking_id_idx ON disputes (booking_id);
CREATE INDEX disputes_customer_id_id_idx ON disputes (customer_id, id);
CREATE UNIQUE INDEX disputes_one_open_key ON disputes (booking_id) WHERE status = 'open';
CREATE INDEX disputes_open_idx ON disputes (id) WHERE status = 'open';
CREATE INDEX disputes_provider_id_id_idx ON disputes (provider_id, id);
CREATE INDEX disputes_provider_user_id_id_idx ON disputes (provider_user_id, id);

CREATE TABLE dispute_statements (
    id uuid NOT NULL,
    dispute_id uuid NOT NULL,
    author_id uuid NOT NULL,
    side text NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT dispute_statements_kind_check CHECK (kind = 'text'),
    CONSTRAINT dispute_statements_side_check CHECK (side IN ('customer', 'provider')),
    CONSTRAINT dispute_statements_pkey PRIMARY KEY (id),
    CONSTRAINT dispute_statements_author_id_fkey FOREIGN KEY (author_id) REFERENCES users(id),
    CONSTRAINT dispute_statements_dispute_id_fkey FOREIGN KEY (dispute_id) REFERENCES disputes(id)
);
CREATE INDEX dispute_statements_author_id_idx ON dispute_statements (author_id);
CREATE INDEX dispute_statements_dispute_id_id_idx ON dispute_statements (dispute_id, id);

CREATE TABLE ideas (
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    author_id uuid NOT NULL,
    side text NOT NULL,
    description text NOT NULL,
    size text NOT NULL,
    placement text NOT NULL,
    colours text NOT NULL,
    budget_amount bigint,
    estimate_amount bigint,
    currency text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL,
    CONSTRAINT ideas_side_check CHECK (side IN ('customer', 'provider')),
    CONSTRAINT ideas_pkey PRIMARY KEY (id),
    CONSTRAINT ideas_author_id_fkey FOREIGN KEY (author_id) REFERENCES users(id),
    CONSTRAINT ideas_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id)
);
CREATE INDEX ideas_author_id_id_idx ON ideas (author_id, id);
CREATE INDEX ideas_booking_id_created_at_idx ON ideas (booking_id, created_at, id);

CREATE TABLE notifications (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    about_id uuid NOT NULL,
    booking_id uuid,
    subject_sealed bytea NOT NULL,
    text_sealed bytea NOT NULL,
    language text NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    CONSTRAINT notifications_pkey PRIMARY KEY (id),
    CONSTRAINT notifications_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX notifications_booking_id_idx ON notifications (booking_id);
CREATE INDEX notifications_created_at_idx ON notifications (created_at);
CREATE INDEX notifications_unread_idx ON notifications (user_id, id) WHERE read_at IS NULL;
CREATE UNIQUE INDEX notifications_user_id_event_id_key ON notifications (user_id, event_id);
CREATE INDEX notifications_user_id_id_idx ON notifications (user_id, id);

CREATE TABLE messages (
    id uuid NOT NULL,
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    notification_id uuid NOT NULL,
    user_id uuid NOT NULL,
    about_id uuid NOT NULL,
    channel text NOT NULL,
    to_sealed bytea NOT NULL,
    rank smallint NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    first_attempt_at timestamptz,
    next_attempt_at timestamptz,
    failure text NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    version integer NOT NULL,
    CONSTRAINT messages_channel_check CHECK (channel IN ('email', 'sms', 'telegram', 'push')),
    CONSTRAINT messages_due_check CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT messages_status_check CHECK (status IN ('standby', 'pending', 'sent', 'failed', 'skipped')),
    CONSTRAINT messages_pkey PRIMARY KEY (id),
    CONSTRAINT messages_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES notifications(id) ON DELETE
        CASCADE,
    CONSTRAINT messages_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX messages_notification_id_idx ON messages (notification_id);
CREATE INDEX messages_pending_idx ON messages (user_id, about_id, channel, seq) WHERE status = 'pending';
CREATE INDEX messages_user_id_id_idx ON messages (user_id, id);

CREATE TABLE payments (
    id uuid CONSTRAINT transactions_id_not_null NOT NULL,
    booking_id uuid CONSTRAINT transactions_booking_id_not_null NOT NULL,
    customer_id uuid CONSTRAINT transactions_customer_id_not_null NOT NULL,
    purpose text CONSTRAINT transactions_purpose_not_null NOT NULL,
    gateway text CONSTRAINT transactions_gateway_not_null NOT NULL,
    status text CONSTRAINT transactions_status_not_null NOT NULL,
    currency text CONSTRAINT transactions_currency_not_null NOT NULL,
    amount bigint CONSTRAINT transactions_amount_not_null NOT NULL,
    settled_amount bigint CONSTRAINT transactions_settled_amount_not_null NOT NULL,
    attempt smallint CONSTRAINT transactions_attempt_not_null NOT NULL,
    preparing_since timestamptz,
    invoice_reference text,
    invoice jsonb,
    raw_payload text,
    expires_at timestamptz,
    checked_at timestamptz,
    processed_at timestamptz,
    version integer CONSTRAINT transactions_version_not_null NOT NULL,
    created_at timestamptz CONSTRAINT transactions_created_at_not_null NOT NULL,
    returned_amount bigint DEFAULT 0 NOT NULL,
    authorise boolean DEFAULT false NOT NULL,
    authorised_amount bigint DEFAULT 0 NOT NULL,
    authorised_at timestamptz,
    capture_amount bigint,
    capture_attempts smallint DEFAULT 0 NOT NULL,
    capture_at timestamptz,
    CONSTRAINT payments_amounts_check CHECK ((amount > 0) AND (settled_amount >= 0) AND ((returned_amount >= 0) AND
        (returned_amount <= settled_amount))),
    CONSTRAINT payments_authorised_check CHECK ((authorised_amount >= 0) AND ((capture_amount >= 0) AND (capture_amount
        <= authorised_amount)) AND ((capture_at IS NULL) OR (status = 'authorised'))),
    CONSTRAINT payments_invoice_check CHECK ((invoice IS NULL) = (invoice_reference IS NULL)),
    CONSTRAINT payments_purpose_check CHECK (purpose IN ('deposit', 'balance')),
    CONSTRAINT payments_status_check CHECK (status IN ('pending', 'authorised', 'paid', 'failed', 'cancelled',
        'released')),
    CONSTRAINT payments_pkey PRIMARY KEY (id),
    CONSTRAINT payments_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT payments_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id)
);
CREATE INDEX payments_amount_idx ON payments (currency, amount, id);
CREATE INDEX payments_booking_id_idx ON payments (booking_id);
CREATE INDEX payments_capture_idx ON payments (capture_at) WHERE capture_at IS NOT NULL;
CREATE INDEX payments_created_at_idx ON payments (created_at);
CREATE INDEX payments_gateway_authorised_at_idx ON payments (gateway, authorised_at) WHERE authorised_at IS NOT NULL;
CREATE INDEX payments_gateway_processed_at_idx ON payments (gateway, processed_at);
CREATE UNIQUE INDEX payments_invoice_reference_key ON payments (invoice_reference);
CREATE UNIQUE INDEX payments_one_pending_key ON payments (booking_id, purpose) WHERE status = 'pending';

CREATE TABLE portfolio_items (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    images jsonb NOT NULL,
    description text NOT NULL,
    tags text[] NOT NULL,
    "position" integer NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT portfolio_items_status_check CHECK (status IN ('shown', 'taken_down')),
    CONSTRAINT portfolio_items_pkey PRIMARY KEY (id),
    CONSTRAINT portfolio_items_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX portfolio_items_order_idx ON portfolio_items (provider_id, "position", id);

CREATE TABLE provider_payouts (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    status text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    payee_sealed bytea,
    approved_at timestamptz,
    return_reason text,
    bank_reference text,
    processed_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    payee_id uuid,
    CONSTRAINT provider_payouts_amount_check CHECK (amount > 0),
    CONSTRAINT provider_payouts_paid_check CHECK ((status = 'paid') = (bank_reference IS NOT NULL)),
    CONSTRAINT provider_payouts_status_check CHECK (status IN ('pending', 'paid', 'cancelled')),
    CONSTRAINT provider_payouts_pkey PRIMARY KEY (id),
    CONSTRAINT provider_payouts_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX provider_payouts_amount_idx ON provider_payouts (currency, amount, id);
CREATE INDEX provider_payouts_created_at_idx ON provider_payouts (created_at);
CREATE INDEX provider_payouts_pending_idx ON provider_payouts (provider_id) WHERE status = 'pending';
CREATE INDEX provider_payouts_provider_id_id_idx ON provider_payouts (provider_id, id);

CREATE TABLE earnings (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    kind text NOT NULL,
    booking_id uuid,
    payout_id uuid,
    currency text NOT NULL,
    kept bigint NOT NULL,
    desk bigint NOT NULL,
    commission bigint NOT NULL,
    amount bigint NOT NULL,
    at timestamptz NOT NULL,
    reason text,
    CONSTRAINT earnings_amount_check CHECK ((kind <> 'booking') OR (amount = (kept - commission))),
    CONSTRAINT earnings_booking_check CHECK ((kind = 'booking') = (booking_id IS NOT NULL)),
    CONSTRAINT earnings_kind_check CHECK (kind IN ('booking', 'payout', 'adjustment')),
    CONSTRAINT earnings_no_share_check CHECK ((kind = 'booking') OR ((kept = 0) AND (desk = 0) AND (commission = 0))),
    CONSTRAINT earnings_payout_check CHECK ((kind = 'payout') = (payout_id IS NOT NULL)),
    CONSTRAINT earnings_reason_check CHECK ((kind = 'adjustment') = (reason IS NOT NULL)),
    CONSTRAINT earnings_pkey PRIMARY KEY (id),
    CONSTRAINT earnings_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT earnings_payout_id_fkey FOREIGN KEY (payout_id) REFERENCES provider_payouts(id),
    CONSTRAINT earnings_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX earnings_booking_id_idx ON earnings (booking_id);
CREATE INDEX earnings_payout_id_idx ON earnings (payout_id);
CREATE INDEX earnings_provider_id_currency_at_idx ON earnings (provider_id, currency, at);
CREATE INDEX earnings_provider_id_id_idx ON earnings (provider_id, id);

CREATE TABLE receipt_numbers (
    issuer_id uuid NOT NULL,
    kind text NOT NULL,
    last integer NOT NULL,
    CONSTRAINT receipt_numbers_kind_check CHECK (kind IN ('receipt', 'credit_note')),
    CONSTRAINT receipt_numbers_last_check CHECK (last > 0),
    CONSTRAINT receipt_numbers_pkey PRIMARY KEY (issuer_id, kind),
    CONSTRAINT receipt_numbers_issuer_id_fkey FOREIGN KEY (issuer_id) REFERENCES providers(id)
);

CREATE TABLE receipts (
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    issuer_id uuid NOT NULL,
    kind text NOT NULL,
    sequence integer NOT NULL,
    source uuid NOT NULL,
    method text NOT NULL,
    reference text,
    corrects integer[] NOT NULL,
    issuer_name text,
    issuer_address text,
    customer_name text,
    language text NOT NULL,
    booking_reference text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    time_zone text NOT NULL,
    lines jsonb NOT NULL,
    currency text NOT NULL,
    price_amount bigint NOT NULL,
    amount bigint NOT NULL,
    version integer NOT NULL,
    issued_at timestamptz NOT NULL,
    CONSTRAINT receipts_amount_check CHECK (amount > 0),
    CONSTRAINT receipts_kind_check CHECK (kind IN ('receipt', 'credit_note')),
    CONSTRAINT receipts_method_check CHECK (method IN ('online', 'transfer', 'cash', 'card')),
    CONSTRAINT receipts_pkey PRIMARY KEY (id),
    CONSTRAINT receipts_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT receipts_issuer_id_fkey FOREIGN KEY (issuer_id) REFERENCES providers(id)
);
CREATE INDEX receipts_booking_id_idx ON receipts (booking_id);
CREATE UNIQUE INDEX receipts_number_key ON receipts (issuer_id, kind, sequence);

CREATE TABLE reconciliation_findings (
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    gateway text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    reference text NOT NULL,
    invoice_reference text NOT NULL,
    currency text NOT NULL,
    reported_amount bigint NOT NULL,
    counted_amount bigint NOT NULL,
    paid_at timestamptz,
    payment_id uuid,
    booking_id uuid,
    note text NOT NULL,
    settled_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT reconciliation_findings_amounts_check CHECK ((reported_amount >= 0) AND (counted_amount >= 0)),
    CONSTRAINT reconciliation_findings_kind_check CHECK (kind IN ('lost_callback', 'paid_twice', 'amount_differs',
        'unknown_invoice', 'stray_invoice', 'not_at_gateway', 'unrecorded_refund')),
    CONSTRAINT reconciliation_findings_settled_check CHECK ((status = 'open') = (settled_at IS NULL)),
    CONSTRAINT reconciliation_findings_status_check CHECK (status IN ('open', 'repaired', 'closed')),
    CONSTRAINT reconciliation_findings_pkey PRIMARY KEY (id),
    CONSTRAINT reconciliation_findings_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT reconciliation_findings_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id),
    CONSTRAINT reconciliation_findings_run_id_fkey FOREIGN KEY (run_id) REFERENCES reconciliation_runs(id)
);
CREATE INDEX reconciliation_findings_amount_idx ON reconciliation_findings (currency, reported_amount, id);
CREATE INDEX reconciliation_findings_booking_id_idx ON reconciliation_findings (booking_id);
CREATE INDEX reconciliation_findings_invoice_reference_idx ON reconciliation_findings (invoice_reference);
CREATE UNIQUE INDEX reconciliation_findings_key ON reconciliation_findings (gateway, kind, reference);
CREATE INDEX reconciliation_findings_run_id_idx ON reconciliation_findings (run_id);
CREATE INDEX reconciliation_findings_status_idx ON reconciliation_findings (status, id);

CREATE TABLE refunds (
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    gateway text NOT NULL,
    status text NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL,
    processed_at timestamptz,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    reason text DEFAULT 'cancellation' NOT NULL,
    payee_sealed bytea,
    approved_at timestamptz,
    return_reason text,
    bank_reference text,
    method text,
    payment_id uuid,
    attempts smallint DEFAULT 0 NOT NULL,
    retry_at timestamptz,
    payee_id uuid,
    CONSTRAINT refunds_amount_check CHECK (amount > 0),
    CONSTRAINT refunds_method_check CHECK (method IN ('gateway', 'transfer')),
    CONSTRAINT refunds_reason_check CHECK (reason IN ('cancellation', 'no_show', 'late_payment', 'overpayment',
        'dispute')),
    CONSTRAINT refunds_retry_check CHECK ((retry_at IS NULL) OR ((status = 'refund_pending') AND (method = 'gateway')
        AND (approved_at IS NULL))),
    CONSTRAINT refunds_status_check CHECK (status IN ('refund_pending', 'refunded')),
    CONSTRAINT refunds_pkey PRIMARY KEY (id),
    CONSTRAINT refunds_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT refunds_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id),
    CONSTRAINT refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id)
);
CREATE INDEX refunds_amount_idx ON refunds (currency, amount, id);
CREATE UNIQUE INDEX refunds_bank_reference_key ON refunds (bank_reference);
CREATE INDEX refunds_booking_id_idx ON refunds (booking_id);
CREATE INDEX refunds_created_at_idx ON refunds (created_at);
CREATE INDEX refunds_pending_idx ON refunds (id) WHERE status = 'refund_pending';
CREATE INDEX refunds_retry_idx ON refunds (retry_at) WHERE retry_at IS NOT NULL;

CREATE TABLE reviews (
    id uuid NOT NULL,
    booking_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    provider_user_id uuid NOT NULL,
    author_id uuid NOT NULL,
    rating smallint NOT NULL,
    text text NOT NULL,
    status text NOT NULL,
    reply text,
    replied_at timestamptz,
    hide_reason text,
    hide_note text NOT NULL,
    created_at timestamptz NOT NULL,
    edited_at timestamptz,
    version integer NOT NULL,
    impartial boolean DEFAULT true NOT NULL,
    CONSTRAINT reviews_hide_reason_check CHECK (hide_reason IN ('spam', 'abuse', 'personal_data', 'fake', 'other')),
    CONSTRAINT reviews_rating_check CHECK ((rating >= 1) AND (rating <= 5)),
    CONSTRAINT reviews_status_check CHECK (status IN ('held', 'published', 'hidden')),
    CONSTRAINT reviews_pkey PRIMARY KEY (id),
    CONSTRAINT reviews_booking_id_key UNIQUE (booking_id),
    CONSTRAINT reviews_author_id_fkey FOREIGN KEY (author_id) REFERENCES users(id),
    CONSTRAINT reviews_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT reviews_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id),
    CONSTRAINT reviews_provider_user_id_fkey FOREIGN KEY (provider_user_id) REFERENCES users(id)
);
CREATE INDEX reviews_author_id_id_idx ON reviews (author_id, id);
CREATE INDEX reviews_counted_idx ON reviews (provider_id, author_id, id) WHERE (status = 'published') AND impartial;
CREATE INDEX reviews_provider_id_created_at_idx ON reviews (provider_id, created_at);
CREATE INDEX reviews_provider_user_id_id_idx ON reviews (provider_user_id, id);
CREATE INDEX reviews_published_idx ON reviews (provider_id, id) WHERE status = 'published';
CREATE INDEX reviews_published_rating_idx ON reviews (provider_id, rating, id) WHERE status = 'published';

CREATE TABLE salon_invitations (
    salon_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    invited_at timestamptz NOT NULL,
    CONSTRAINT salon_invitations_pkey PRIMARY KEY (salon_id, provider_id),
    CONSTRAINT salon_invitations_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id),
    CONSTRAINT salon_invitations_salon_id_fkey FOREIGN KEY (salon_id) REFERENCES salons(id)
);
CREATE INDEX salon_invitations_provider_id_idx ON salon_invitations (provider_id);

CREATE TABLE services (
    id uuid NOT NULL,
    provider_id uuid,
    salon_id uuid,
    name text NOT NULL,
    description text NOT NULL,
    category text NOT NULL,
    minutes smallint NOT NULL,
    currency text NOT NULL,
    price_amount bigint NOT NULL,
    deposit_amount bigint NOT NULL,
    buffer_before_minutes smallint,
    buffer_after_minutes smallint,
    add_on boolean NOT NULL,
    active boolean NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    reminder_minutes integer[],
    CONSTRAINT services_deposit_check CHECK ((0 <= deposit_amount) AND (deposit_amount <= price_amount)),
    CONSTRAINT services_owner_check CHECK (num_nonnulls(provider_id, salon_id) = 1),
    CONSTRAINT services_pkey PRIMARY KEY (id),
    CONSTRAINT services_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id),
    CONSTRAINT services_salon_id_fkey FOREIGN KEY (salon_id) REFERENCES salons(id) ON DELETE CASCADE
);
CREATE INDEX services_provider_id_idx ON services (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX services_salon_id_idx ON services (salon_id) WHERE salon_id IS NOT NULL;

CREATE TABLE service_offers (
    service_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    minutes smallint,
    price_amount bigint,
    CONSTRAINT service_offers_pkey PRIMARY KEY (service_id, provider_id),
    CONSTRAINT service_offers_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id),
    CONSTRAINT service_offers_service_id_fkey FOREIGN KEY (service_id) REFERENCES services(id) ON DELETE CASCADE
);
CREATE INDEX service_offers_provider_id_idx ON service_offers (provider_id);

CREATE TABLE sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    family_digest bytea NOT NULL,
    previous_digest bytea,
    seed bytea,
    last_used_at timestamptz NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    second_factor boolean NOT NULL,
    platform text DEFAULT 'other' NOT NULL,
    device_id uuid,
    CONSTRAINT sessions_platform_check CHECK (platform IN ('web', 'ios', 'android', 'telegram', 'other')),
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

CREATE TABLE push_subscriptions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    endpoint_sealed bytea NOT NULL,
    endpoint_index bytea NOT NULL,
    public_key_sealed bytea NOT NULL,
    auth_secret_sealed bytea NOT NULL,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT push_subscriptions_pkey PRIMARY KEY (id),
    CONSTRAINT push_subscriptions_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id) ON DELETE CASCADE,
    CONSTRAINT push_subscriptions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE UNIQUE INDEX push_subscriptions_endpoint_index_key ON push_subscriptions (endpoint_index);
CREATE INDEX push_subscriptions_session_id_idx ON push_subscriptions (session_id);
CREATE INDEX push_subscriptions_user_id_idx ON push_subscriptions (user_id);

CREATE TABLE sms_messages (
    id uuid NOT NULL,
    user_id uuid,
    to_masked text NOT NULL,
    to_digest bytea NOT NULL,
    template text NOT NULL,
    language text NOT NULL,
    provider text NOT NULL,
    provider_message_id text,
    status text NOT NULL,
    segments smallint NOT NULL,
    cost_millionths bigint,
    cost_currency text,
    error text,
    ask_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    to_verified boolean DEFAULT true NOT NULL,
    CONSTRAINT sms_messages_cost_check CHECK ((cost_millionths IS NULL) = (cost_currency IS NULL)),
    CONSTRAINT sms_messages_counts_check CHECK ((segments > 0) AND (cost_millionths >= 0)),
    CONSTRAINT sms_messages_status_check CHECK (status IN ('queued', 'sent', 'delivered', 'failed', 'undelivered')),
    CONSTRAINT sms_messages_pkey PRIMARY KEY (id),
    CONSTRAINT sms_messages_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX sms_messages_ask_at_idx ON sms_messages (provider, ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX sms_messages_created_at_idx ON sms_messages (created_at);
CREATE INDEX sms_messages_to_digest_idx ON sms_messages (to_digest, created_at);
CREATE INDEX sms_messages_user_id_idx ON sms_messages (user_id);

CREATE TABLE totp_factors (
    user_id uuid NOT NULL,
    secret_sealed bytea,
    new_secret_sealed bytea,
    confirmed_at timestamptz,
    last_step bigint,
    wrong_in_a_row integer NOT NULL,
    last_wrong_at timestamptz,
    CONSTRAINT totp_factors_pkey PRIMARY KEY (user_id),
    CONSTRAINT totp_factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE recovery_codes (
    user_id uuid NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, digest),
    CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES totp_factors(user_id)
);

CREATE TABLE waiting_list (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    waits_from timestamptz NOT NULL,
    waits_until timestamptz NOT NULL,
    duration_minutes smallint,
    status text NOT NULL,
    offered_start timestamptz,
    offered_until timestamptz,
    created_at timestamptz NOT NULL,
    service_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    CONSTRAINT waiting_list_status_check CHECK (status IN ('waiting', 'offered', 'booked', 'lapsed', 'left')),
    CONSTRAINT waiting_list_window_check CHECK (waits_from < waits_until),
    CONSTRAINT waiting_list_pkey PRIMARY KEY (id),
    CONSTRAINT waiting_list_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id),
    CONSTRAINT waiting_list_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(id)
);
CREATE INDEX waiting_list_customer_id_id_idx ON waiting_list (customer_id, id);
CREATE INDEX waiting_list_open_idx ON waiting_list (provider_id, created_at) WHERE status IN ('waiting', 'offered');

CREATE TABLE walk_ins (
    booking_id uuid NOT NULL,
    name text NOT NULL,
    phone_sealed bytea,
    phone_index bytea,
    first_booking_id uuid,
    CONSTRAINT walk_ins_pkey PRIMARY KEY (booking_id),
    CONSTRAINT walk_ins_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT walk_ins_first_booking_id_fkey FOREIGN KEY (first_booking_id) REFERENCES bookings(id)
);
CREATE INDEX walk_ins_first_booking_id_idx ON walk_ins (first_booking_id);
CREATE INDEX walk_ins_phone_index_idx ON walk_ins (phone_index);

CREATE TABLE webhook_endpoints (
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    url_sealed bytea NOT NULL,
    url_index bytea NOT NULL,
    description text NOT NULL,
    event_types text[] NOT NULL,
    status text NOT NULL,
    disabled_because text,
    disabled_at timestamptz,
    secret_sealed bytea NOT NULL,
    previous_secret_sealed bytea,
    previous_secret_until timestamptz,
    failures integer NOT NULL,
    rests_until timestamptz,
    created_at timestamptz NOT NULL,
    version integer NOT NULL,
    rotation_asked_at timestamptz,
    CONSTRAINT webhook_endpoints_disabled_because_check CHECK (disabled_because IN ('owner', 'failing', 'gone')),
    CONSTRAINT webhook_endpoints_status_check CHECK (status IN ('active', 'disabled')),
    CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_endpoints_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id)
);
CREATE UNIQUE INDEX webhook_endpoints_owner_id_url_index_key ON webhook_endpoints (owner_id, url_index);

CREATE TABLE webhook_deliveries (
    id uuid NOT NULL,
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    booking_id uuid,
    type text NOT NULL,
    payload_sealed bytea NOT NULL,
    status text NOT NULL,
    attempts integer NOT NULL,
    first_attempt_at timestamptz,
    last_attempt_at timestamptz,
    next_attempt_at timestamptz,
    failure text,
    response_status smallint,
    response_excerpt text NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL,
    CONSTRAINT webhook_deliveries_failure_check CHECK (failure IN ('status', 'timed_out', 'unreachable', 'broken')),
    CONSTRAINT webhook_deliveries_status_check CHECK (status IN ('pending', 'delivered', 'failed')),
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_deliveries_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings(id),
    CONSTRAINT webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE
        CASCADE
);
CREATE INDEX webhook_deliveries_booking_id_idx ON webhook_deliveries (booking_id);
CREATE INDEX webhook_deliveries_created_at_idx ON webhook_deliveries (created_at);
CREATE UNIQUE INDEX webhook_deliveries_endpoint_id_event_id_key ON webhook_deliveries (endpoint_id, event_id);
CREATE INDEX webhook_deliveries_endpoint_id_id_idx ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_pending_idx ON webhook_deliveries (endpoint_id, booking_id, seq) WHERE status =
    'pending';

CREATE TABLE worker_heartbeats (
    activity text NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT worker_heartbeats_activity_check CHECK (activity IN ('relay', 'jobs', 'remote_jobs', 'webhook_jobs',
        'message_jobs', 'sweep')),
    CONSTRAINT worker_heartbeats_pkey PRIMARY KEY (activity)
);

CREATE TABLE wrong_passwords (
    account uuid NOT NULL,
    times integer NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT wrong_passwords_pkey PRIMARY KEY (account)
);

CREATE TABLE wrong_passwords_of_clients (
    account uuid NOT NULL,
    client bytea NOT NULL,
    times integer NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT wrong_passwords_of_clients_pkey PRIMARY KEY (account, client)
);

CREATE FUNCTION audit_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'audit_log can only be added to' USING ERRCODE = 'insufficient_privilege';
    END
    $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse_change();
-- ALWAYS: fires in replica sessions too.
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;

-- Tells every process whose access a transaction reduces. The argument is the column with the account's id; TRUNCATE has no
-- rows: then no account is named. A notification takes a lock of the whole server until the commit, so conditions keep
-- refreshing a session, signing in and sweeping expired sessions silent.
CREATE FUNCTION tell_reduced_access() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('reduced_access', to_jsonb(OLD) ->> TG_ARGV[0]);
        RETURN NULL;
    END
    $$;
CREATE TRIGGER sessions_tell_end AFTER UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND (NEW.ended_at IS NOT NULL OR NEW.expires_at < OLD.expires_at
        OR NEW.user_id <> OLD.user_id OR NEW.id <> OLD.id))
    EXECUTE FUNCTION tell_reduced_access('user_id');
CREATE TRIGGER sessions_tell_deletion AFTER DELETE ON sessions FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND OLD.expires_at > now())
    EXECUTE FUNCTION tell_reduced_access('user_id');
CREATE TRIGGER sessions_tell_truncation AFTER TRUNCATE ON sessions FOR EACH STATEMENT
    EXECUTE FUNCTION tell_reduced_access('user_id');
CREATE TRIGGER users_tell_change AFTER UPDATE ON users FOR EACH ROW
    WHEN (NEW.status <> OLD.status OR NEW.role <> OLD.role)
    EXECUTE FUNCTION tell_reduced_access('id');

-- procrastinate has no index of the jobs of a lock, and keeps the plan that it chose while the table was nearly empty: with
-- 10,000 waiting jobs, fetching one took up to 4 seconds (procrastinate issue 1242). The plan without these methods walks
-- the jobs in their order and looks up the lock of each.
CREATE INDEX procrastinate_jobs_of_lock_idx ON procrastinate_jobs (lock, priority DESC, id)
    WHERE lock IS NOT NULL AND status IN ('todo', 'doing');
ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint) SET enable_seqscan = off;
ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint) SET enable_bitmapscan = off;
ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint) SET enable_sort = off;
ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint) SET enable_hashjoin = off;
ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint) SET enable_mergejoin = off;
ALTER FUNCTION procrastinate_fetch_job_v2(varchar[], bigint) SET enable_material = off;
