"""`ledger_post` for a single event: two thirds of the statements' work, half of the words.

An account's code says all that it takes to open one, so that its columns are no longer sent beside
it. Accounts are looked up once, into arrays that the legs are then taken from by their places:
instead of a join, and of a look at which are missing. That all journals are new, as nearly always,
is seen from what the INSERT returns: earlier ones are looked for only when it does not return them
all. An event that was posted before and said something else is refused here (docs/adr/0034).

Arrays of one letter of a comment run in parallel, as in 0005; `keys` are in order, so that two
batches that share events wait for each other. PostgreSQL keeps an array of a variable taken apart:
its elements are had without walking it.

No table changes. A process that runs the code of before cannot post after this: it fails, and its
task is tried again. Reversible: yes.
"""

from importlib import import_module

from django.db import migrations

FORWARD = """
DROP FUNCTION ledger_post;
CREATE FUNCTION ledger_post(
    kinds text[], keys text[], bodies bytea[], about jsonb[],       -- journals
    occurred timestamptz, posted timestamptz, asked_by text,
    codes text[],                                                   -- accounts
    of_journals integer[], of_accounts integer[], amounts bigint[]  -- legs
) RETURNS bigint[]  -- the ids of the journals, in their order, also of earlier ones
LANGUAGE plpgsql
    SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    accounts bigint[];
    brands bigint[];
    influencers bigint[];
    currencies text[];
    ids bigint[];
    fresh bigint[];  -- the same, but NULL for earlier ones
    written text[];  -- the keys of new ones
    conflict text;   -- a key that said something else before
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        SELECT array_agg(account.id ORDER BY given.place),
               array_agg(account.brand_id ORDER BY given.place),
               array_agg(account.influencer_id ORDER BY given.place),
               array_agg(account.currency ORDER BY given.place)
          INTO accounts, brands, influencers, currencies
          FROM unnest(codes) WITH ORDINALITY AS given (code, place)
          LEFT JOIN (SELECT * FROM ledger_account WHERE code = ANY (codes)) account
            ON account.code = given.code;
        EXIT WHEN array_position(accounts, NULL) IS NULL;
        INSERT INTO ledger_account (kind, brand_id, influencer_id, subject_id, currency)
        SELECT split_part(given.code, '|', 1),
               nullif(split_part(given.code, '|', 2), '')::bigint,
               nullif(split_part(given.code, '|', 3), '')::bigint,
               nullif(split_part(given.code, '|', 4), '')::bigint,
               split_part(given.code, '|', 5)
          FROM unnest(codes) AS given (code)
         ORDER BY given.code  -- as everything is locked; another may have been faster
            ON CONFLICT DO NOTHING;
    END LOOP;

    WITH inserted AS (
        INSERT INTO ledger_journal
               (kind, business_key, body_sha256, occurred_at, created_at, actor, refs)
        SELECT given.kind, given.key, given.body, occurred, posted, asked_by, given.refs
          FROM unnest(kinds, keys, bodies, about) AS given (kind, key, body, refs)
            ON CONFLICT (business_key) DO NOTHING
        RETURNING id, business_key
    )
    SELECT array_agg(id), array_agg(business_key) INTO fresh, written FROM inserted;

    ids := fresh;
    IF written IS DISTINCT FROM keys THEN
        SELECT array_agg(journal.id ORDER BY given.place),
               array_agg(new.id ORDER BY given.place),
               min(journal.business_key) FILTER (WHERE journal.body_sha256 <> given.body)
          INTO ids, fresh, conflict
          FROM unnest(keys, bodies) WITH ORDINALITY AS given (key, body, place)
          JOIN (SELECT * FROM ledger_journal WHERE business_key = ANY (keys)) journal
            ON journal.business_key = given.key
          LEFT JOIN unnest(fresh) AS new (id) ON new.id = journal.id;
        IF conflict IS NOT NULL THEN
            RAISE EXCEPTION '% was posted before and said something else', conflict
                USING ERRCODE = 'unique_violation', DETAIL = conflict,
                      CONSTRAINT = 'ledger_journal_is_posted_once';
        END IF;
    END IF;

    INSERT INTO ledger_entry
           (journal_id, account_id, amount_minor, brand_id, influencer_id, currency)
    SELECT fresh[leg.journal], accounts[leg.account], leg.amount,
           brands[leg.account], influencers[leg.account], currencies[leg.account]
      FROM unnest(of_journals, of_accounts, amounts) AS leg (journal, account, amount)
     WHERE fresh[leg.journal] IS NOT NULL;
    RETURN ids;
END $$;

REVOKE EXECUTE ON FUNCTION ledger_post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post TO x_system;
"""

BEFORE = import_module("ledger.migrations.0005_post_at_once").FORWARD


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_proofs_of_brand")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION ledger_post;" + BEFORE)]
