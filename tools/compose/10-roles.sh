#!/bin/sh
# Runs once, when the postgres container makes its cluster: roles, two passwords, the database.
# The same SQL prepares the clusters that tools/stack.py makes.
set -eu
: "${OWNER_PASSWORD:?}" "${APP_PASSWORD:?}" "${BIRGE_SQL:?}"
run() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
run -d postgres -f "$BIRGE_SQL/roles.sql"
run -d postgres -v owner="$OWNER_PASSWORD" -v app="$APP_PASSWORD" <<'SQL'
ALTER ROLE x_owner PASSWORD :'owner' NOCREATEDB;
ALTER ROLE x_app PASSWORD :'app';
CREATE DATABASE birge OWNER x_owner;
SQL
run -d birge -f "$BIRGE_SQL/extensions.sql" -f "$BIRGE_SQL/database.sql"
