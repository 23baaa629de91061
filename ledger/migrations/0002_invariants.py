"""Rules of the ledger that the database itself keeps, whoever writes to it.

1. A journal's legs are written in one statement, in the journal's own transaction, and sum to
   zero in every currency (so they are at least two: no leg is zero). A later leg is refused.
2. A leg carries the owners and the currency of its account: policies read them there.
3. What belongs to somebody keeps a balance: the sum of its legs, never below zero. A debt is the
   opposite: never above. Balances change under row locks taken in the order of account ids, so
   that two postings wait for each other and never deadlock. What belongs to the platform is
   touched by every sale and keeps none.
4. Accounts, journals and entries are never updated or deleted, and a balance is only written by
   these triggers; a mistake is corrected by another journal. TRUNCATE is the owner's alone,
   because nobody is granted it: Django's flush needs it after a test.

The functions run as the owner, so that no side needs a right on balances; nobody may execute
them, or whoever may make a temporary table could attach them to it and post what they like. They
walk indexes whatever the statistics say: a plan that was made while the tables were empty would
read all of them for ever after (a session keeps its plans).

Entries have no foreign keys: rule 1 and 2 look up every journal and account once for the whole
statement, rows are never deleted, and a key would look up each of them again, one by one.

Locks: ACCESS EXCLUSIVE on the new tables for a moment; adding xact_id rewrites ledger_journal,
which is empty. Reversible: yes.
"""

from django.db import migrations

from core.tenancy.guards import append_only

FORWARD = """
ALTER TABLE ledger_journal ADD COLUMN xact_id xid8 NOT NULL DEFAULT pg_current_xact_id();
COMMENT ON COLUMN ledger_journal.xact_id IS 'legs are written in this transaction or never';
ALTER TABLE ledger_balance SET (fillfactor = 70);  -- updated in place, again and again

CREATE FUNCTION ledger_legs_post() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    wrong record;
BEGIN
    SELECT leg.account_id INTO wrong
      FROM legs leg LEFT JOIN ledger_account a ON a.id = leg.account_id
     WHERE (leg.brand_id, leg.influencer_id, leg.currency)
           IS DISTINCT FROM (a.brand_id, a.influencer_id, a.currency);
    IF FOUND THEN
        RAISE EXCEPTION 'a leg does not carry the owners and currency of account %',
            wrong.account_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_copies_its_account';
    END IF;

    SELECT journal_id, currency, sum(amount_minor) AS total_minor INTO wrong
      FROM legs GROUP BY journal_id, currency HAVING sum(amount_minor) <> 0;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % is out of balance by % %',
            wrong.journal_id, wrong.total_minor, wrong.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_journal_is_balanced';
    END IF;

    SELECT written.journal_id INTO wrong
      FROM (SELECT journal_id, count(*) AS legs FROM legs GROUP BY journal_id) written
      LEFT JOIN ledger_journal j ON j.id = written.journal_id
     WHERE j.xact_id IS DISTINCT FROM pg_current_xact_id()
        OR written.legs <> (SELECT count(*) FROM ledger_entry e
                            WHERE e.journal_id = written.journal_id);
    IF FOUND THEN
        RAISE EXCEPTION 'journal % is closed: its legs are written at once', wrong.journal_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_journal_is_closed';
    END IF;

    -- Only whoever holds the row knows the balance: lock, then look.
    WITH touched AS (
        SELECT b.account_id, b.floor_minor, b.ceiling_minor,
               b.balance_minor + change.total_minor AS after_minor
          FROM (SELECT account_id, sum(amount_minor) AS total_minor
                  FROM legs GROUP BY account_id) change
          JOIN ledger_balance b ON b.account_id = change.account_id
         ORDER BY b.account_id FOR UPDATE OF b
    )
    SELECT a.kind, greatest(floor_minor - after_minor, after_minor - ceiling_minor) AS missing_minor
      INTO wrong
      FROM touched JOIN ledger_account a ON a.id = account_id
     WHERE after_minor < floor_minor OR after_minor > ceiling_minor;
    IF FOUND THEN
        RAISE EXCEPTION '% lacks %', wrong.kind, wrong.missing_minor
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balance_is_within_limits',
                  DETAIL = row_to_json(wrong);
    END IF;

    UPDATE ledger_balance b SET balance_minor = b.balance_minor + change.total_minor
      FROM (SELECT account_id, sum(amount_minor) AS total_minor
              FROM legs GROUP BY account_id) change
     WHERE b.account_id = change.account_id;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_account_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    INSERT INTO ledger_balance
           (account_id, balance_minor, floor_minor, ceiling_minor, brand_id, influencer_id)
    SELECT id, 0, CASE WHEN kind <> 'influencer_debt' THEN 0 END,
           CASE WHEN kind = 'influencer_debt' THEN 0 END, brand_id, influencer_id
      FROM opened WHERE brand_id IS NOT NULL OR influencer_id IS NOT NULL;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION ledger_legs_post, ledger_account_open FROM PUBLIC;

CREATE TRIGGER ledger_legs_post AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS legs FOR EACH STATEMENT EXECUTE FUNCTION ledger_legs_post();
CREATE TRIGGER ledger_account_open AFTER INSERT ON ledger_account
    REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION ledger_account_open();
CREATE TRIGGER ledger_balance_by_trigger_only BEFORE INSERT OR UPDATE OR DELETE ON ledger_balance
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION core_refuse_change();
"""

REVERSE = """
DROP TRIGGER ledger_balance_by_trigger_only ON ledger_balance;
DROP TRIGGER ledger_account_open ON ledger_account;
DROP TRIGGER ledger_legs_post ON ledger_entry;
DROP FUNCTION ledger_account_open, ledger_legs_post;
ALTER TABLE ledger_balance RESET (fillfactor);
ALTER TABLE ledger_journal DROP COLUMN xact_id;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("core", "0002_access")]
    operations = [
        migrations.RunSQL(FORWARD, REVERSE),
        append_only("ledger_account"),
        append_only("ledger_journal"),
        append_only("ledger_entry"),
    ]
