#!/bin/sh
# Run once by the entrypoint of the image, when the cluster is made: the extension, and the role that reads metrics.
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE EXTENSION engram CASCADE;
SQL

if [ -n "${ENGRAM_EXPORTER_PASSWORD_FILE:-}" ]; then
    # The password goes through the environment of psql, not through its arguments, which others can see.
    ENGRAM_EXPORTER_PASSWORD=$(cat "$ENGRAM_EXPORTER_PASSWORD_FILE")
    export ENGRAM_EXPORTER_PASSWORD
    psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv password ENGRAM_EXPORTER_PASSWORD
CREATE ROLE engram_exporter LOGIN PASSWORD :'password' CONNECTION LIMIT 5;
GRANT pg_monitor TO engram_exporter;
SQL
    unset ENGRAM_EXPORTER_PASSWORD
fi
