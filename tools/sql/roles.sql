-- Once per cluster, by its administrator, before the first migration; running it again changes
-- nothing. Not a migration: roles belong to the cluster, not to a database, and parallel test
-- workers would race for them. Passwords are set apart (ALTER ROLE x_owner PASSWORD '...').
DO $$
DECLARE
    side text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'x_owner') THEN
        CREATE ROLE x_owner LOGIN CREATEDB;  -- migrations; CREATEDB only where tests run
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'x_app') THEN
        CREATE ROLE x_app LOGIN NOINHERIT;   -- the processes: owns nothing, holds no side's rights
    END IF;
    FOREACH side IN ARRAY ARRAY['x_public', 'x_brand', 'x_influencer', 'x_ops', 'x_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = side) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', side);
        END IF;
        -- NOINHERIT of x_app counts for grants made after it (PostgreSQL 16 on).
        EXECUTE format('GRANT %I TO x_app', side);
    END LOOP;
END $$;

-- SET ROLE does not apply the target role's own settings: limits belong to the login.
ALTER ROLE x_app SET timezone = 'UTC';  -- else Django sends SET TIME ZONE on every connection
ALTER ROLE x_app SET statement_timeout = '10s';
ALTER ROLE x_app SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE x_owner SET timezone = 'UTC';
