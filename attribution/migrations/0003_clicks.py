"""Clicks by day, their sums, how far the drain is, and what it could not read.

Django knows `attribution_click` as an ordinary model; the table itself is partitioned, so its SQL
is here. Partitions live in a schema of their own that no role may enter: they are reached only
through their parent and its policies. The application owns nothing and can make no table, so a
function of the owner makes them.

Locks: none that matter, the tables are new. Reversible: yes, with the loss of all clicks.
"""

from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, tenant_table

CLICKS = migrations.RunSQL(
    """
CREATE TABLE attribution_click (
    click_id uuid NOT NULL,
    at timestamptz NOT NULL,
    link_id bigint NOT NULL,
    participation_id bigint NOT NULL,
    campaign_id bigint NOT NULL,
    brand_id bigint NOT NULL,
    influencer_id bigint NOT NULL,
    visitor uuid NOT NULL,
    ip_network inet,
    user_agent text NOT NULL,
    referer text NOT NULL,
    sub1 text NOT NULL,
    sub2 text NOT NULL,
    sub3 text NOT NULL,
    sub4 text NOT NULL,
    sub5 text NOT NULL,
    flags smallint NOT NULL CHECK (flags >= 0),
    PRIMARY KEY (click_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX click_of_link ON attribution_click (link_id, at);
CREATE SCHEMA attribution_click_days;
COMMENT ON SCHEMA attribution_click_days IS 'partitions of attribution_click, one per UTC day';
""",
    "DROP TABLE attribution_click; DROP SCHEMA attribution_click_days CASCADE;",
)

# ATTACH and not PARTITION OF: the latter would lock the parent against its readers.
PARTITIONS = migrations.RunSQL(
    """
CREATE FUNCTION attribution_click_partitions_ensure(first_on date, days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made integer := 0;
    day_on date;
    name text;
BEGIN
    IF days NOT BETWEEN 1 AND 400 THEN
        RAISE EXCEPTION 'days must be from 1 to 400, not %', days;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('attribution_click_partitions_ensure', 0));
    FOR day_on IN SELECT first_on + n FROM generate_series(0, days - 1) AS n LOOP
        name := to_char(day_on, '"d"YYYYMMDD');
        CONTINUE WHEN to_regclass(format('attribution_click_days.%I', name)) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE attribution_click_days.%I'
            ' (LIKE public.attribution_click INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        EXECUTE format(
            'ALTER TABLE public.attribution_click ATTACH PARTITION attribution_click_days.%I'
            ' FOR VALUES FROM (%L) TO (%L)',
            name, day_on::timestamp AT TIME ZONE 'UTC', (day_on + 1)::timestamp AT TIME ZONE 'UTC');
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION attribution_click_partitions_ensure(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION attribution_click_partitions_ensure(date, integer) TO x_system;
""",
    "DROP FUNCTION attribution_click_partitions_ensure(date, integer);",
)

BRAND = may("read", "brand_id = {me}")
INFLUENCER = may("read", "influencer_id = {me}")
READ = may("read")

CLICK_STATE = migrations.CreateModel(
    name="Click",
    fields=[
        ("click_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
        ("at", models.DateTimeField(verbose_name="time of the click")),
        ("link_id", models.BigIntegerField()),
        ("participation_id", models.BigIntegerField()),
        ("campaign_id", models.BigIntegerField()),
        ("brand_id", models.BigIntegerField()),
        ("influencer_id", models.BigIntegerField()),
        ("visitor", models.UUIDField()),
        ("ip_network", models.GenericIPAddressField(null=True)),
        ("user_agent", models.TextField(blank=True)),
        ("referer", models.TextField(blank=True)),
        ("sub1", models.TextField(blank=True)),
        ("sub2", models.TextField(blank=True)),
        ("sub3", models.TextField(blank=True)),
        ("sub4", models.TextField(blank=True)),
        ("sub5", models.TextField(blank=True)),
        ("flags", models.PositiveSmallIntegerField()),
    ],
    options={
        "verbose_name": "click",
        "verbose_name_plural": "clicks",
        "indexes": [models.Index(fields=["link_id", "at"], name="click_of_link")],
    },
)

DAILY = migrations.CreateModel(
    name="ClickDaily",
    fields=[
        (
            "id",
            models.BigAutoField(
                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
            ),
        ),
        ("day_on", models.DateField(verbose_name="day")),
        ("link_id", models.BigIntegerField()),
        ("campaign_id", models.BigIntegerField()),
        ("brand_id", models.BigIntegerField()),
        ("influencer_id", models.BigIntegerField()),
        ("people", models.PositiveIntegerField(default=0, verbose_name="people")),
        ("bots", models.PositiveIntegerField(default=0, verbose_name="robots and previews")),
        (
            "inactive",
            models.PositiveIntegerField(default=0, verbose_name="people who came too late"),
        ),
    ],
    options={
        "indexes": [
            models.Index(fields=["brand_id", "day_on"], name="click_daily_of_brand"),
            models.Index(fields=["influencer_id", "day_on"], name="click_daily_of_influencer"),
        ],
        "constraints": [
            models.UniqueConstraint(fields=("link_id", "day_on"), name="click_daily_once")
        ],
    },
)

OFFSET = migrations.CreateModel(
    name="DrainOffset",
    fields=[
        ("stream", models.CharField(max_length=40, primary_key=True, serialize=False)),
        ("epoch", models.CharField(max_length=40)),
        ("last_id", models.CharField(max_length=40)),
        ("stored", models.BigIntegerField(default=0)),
        ("updated_at", models.DateTimeField(default=core.clock.now)),
    ],
)

QUARANTINE = migrations.CreateModel(
    name="ClickQuarantine",
    fields=[
        (
            "id",
            models.BigAutoField(
                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
            ),
        ),
        ("line_sha256", models.CharField(max_length=64, unique=True)),
        ("line", models.BinaryField()),
        ("reason", models.CharField(max_length=300, verbose_name="reason")),
        ("created_at", models.DateTimeField(default=core.clock.now, verbose_name="found")),
    ],
    options={"verbose_name": "unreadable click", "verbose_name_plural": "unreadable clicks"},
)


class Migration(migrations.Migration):
    dependencies = [("attribution", "0002_access"), ("campaigns", "0002_access")]
    operations = [
        migrations.SeparateDatabaseAndState([CLICKS], [CLICK_STATE]),
        PARTITIONS,
        DAILY,
        OFFSET,
        QUARANTINE,
        tenant_table(
            "attribution_click",
            brand=BRAND,
            influencer=INFLUENCER,
            ops=READ,
            system=may("read add"),
        ),
        tenant_table(
            "attribution_clickdaily",
            brand=BRAND,
            influencer=INFLUENCER,
            ops=READ,
            system=may("read add change"),
        ),
        tenant_table("attribution_drainoffset", ops=READ, system=may("read add change")),
        tenant_table("attribution_clickquarantine", ops=READ, system=may("read add")),
    ]
