"""The statements that make what grows with bookings, in order.

`u(key, salt)` is a number from 0 to 1, the same for the same arguments. A provider is asked for some appointments, each
in a cell of two hours of its own, so that no two overlap; a cell is taken or not by the weight of its day. `OFFSET 0`
keeps the planner from repeating an expression for each use of it. Ids hash the key as text: `hashint8extended` has only
32 bits.
"""

from collections.abc import Sequence
from typing import Final

from benchmarks.city.providers import CELLS_A_DAY, FUTURE_DAYS, PAST_DAYS
from booking_domain.bookings.references import ALPHABET
from booking_domain.search.free_time import QUARTERS
from booking_domain.search.next_starts import DAYS_KNOWN
from booking_domain.shared.time import MINUTES_A_DAY

REVIEWED: Final = 0.25
FAVOURITES: Final = 2
"""How many providers a customer tries to save."""
_CELLS: Final = (PAST_DAYS + FUTURE_DAYS) * CELLS_A_DAY
_REFERENCES: Final = len(ALPHABET) ** 6
_NEVER: Final = 253_402_300_799_999_999
"""The last microsecond of the year 9999, after 1970."""
_LETTERS: Final = " || ".join(
    f"substr('{ALPHABET}', (code / {len(ALPHABET) ** place} %% {len(ALPHABET)})::int + 1, 1)" for place in range(6)
)

PREPARE: Final = """
CREATE FUNCTION pg_temp.u(key bigint, salt int) RETURNS double precision IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
    SELECT (hashint8extended(key, %(seed)s * 1000 + salt) & 1048575)::double precision / 1048576
$$;
CREATE FUNCTION pg_temp.id_at(at timestamptz, key bigint, salt int) RETURNS uuid STABLE PARALLEL SAFE LANGUAGE sql
AS $$
    SELECT (
        lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
        || '7' || lpad(to_hex(hashtextextended(key::text, salt) & 4095), 3, '0')
        || 'a' || lpad(to_hex(hashtextextended(key::text, %(seed)s * 1000 + salt) & 1152921504606846975), 15, '0')
    )::uuid
$$;
CREATE TEMPORARY TABLE city_days (number int PRIMARY KEY, weight double precision NOT NULL);
CREATE TEMPORARY TABLE city_names (number int PRIMARY KEY, name text NOT NULL, locale text NOT NULL);
CREATE TEMPORARY TABLE city_reviews (number int PRIMARY KEY, text text NOT NULL);
CREATE TEMPORARY TABLE city_customers (number int, id uuid, PRIMARY KEY (number) INCLUDE (id));
CREATE TEMPORARY TABLE city_providers (
    number int PRIMARY KEY, id uuid NOT NULL, owner_id uuid NOT NULL, zone text NOT NULL, opens int NOT NULL,
    closed int[] NOT NULL, request_mode boolean NOT NULL, wanted int NOT NULL, before int NOT NULL, offers int NOT NULL
);
CREATE TEMPORARY TABLE city_offers (provider int, number int, service jsonb NOT NULL, PRIMARY KEY (provider, number));
"""

STATEMENTS: Final[Sequence[tuple[str, str]]] = (
    (
        "customers",
        """
        INSERT INTO users (
            id, email, name, role, status, locale, time_zone, password_hash, created_at, email_verified_at, version
        )
        SELECT pg_temp.id_at(at, n, 1), 'customer-' || n || '@city.example', names.name, 'customer', 'active',
            names.locale, 'Asia/Ulaanbaatar', %(password_hash)s, at, at, 1
        FROM generate_series(1, %(customers)s) AS n
        CROSS JOIN LATERAL (
            SELECT %(now)s::timestamptz - make_interval(secs => (pg_temp.u(n, 2) ^ 0.7 * 730 + 1) * 86400)
        ) AS joined (at)
        JOIN city_names AS names ON names.number = floor(pg_temp.u(n, 3) * %(names)s)::int
        """,
    ),
    (
        "numbers of customers",
        """
        INSERT INTO city_customers
        SELECT split_part(split_part(email, '@', 1), '-', 2)::int - 1, id FROM users
        WHERE role = 'customer' AND email LIKE 'customer-%%@city.example'
        """,
    ),
    ("statistics", "ANALYZE city_providers, city_offers, city_customers, city_days, users, providers, services"),
    (
        "bookings",
        f"""
        INSERT INTO bookings (
            id, reference, provider_id, provider_user_id, customer_id, status, payment_attempt, starts_at, ends_at,
            blocked_from, blocked_until, time_zone, local_start, requests_claim_time, offered_times, services,
            placed_by_staff, currency, price_amount, deposit_amount, paid_amount, refunded_amount, desk_paid_amount,
            cancellation_policy, notes, due_at, version, earnings_version, created_at, updated_at
        )
        SELECT pg_temp.id_at(created_at, key, 1), reference, provider_id, owner_id, customer_id, status,
            CASE WHEN deposit > 0 AND status IN ('cancelled', 'expired') THEN 'failed' ELSE 'none' END,
            starts_at, ends_at, starts_at, ends_at, zone, local_start, true, '{{}}', jsonb_build_array(service),
            pg_temp.u(key, 12) < 0.05, service ->> 'currency', price, deposit, paid, 0, desk, '[[24, 100]]',
            CASE WHEN pg_temp.u(key, 13) < 0.1 THEN 'Please call when you are ready' ELSE '' END,
            CASE WHEN status = 'pending' THEN %(now)s + interval '12 hours' END, 3,
            CASE WHEN paid + desk > 0 THEN 3 END, created_at,
            CASE
                WHEN status IN ('completed', 'no_show') THEN least(%(now)s, ends_at + interval '30 minutes')
                WHEN status = 'requested' THEN created_at
                ELSE created_at + (least(%(now)s, starts_at) - created_at) * 0.3
            END
        FROM (
            SELECT *, (service ->> 'price_amount')::bigint AS price, (service ->> 'deposit_amount')::bigint AS deposit,
                CASE
                    WHEN status IN ('confirmed', 'completed', 'no_show') THEN (service ->> 'deposit_amount')::bigint
                    ELSE 0
                END AS paid,
                CASE
                    WHEN status = 'completed'
                        THEN (service ->> 'price_amount')::bigint - (service ->> 'deposit_amount')::bigint
                    ELSE 0
                END AS desk
            FROM (
                SELECT *, 'BK-' || {_LETTERS} AS reference,
                    CASE
                        WHEN ends_at <= %(now)s THEN
                            CASE
                                WHEN chance < 0.82 THEN 'completed' WHEN chance < 0.86 THEN 'no_show'
                                WHEN chance < 0.96 THEN 'cancelled' ELSE 'expired'
                            END
                        WHEN chance < 0.06 AND request_mode AND starts_at > %(now)s THEN 'requested'
                        WHEN chance < 0.12 AND service ->> 'deposit_amount' <> '0' AND starts_at > %(now)s
                            THEN 'pending'
                        WHEN chance < 0.90 OR starts_at <= %(now)s THEN 'confirmed'
                        ELSE 'cancelled'
                    END AS status,
                    date_trunc('milliseconds', least(starts_at, %(now)s)
                        - make_interval(secs => 3600 + 21 * 86400 * pg_temp.u(key, 10) ^ 3)) AS created_at
                FROM (
                    SELECT each.*, local_start AT TIME ZONE zone AS starts_at,
                        local_start AT TIME ZONE zone + make_interval(mins => minutes) AS ends_at,
                        pg_temp.u(key, 9) AS chance, key * 471398297 %% {_REFERENCES} AS code,
                        customer.id AS customer_id
                    FROM (
                        SELECT key, provider.id AS provider_id, owner_id, zone, request_mode, service, minutes,
                            %(first_day)s::timestamp + make_interval(
                                days => cell / {CELLS_A_DAY},
                                hours => opens + cell %% {CELLS_A_DAY} * 2,
                                mins => 30 * floor(pg_temp.u(key, 8) * ((120 - minutes) / 30 + 1))::int
                            ) AS local_start,
                            (abs(hashint8extended(provider.number::bigint * 100000
                                + floor(pg_temp.u(key, 7) ^ 2 * (wanted / 3 + 1))::int, %(seed)s))
                                %% %(customers)s)::int AS customer_number
                        FROM (
                            SELECT provider.*, (before + k)::bigint AS key,
                                (k::bigint * {_CELLS} / wanted
                                    + floor(pg_temp.u(before + k, 5) * ({_CELLS} / wanted)))::int AS cell
                            FROM city_providers AS provider, generate_series(0, wanted - 1) AS k
                        ) AS provider
                        JOIN city_days AS day ON day.number = cell / {CELLS_A_DAY}
                        JOIN city_offers AS offer ON offer.provider = provider.number
                            AND offer.number = floor(pg_temp.u(key, 6) ^ 1.5 * offers)::int
                        CROSS JOIN LATERAL (SELECT (service ->> 'minutes')::int AS minutes) AS length
                        WHERE pg_temp.u(key, 4) < weight
                            AND extract(dow FROM %(first_day)s::date + day.number)::int <> ALL (closed)
                        OFFSET 0
                    ) AS each
                    JOIN city_customers AS customer ON customer.number = customer_number
                    OFFSET 0
                ) AS timed
                OFFSET 0
            ) AS decided
            OFFSET 0
        ) AS priced
        ORDER BY created_at, key
        """,
    ),
    (
        "claims",
        """
        INSERT INTO claims (id, provider_id, customer_id, kind, starts_at, ends_at, blocked_from, blocked_until)
        SELECT id, provider_id, customer_id, 'booking', starts_at, ends_at, blocked_from, blocked_until FROM bookings
        WHERE status NOT IN ('cancelled', 'expired')
        """,
    ),
    (
        "trail",
        """
        INSERT INTO booking_events (id, booking_id, type, from_status, to_status, by_id, by_role, at)
        SELECT pg_temp.id_at(at, uuid_hash_extended(id, 1), step), id, type,
            from_status, to_status,
            CASE role WHEN 'customer' THEN customer_id WHEN 'provider' THEN provider_user_id
                ELSE '00000000-0000-0000-0000-000000000000' END,
            role, at
        FROM (
            SELECT *,
                CASE WHEN status = 'requested' THEN status WHEN deposit_amount > 0 THEN 'pending' ELSE 'confirmed' END
                    AS first_status
            FROM bookings
        ) AS b, LATERAL (
            VALUES
                (1, 'placed', NULL, first_status, 'customer', created_at),
                (2, 'confirmed', CASE WHEN first_status = 'pending'
                        AND status IN ('confirmed', 'completed', 'no_show') THEN 'pending' END,
                    'confirmed', 'system', created_at + interval '4 minutes'),
                (3, CASE status WHEN 'completed' THEN 'completed' WHEN 'no_show' THEN 'no_show_marked'
                        WHEN 'cancelled' THEN 'cancelled' WHEN 'expired' THEN 'expired' END,
                    CASE WHEN status IN ('completed', 'no_show') THEN 'confirmed' ELSE first_status END, status,
                    CASE WHEN status = 'expired' THEN 'system'
                        WHEN status = 'cancelled' AND hashtext(id::text) %% 4 <> 0 THEN 'customer' ELSE 'provider' END,
                    updated_at)
        ) AS step (step, type, from_status, to_status, role, at)
        WHERE step = 1 OR step = 2 AND from_status IS NOT NULL OR step = 3 AND type IS NOT NULL
        """,
    ),
    (
        "payments",
        """
        INSERT INTO payments (
            id, booking_id, customer_id, purpose, gateway, status, currency, amount, settled_amount, attempt,
            processed_at, version, created_at
        )
        SELECT pg_temp.id_at(created_at, uuid_hash_extended(id, 2), 1), id,
            customer_id, 'deposit', 'qpay', 'paid', currency, paid_amount, paid_amount, 1,
            created_at + interval '4 minutes', 2, created_at
        FROM bookings WHERE paid_amount > 0
        """,
    ),
    (
        "desk payments",
        """
        INSERT INTO desk_payments (
            id, booking_id, method, currency, amount, status, recorded_by_id, recorded_by_role, version, created_at
        )
        SELECT pg_temp.id_at(updated_at, uuid_hash_extended(id, 3), 1), id,
            CASE WHEN hashtext(id::text) %% 2 = 0 THEN 'cash' ELSE 'card' END, currency, desk_paid_amount, 'recorded',
            provider_user_id, 'provider', 1, updated_at
        FROM bookings WHERE desk_paid_amount > 0
        """,
    ),
    (
        "earnings",
        """
        INSERT INTO earnings (id, provider_id, kind, booking_id, currency, kept, desk, commission, amount, at)
        SELECT pg_temp.id_at(updated_at, uuid_hash_extended(id, 4), 1),
            provider_id, 'booking', id, currency, paid_amount, desk_paid_amount, 0, paid_amount, updated_at
        FROM bookings WHERE earnings_version IS NOT NULL AND status IN ('completed', 'no_show')
        """,
    ),
    (
        "reviews",
        f"""
        INSERT INTO reviews (
            id, booking_id, provider_id, provider_user_id, author_id, rating, text, status, hide_note, created_at,
            version
        )
        SELECT pg_temp.id_at(at, key, 5), booking.id, provider_id, provider_user_id, customer_id,
            CASE WHEN good < 0.66 THEN 5 WHEN good < 0.85 THEN 4 WHEN good < 0.92 THEN 3 WHEN good < 0.96 THEN 2
                ELSE 1 END,
            said.text, 'published', '', at, 1
        FROM (
            SELECT *, uuid_hash_extended(id, 5) AS key,
                date_trunc('milliseconds', least(updated_at + interval '20 hours', %(now)s)) AS at
            FROM bookings WHERE status = 'completed'
        ) AS booking
        CROSS JOIN LATERAL (
            -- Some providers are better than others.
            SELECT pg_temp.u(key, 21) ^ (0.6 + pg_temp.u(hashtext(provider_id::text), 22))
        ) AS quality (good)
        JOIN city_reviews AS said ON said.number = floor(pg_temp.u(key, 23) * %(reviews)s)::int
        WHERE pg_temp.u(key, 20) < {REVIEWED}
        ORDER BY at
        """,
    ),
    (
        "ratings",
        """
        UPDATE providers SET rating_count = rated.number, rating_total = rated.total
        FROM (SELECT provider_id, count(*) AS number, sum(rating) AS total FROM reviews GROUP BY provider_id) AS rated
        WHERE providers.id = rated.provider_id
        """,
    ),
    (
        "favourites",
        f"""
        INSERT INTO favourites (id, user_id, provider_id, created_at)
        SELECT pg_temp.id_at(at, key, 6), customer.id, provider.id, at
        FROM (
            SELECT DISTINCT n AS customer_number,
                floor(pg_temp.u(n::bigint * 10 + k, 31) ^ 2 * %(providers)s)::int AS number
            FROM generate_series(0, %(customers)s - 1) AS n, generate_series(1, {FAVOURITES}) AS k
            WHERE pg_temp.u(n::bigint * 10 + k, 30) < 0.5
        ) AS saved
        JOIN city_customers AS customer ON customer.number = customer_number
        JOIN city_providers AS provider ON provider.number = saved.number
        CROSS JOIN LATERAL (SELECT customer_number::bigint * 1000000 + saved.number) AS pair (key)
        CROSS JOIN LATERAL (
            SELECT %(now)s::timestamptz - make_interval(secs => pg_temp.u(key, 32) * 86400 * 365)
        ) AS moment (at)
        ORDER BY at
        """,
    ),
    (
        "free time",
        f"""
        UPDATE search_entries SET free = free & ~taken.mask
        FROM (
            SELECT provider_id, bit_or((repeat('1', last - first)::bit({QUARTERS})) >> first) AS mask
            FROM claims, LATERAL (
                SELECT greatest(0, ceil(extract(epoch FROM blocked_from - %(since)s) / 900))::int AS first,
                    least({QUARTERS}, floor(extract(epoch FROM blocked_until - %(since)s) / 900))::int AS last
            ) AS quarters
            WHERE first < last
            GROUP BY provider_id
        ) AS taken
        WHERE search_entries.provider_id = taken.provider_id
        """,
    ),
    (
        "hours of search",
        """
        INSERT INTO search_hours (x, y, hour)
        SELECT DISTINCT floor((lon + 180) * 32)::int, floor((lat + 90) * 32)::int, hour
        FROM search_entries, free_hours(free) AS hour
        """,
    ),
    (
        "next starts",
        f"""
        UPDATE search_entries SET starts_version = version,
            starts = int8send((extract(epoch FROM %(now)s) * 1000000)::bigint)
            || int8send({_NEVER}) || int4send(0) || int2send({DAYS_KNOWN * MINUTES_A_DAY}::smallint) || found.minutes
        FROM (
            SELECT provider.id, string_agg(int2send(minute::smallint), '' ORDER BY minute) AS minutes
            FROM city_providers AS provider
            JOIN search_entries AS entry ON entry.provider_id = provider.id,
                generate_series(-1, {DAYS_KNOWN}) AS ahead,
                LATERAL (SELECT %(since)s::date + ahead AS day) AS local,
                generate_series(opens * 60, (opens + {CELLS_A_DAY * 2}) * 60 - entry.minutes, 30) AS opened,
                LATERAL (SELECT (day + opened * interval '1 minute') AT TIME ZONE zone AS start) AS slot,
                LATERAL (SELECT extract(epoch FROM start - %(since)s) / 60 AS minute) AS counted
            WHERE extract(dow FROM day) <> ALL (closed) AND start >= %(now)s
                AND minute < {DAYS_KNOWN * MINUTES_A_DAY}
                AND NOT EXISTS (
                    SELECT FROM claims WHERE claims.provider_id = provider.id AND blocked_until > start
                        AND blocked_from < start + entry.minutes * interval '1 minute'
                )
            GROUP BY provider.id
        ) AS found
        WHERE provider_id = found.id
        """,
    ),
    (
        "reliability",
        """
        UPDATE search_entries
        SET reliability = 1000 * (10 + confirmed - cancelled) / (10 + confirmed)
            * (1000 * (10 + requested) / (10 + requested)) / 1000
        FROM (
            SELECT provider_id, count(*) FILTER (WHERE e.to_status = 'confirmed') AS confirmed,
                count(*) FILTER (
                    WHERE e.to_status = 'cancelled' AND e.from_status = 'confirmed' AND by_role = 'provider'
                ) AS cancelled,
                count(*) FILTER (WHERE e.from_status IS NULL AND e.to_status = 'requested') AS requested
            FROM booking_events AS e JOIN bookings AS b ON b.id = e.booking_id
            WHERE e.at >= %(now)s - interval '180 days' AND b.starts_at >= %(now)s - interval '180 days'
            GROUP BY provider_id
        ) AS record
        WHERE search_entries.provider_id = record.provider_id
        """,
    ),
    (
        "merit",
        """
        UPDATE search_entries
        SET merit = least(200, greatest(0, rating_score - 3000000) / 10000) + reliability / 10 + completeness / 20,
            score = rating_score, stars = rating_total / greatest(1, rating_count)
        FROM providers WHERE providers.id = provider_id
        """,
    ),
    (
        "bands of merit and rating",
        """
        UPDATE search_entries
        SET words = ts_delete(words, ARRAY[
                '~0', '~1.0', '~2.0', '~3.0', '~m0', '~m1.0', '~m2.0', '~m3.0', '~r200', '~r1.50', '~r2.12', '~r3.3'
            ])
            || array_to_tsvector(ARRAY['~' || merit / 2, '~1.' || merit / 8, '~2.' || merit / 32, '~3.' || merit / 128])
            || CASE
                WHEN words @@ '''~m''' THEN array_to_tsvector(ARRAY[
                    '~m' || merit / 2, '~m1.' || merit / 8, '~m2.' || merit / 32, '~m3.' || merit / 128
                ])
                ELSE ''::tsvector
            END
            || array_to_tsvector(ARRAY[
                '~r' || score / 20000, '~r1.' || score / 80000, '~r2.' || score / 320000, '~r3.' || score / 1280000
            ])
        """,
    ),
    (
        "suggestions",
        """
        INSERT INTO search_suggestions (kind, term, words, providers)
        SELECT kind, term, (array_agg(words))[1], count(*) FROM search_terms GROUP BY kind, term
        """,
    ),
)
