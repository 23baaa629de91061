-- Once per database, by the administrator, connected to it: who may come in, and who may make
-- temporary tables (the system only: the drain copies clicks into one).
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO x_app', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO x_system', current_database());
END $$;
