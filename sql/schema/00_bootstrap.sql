\echo Use "CREATE EXTENSION engram" to load this file. \quit

-- The script runs with search_path = target schema, schema of pgvector, pg_temp. Names are
-- qualified all the same, except pgvector's types: that extension may live in any schema.

DO $engram$
DECLARE
    installed text := (SELECT e.extversion FROM pg_catalog.pg_extension e
                       WHERE e.extname OPERATOR(pg_catalog.=) 'vector');
    parts     text[] := pg_catalog.regexp_match(installed, '^(\d+)\.(\d+)');
BEGIN
    IF pg_catalog.current_setting('server_encoding') OPERATOR(pg_catalog.<>) 'UTF8' THEN
        RAISE EXCEPTION 'database encoding % is not supported',
                pg_catalog.current_setting('server_encoding')
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Create the database with ENCODING ''UTF8''.';
    END IF;
    IF parts IS NULL
       OR ROW(parts[1]::pg_catalog.int4, parts[2]::pg_catalog.int4) OPERATOR(pg_catalog.<) ROW(0, 8)
    THEN
        RAISE EXCEPTION 'pgvector 0.8 or newer is needed, not %', COALESCE(installed, 'none')
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Install a newer pgvector and run ALTER EXTENSION vector UPDATE.';
    END IF;
END
$engram$;

-- Roles belong to the cluster: a second database, or a second install, finds them.
DO $engram$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT r.rolname FROM (VALUES ('engram_reader'), ('engram_writer'), ('engram_admin')) AS r(rolname)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles p
                       WHERE p.rolname OPERATOR(pg_catalog.=) wanted.rolname) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', wanted.rolname);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                -- Another database of the cluster made it in the meantime.
                NULL;
            END;
        END IF;
    END LOOP;
END
$engram$;
DO $engram$
BEGIN
    IF NOT pg_catalog.pg_has_role('engram_writer', 'engram_reader', 'MEMBER') THEN
        GRANT engram_reader TO engram_writer;
    END IF;
    IF NOT pg_catalog.pg_has_role('engram_admin', 'engram_writer', 'MEMBER') THEN
        GRANT engram_writer TO engram_admin;
    END IF;
END
$engram$;

CREATE SCHEMA engram;
COMMENT ON SCHEMA engram IS 'Tables and views of the extension engram';
