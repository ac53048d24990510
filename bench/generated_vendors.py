"""A tenant with any number of vendors, made inside the database: one dense city, and as many towns as it takes.

One vendor in twenty lives in the city, the others in towns of some 500; each offers two of forty services, so the
largest tenant (a million) has 2,500 vendors of each service in the city. Most have a record, hours and a phone seen
lately; one in ten is not verified, some are full, away, asked at the moment. Everything follows from the seed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

CITY = (41.8781, -87.6298)
CITY_SPREAD_KM = 12.0
CITY_SHARE = 20
"""One vendor in so many lives in the city."""
TOWN_VENDORS = 500
SERVICES = (
    "cleaning",
    "plumbing",
    "electrical",
    "repairs",
    "maintenance",
    "hvac",
    "landscaping",
    "security",
    "delivery",
    "painting",
    "carpentry",
    "pest_control",
    "other",
    "roofing",
    "flooring",
    "tiling",
    "glazing",
    "locksmith",
    "moving",
    "gutters",
    "insulation",
    "drywall",
    "masonry",
    "paving",
    "fencing",
    "pools",
    "solar",
    "chimneys",
    "windows",
    "doors",
    "appliances",
    "upholstery",
    "carpets",
    "laundry",
    "catering",
    "gardening",
    "tree_care",
    "waste",
    "welding",
    "networks",
)
INDEXED = ("users", "vendors", "vendor_services", "vendor_stats", "orders", "offers")


class Place(NamedTuple):
    """Where jobs are asked for: its centre in degrees, and how far from it (km, standard deviation)."""

    name: str
    lat: float
    lng: float
    spread_km: float


def populate(url: str, tenant_id: UUID, vendors: int, now: datetime, seed: int) -> list[Place]:
    """Fills a tenant; returns its city and the towns of average size.

    Args:
        url: of a role that passes over row-level security.
        tenant_id: an existing tenant without vendors.
        vendors: how many.
        now: what "lately" and "at the moment" refer to.
        seed: the same seed gives the same tenant.
    """
    values = {
        "tenant": tenant_id, "vendors": vendors, "now": now, "key": tenant_id.hex[-8:],
        "lat": CITY[0], "lng": CITY[1], "spread": CITY_SPREAD_KM, "share": CITY_SHARE,
        "towns": max(1, round(vendors * (1 - 1 / CITY_SHARE) / TOWN_VENDORS)), "services": list(SERVICES),
    }  # fmt: skip
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        connection.execute("SET max_parallel_workers_per_gather = 0")  # one stream of random numbers
        connection.execute("SELECT setseed(%s)", (seed % 1000 / 1000,))
        indexes = _drop_indexes(connection) if vendors >= 50_000 else []
        for statement in (CATALOGUE, TOWNS, PEOPLE, USERS, VENDORS, SERVED, STATS, TIME_OFF, JOBS, ORDERS, OFFERS):
            connection.execute(statement, values)
        for definition in indexes:
            connection.execute(definition)
        rows = connection.execute("SELECT 'town', lat, lng, spread_km FROM towns WHERE town > %(towns)s / 3", values)
        places = [Place("city", *CITY, CITY_SPREAD_KM), *(Place(*row) for row in rows)]
        connection.execute("DROP TABLE towns, people, jobs")
        connection.execute("VACUUM (ANALYZE, INDEX_CLEANUP off) " + ", ".join((*INDEXED, "time_offs")))
    return places


def _drop_indexes(connection: psycopg.Connection[Any]) -> list[Any]:
    """Takes the indexes away that a constraint does not need; returns the statements that make them again."""
    rows = connection.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
           WHERE indrelid::regclass::text = ANY(%s)
             AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)""",
        (list(INDEXED),),
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"DROP INDEX {name}".encode())
    return [definition.encode() for _, definition in rows]


CATALOGUE = """
INSERT INTO services (id, tenant_id, code, canonical, label, synonyms, base_price, tiers, skills, duration_min,
is_active, created_at, updated_at, version)
SELECT uuidv7(), %(tenant)s, code, 'other', code, '[]', 100, '[]', '[]', 60, true, %(now)s, %(now)s, 1
FROM unnest(%(services)s::text[]) code
"""

TOWNS = """
CREATE TEMP TABLE towns AS
SELECT 0 AS town, %(lat)s::float8 AS lat, %(lng)s::float8 AS lng, %(spread)s::float8 AS spread_km
UNION ALL SELECT n, 32 + 14 * random(), -120 + 45 * random(), 2 + 4 * random() FROM generate_series(1, %(towns)s) n
"""

PEOPLE = """
CREATE TEMP TABLE people AS
SELECT n, (%(key)s || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id, lat, lng,
       5 + round(random() * 35) AS radius_km,
       ARRAY[first, 1 + (first + hop) %% 40] AS served,
       random() < 0.9 AS is_verified, random() < 0.4 AS is_online, random() AS luck
FROM (
    SELECT n, first, hop, t.lat + random_normal(0, spread_km / 111.2) AS lat,
           t.lng + random_normal(0, spread_km / 111.2 / cos(radians(t.lat))) AS lng
    FROM (
        SELECT n, 1 + floor(random() * 40)::int AS first, floor(random() * 39)::int AS hop,
               CASE WHEN n %% %(share)s = 0 THEN 0 ELSE 1 + floor(%(towns)s * random() ^ 1.5)::int END AS town
        FROM generate_series(1, %(vendors)s) n
    ) somebody JOIN towns t USING (town)
) placed
"""

USERS = """
INSERT INTO users (id, tenant_id, email, full_name, role, locale, theme, is_active, mfa_enabled,
recovery_codes, created_at, updated_at, version)
SELECT id, %(tenant)s, n || '@' || %(key)s || '.example', 'Ana Diaz', 'vendor', 'en', 'system', luck < 0.99,
false, '[]',
       %(now)s, %(now)s, 1
FROM people
"""

VENDORS = """
INSERT INTO vendors (
    id, tenant_id, user_id, vendor_code, email, full_name, phone, services, skills, languages, tags,
    area_lat, area_lng, area_radius_km, working_hours, timezone, min_price, notification_preferences, preferences,
    is_online, current_lat, current_lng, located_at, last_seen_at, max_open_jobs, daily_cap, can_reactivate, status,
    status_changed_at, registered_via_app, registered_at, member_since, open_jobs, orders_total, orders_completed,
    orders_canceled, rating, rating_count, created_at, updated_at, version
)
SELECT id, %(tenant)s, id, 'V' || n, n || '@' || %(key)s || '.example', 'Ana Diaz', '+13055550100',
       jsonb_build_array((%(services)s::text[])[served[1]], (%(services)s::text[])[served[2]]),
       CASE WHEN luck < 0.3 THEN '["deep clean", "leak"]' ELSE '[]' END::jsonb,
       CASE WHEN luck < 0.2 THEN '["en", "es"]' ELSE '["en"]' END::jsonb,
       CASE WHEN luck < 0.1 THEN '["pets"]' ELSE '[]' END::jsonb,
       lat, lng, radius_km,
       hours[1 + n %% 20],
       'America/Chicago', CASE WHEN random() < 0.2 THEN 60 END, '{}', '{}',
       is_online, lat + 0.03, lng, CASE WHEN is_online THEN %(now)s - random() * interval '30 min' END,
       %(now)s - random() * CASE WHEN is_online THEN interval '1 hour' ELSE interval '3 days' END,
       3, 6, true, CASE WHEN is_verified THEN 'verified' WHEN luck < 0.7 THEN 'pending' ELSE 'suspended' END,
       %(now)s, true, %(now)s - random() * interval '900 days', '2024-01-01',
       CASE WHEN luck < 0.5 THEN 0 WHEN luck < 0.9 THEN 1 ELSE 3 END, 9, 8, 1,
       CASE WHEN random() < 0.6 THEN round((3.4 + 1.6 * random())::numeric, 2) END, floor(random() * 40),
       %(now)s, %(now)s, 1
FROM people, (
    SELECT array_agg(week) AS hours FROM (
        SELECT (SELECT jsonb_object_agg(day, jsonb_build_array(jsonb_build_object('from', opens, 'to', closes)))
                FROM unnest(ARRAY['mon', 'tue', 'wed', 'thu', 'fri'] || CASE WHEN saturday THEN ARRAY['sat'] END) day)
        FROM unnest(ARRAY['07:00', '08:00', '09:00']) opens, unnest(ARRAY['16:00', '18:00', '20:00']) closes,
             unnest(ARRAY[true, false]) saturday
    ) weeks (week)
) kinds
"""

SERVED = """
INSERT INTO vendor_services (vendor_id, service_code, tenant_id, lat, lng, radius_km, is_verified)
SELECT id, (%(services)s::text[])[place], %(tenant)s, lat, lng, radius_km, is_verified
FROM people, unnest(served) place
"""

STATS = """
INSERT INTO vendor_stats (
    id, tenant_id, vendor_id, service_type, last_at, n, s, offers, answers, accepts, silences, sum_log_rt,
    daypart_offers, daypart_accepts, backoff_level, last_offered_at, created_at, updated_at, version
)
SELECT uuidv7(), %(tenant)s, id, (%(services)s::text[])[place], %(now)s - random() * interval '60 days',
       done, done * (0.5 + 0.5 * random()), 3 * done, 2.5 * done, done, 0.5 * done, 2.5 * done * (0.5 + 2 * random()),
       to_jsonb(ARRAY[0, done, 2 * done, 0]), to_jsonb(ARRAY[0, done * 0.5, done * 0.5, 0]), 0,
       %(now)s - random() * interval '20 days', %(now)s, %(now)s, 1
FROM (SELECT id, place, round((20 * random() ^ 2)::numeric, 1) AS done FROM people, unnest(served) place) known
WHERE done > 0.5
"""

TIME_OFF = """
INSERT INTO time_offs (id, tenant_id, vendor_id, from_at, to_at, created_at, updated_at, version)
SELECT uuidv7(), %(tenant)s, id, %(now)s - interval '1 day', %(now)s + interval '6 days', %(now)s, %(now)s, 1
FROM people WHERE luck BETWEEN 0.50 AND 0.52
"""

JOBS = """
CREATE TEMP TABLE jobs AS
SELECT uuidv7() AS order_id, id AS vendor_id, row_number() OVER () AS number, lat, lng,
       (%(services)s::text[])[served[1]] AS service, luck BETWEEN 0.52 AND 0.54 AS is_open,
       %(now)s - random() * interval '30 days' AS at
FROM people WHERE luck BETWEEN 0.52 AND 0.82
"""

ORDERS = """
INSERT INTO orders (
    id, tenant_id, order_number, status, kind, customer_name, customer_phone, customer_address, customer_lat,
    customer_lng,
    location_precision, business_name, service_type, description, special_requirements, required_skills, priority,
    schedule_source, currency, estimated_value, preferred_vendor_ids, excluded_vendor_ids, fill_deadline, ring,
    reassign_count, metrics, notifications_sent, invoice_state, vendor_id, created_at, updated_at, version
)
SELECT order_id, %(tenant)s, 'OLD-' || number, CASE WHEN is_open THEN 'offering' ELSE 'completed' END,
'service', 'Anna Reyes',
       '+13055550199', '12 Oak Street', lat, lng, 'rooftop', 'Anna Reyes', service, 'work', '[]', '[]',
       'medium', 'default',
       'USD', 80 + round((400 * random())::numeric, 2), '[]', '[]', at + interval '4 hours', 0, 0, '{}', '{}', 'none',
       CASE WHEN NOT is_open THEN vendor_id END, at, at, 1
FROM jobs
"""

OFFERS = """
INSERT INTO offers (
    id, tenant_id, order_id, vendor_id, service_type, run, wave, ring, position, mode, status, sent_at,
    expires_at, paused_s,
    decided_at, score, accept_probability, rank_key, distance_km, decision_id, channels, response_time_min,
    created_at, updated_at, version
)
SELECT uuidv7(), %(tenant)s, order_id, vendor_id, service, 1, 1, 0, 1, 'waves',
       CASE WHEN is_open THEN 'pending' ELSE 'accepted' END, at, %(now)s + interval '9 min', 0,
       CASE WHEN NOT is_open THEN at END, 0.6, 0.4, 0.4, 4, order_id, '[]',
       CASE WHEN NOT is_open THEN round((1 + 7 * random())::numeric, 2) END, at, at, 1
FROM jobs
"""
