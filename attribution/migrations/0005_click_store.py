"""Clicks by visitor, device and place; sums by hour, of different people and by property; address
ranges as data; days that are dropped and networks that are forgotten when their time has come.

Sums of the days before know no different people: `manage.py clicks_rebuild` counts them from what
is stored. The application owns no table, so functions of the owner drop and forget.

Locks: ACCESS EXCLUSIVE on attribution_click and its days while columns with constant defaults are
added (no rewrite) and while the index on visitors is built: with many clicks, stop the drain and
let the stream keep what comes. Reversible: yes, with the loss of the new sums and columns.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

from core.tenancy.policies import may, shared_table, tenant_table

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
OWNERS = [
    (name, models.BigIntegerField())
    for name in ("link_id", "campaign_id", "brand_id", "influencer_id")
]
PEOPLE = ("people", models.PositiveIntegerField(default=0, verbose_name="people"))
BOTS = ("bots", models.PositiveIntegerField(default=0, verbose_name="robots and previews"))
UNIQUES = models.PositiveIntegerField(default=0, verbose_name="different people")
UNUSUAL = models.PositiveIntegerField(default=0, verbose_name="unusual")

COLUMNS = migrations.RunSQL(
    """
ALTER TABLE attribution_click
    ADD COLUMN device smallint NOT NULL DEFAULT 0 CHECK (device >= 0),
    ADD COLUMN country varchar(2) NOT NULL DEFAULT '',
    ADD COLUMN city text NOT NULL DEFAULT '';
CREATE INDEX click_of_visitor ON attribution_click (visitor, link_id, at);
""",
    """
DROP INDEX click_of_visitor;
ALTER TABLE attribution_click DROP COLUMN device, DROP COLUMN country, DROP COLUMN city;
""",
)
COLUMNS_STATE = [
    migrations.AddField(
        "click",
        "device",
        models.PositiveSmallIntegerField(
            choices=[(0, "unknown"), (1, "mobile phone"), (2, "tablet"), (3, "computer")], default=0
        ),
    ),
    migrations.AddField("click", "country", models.CharField(blank=True, max_length=2)),
    migrations.AddField("click", "city", models.TextField(blank=True)),
    migrations.AddIndex(
        "click", models.Index(fields=["visitor", "link_id", "at"], name="click_of_visitor")
    ),
]

# lock_timeout: whoever reads clicks goes first; the job comes again the next day.
DAYS_DROP = migrations.RunSQL(
    """
CREATE FUNCTION attribution_click_partitions_drop(today date, keep_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '5s' AS $$
DECLARE
    dropped integer := 0;
    name text;
BEGIN
    IF keep_days < 90 THEN
        RAISE EXCEPTION 'clicks of the last 90 days may still earn: keep_days is %', keep_days;
    END IF;
    FOR name IN SELECT relname FROM pg_class
                 WHERE relnamespace = 'attribution_click_days'::regnamespace AND relkind = 'r'
                   AND relname < to_char(today - keep_days, '"d"YYYYMMDD') ORDER BY relname LOOP
        EXECUTE format('DROP TABLE attribution_click_days.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION attribution_click_partitions_drop(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION attribution_click_partitions_drop(date, integer) TO x_system;

CREATE FUNCTION attribution_click_networks_forget(today date, keep_days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '5s' AS $$
DECLARE
    done integer := 0;
    day regclass;
BEGIN
    IF keep_days < 1 THEN
        RAISE EXCEPTION 'keep_days must be 1 or more, not %', keep_days;
    END IF;
    FOR day IN SELECT oid::regclass FROM pg_class
                WHERE relnamespace = 'attribution_click_days'::regnamespace AND relkind = 'r'
                  AND relname < to_char(today - keep_days, '"d"YYYYMMDD')
                  AND obj_description(oid, 'pg_class') IS DISTINCT FROM 'networks forgotten'
                ORDER BY relname LOOP
        EXECUTE format('UPDATE %s SET ip_network = NULL WHERE ip_network IS NOT NULL', day);
        EXECUTE format('COMMENT ON TABLE %s IS %L', day, 'networks forgotten');
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
REVOKE ALL ON FUNCTION attribution_click_networks_forget(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION attribution_click_networks_forget(date, integer) TO x_system;
""",
    """
DROP FUNCTION attribution_click_partitions_drop(date, integer);
DROP FUNCTION attribution_click_networks_forget(date, integer);
""",
)

HOURLY = migrations.CreateModel(
    name="ClickHourly",
    fields=[
        ("id", ID),
        *OWNERS,
        PEOPLE,
        BOTS,
        (
            "inactive",
            models.PositiveIntegerField(default=0, verbose_name="people who came too late"),
        ),
        ("uniques", UNIQUES),
        ("unusual", UNUSUAL),
        ("hour_at", models.DateTimeField(verbose_name="hour")),
    ],
    options={
        "constraints": [
            models.UniqueConstraint(fields=("link_id", "hour_at"), name="click_hourly_once")
        ],
        "indexes": [
            models.Index(fields=["brand_id", "hour_at"], name="click_hourly_of_brand"),
            models.Index(fields=["influencer_id", "hour_at"], name="click_hourly_of_influencer"),
        ],
    },
)

BREAKDOWN = migrations.CreateModel(
    name="ClickBreakdown",
    fields=[
        ("id", ID.clone()),
        ("day_on", models.DateField(verbose_name="day")),
        *((name, field.clone()) for name, field in OWNERS),
        (
            "dimension",
            models.CharField(
                choices=[
                    ("device", "device"),
                    ("place", "place"),
                    ("referrer", "came from"),
                    ("sub1", "sub1"),
                    ("sub2", "sub2"),
                    ("sub3", "sub3"),
                    ("sub4", "sub4"),
                    ("sub5", "sub5"),
                ],
                max_length=8,
            ),
        ),
        ("value", models.CharField(blank=True, max_length=120)),
        (PEOPLE[0], PEOPLE[1].clone()),
        (BOTS[0], BOTS[1].clone()),
    ],
    options={
        "constraints": [
            models.UniqueConstraint(
                fields=("link_id", "day_on", "dimension", "value"), name="click_breakdown_once"
            )
        ],
        "indexes": [
            models.Index(
                fields=["brand_id", "dimension", "day_on"], name="click_breakdown_of_brand"
            ),
            models.Index(
                fields=["influencer_id", "dimension", "day_on"],
                name="click_breakdown_of_influencer",
            ),
        ],
    },
)

RANGES = migrations.CreateModel(
    name="AddressRange",
    fields=[
        ("id", ID.clone()),
        (
            "kind",
            models.CharField(
                choices=[("datacentre", "data centre"), ("geography", "place")],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        ("network", models.GenericIPAddressField(verbose_name="network")),
        ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
        ("city", models.CharField(blank=True, max_length=80, verbose_name="city")),
        ("name", models.CharField(blank=True, max_length=120, verbose_name="whose it is")),
    ],
    options={
        "verbose_name": "address range",
        "verbose_name_plural": "address ranges",
        "indexes": [
            django.contrib.postgres.indexes.GistIndex(
                fields=["network"],
                opclasses=["inet_ops"],
                condition=models.Q(("kind", kind)),
                name=f"address_range_{kind}",
            )
            for kind in ("datacentre", "geography")
        ],
    },
)

# A sum of today is raised again and again: room in its page keeps the indexes out of that.
ROOM = migrations.RunSQL(
    [
        f"ALTER TABLE {table} SET (fillfactor = 70)"
        for table in (
            "attribution_clickdaily",
            "attribution_clickhourly",
            "attribution_clickbreakdown",
        )
    ],
    "ALTER TABLE attribution_clickdaily RESET (fillfactor)",
)

BRAND = may("read", "brand_id = {me}")
INFLUENCER = may("read", "influencer_id = {me}")
READ = may("read")


class Migration(migrations.Migration):
    dependencies = [("attribution", "0004_event_keys")]
    operations = [
        migrations.SeparateDatabaseAndState([COLUMNS], COLUMNS_STATE),
        DAYS_DROP,
        migrations.AddField("clickdaily", "uniques", UNIQUES.clone()),
        migrations.AddField("clickdaily", "unusual", UNUSUAL.clone()),
        # `clicks_rebuild` counts a day anew: what is no longer true goes.
        migrations.RunSQL(
            "GRANT DELETE ON attribution_clickdaily TO x_system",
            "REVOKE DELETE ON attribution_clickdaily FROM x_system",
        ),
        HOURLY,
        BREAKDOWN,
        RANGES,
        ROOM,
        tenant_table(
            "attribution_clickhourly",
            brand=BRAND,
            influencer=INFLUENCER,
            ops=READ,
            system=may("read add change delete"),
        ),
        tenant_table(
            "attribution_clickbreakdown",
            brand=BRAND,
            influencer=INFLUENCER,
            ops=READ,
            system=may("read add change delete"),
        ),
        shared_table(
            "attribution_addressrange",
            "public facts about the Internet, the same for everybody",
            ops=READ,
            system=may("read add delete"),
        ),
    ]
