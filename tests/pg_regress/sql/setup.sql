-- What the other tests share: attempt() runs a statement and says how it failed.
CREATE FUNCTION attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN pg_catalog.concat_ws(' ', SQLSTATE, message, '/ ' || nullif(hint, ''));
END
$$;
-- An id that sorts and reads easily.
CREATE FUNCTION known_id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('00000000-0000-7000-8000-' || pg_catalog.lpad(n::text, 12, '0'))::uuid
$$;
-- Tables of ours with a row that meets a condition.
CREATE FUNCTION tables_with(condition text) RETURNS SETOF name LANGUAGE plpgsql AS $$
DECLARE
    found boolean;
    t name;
BEGIN
    FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'engram' AND c.relkind = 'r' ORDER BY c.relname LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM engram.%I t WHERE %s)', t, condition) INTO found;
        IF found THEN
            RETURN NEXT t;
        END IF;
    END LOOP;
END
$$;
SELECT library = catalog AS versions_agree FROM engram_version();
-- Waits until the hot tier has a space.
CREATE PROCEDURE loaded(name text) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..500 LOOP
        EXIT WHEN EXISTS (SELECT FROM engram.stat_tier t WHERE t.space = name AND t.state = 'ready' AND t.mode = 'shared');
        PERFORM pg_sleep(0.02);
    END LOOP;
    ASSERT EXISTS (SELECT FROM engram.stat_tier t WHERE t.space = name AND t.state = 'ready' AND t.mode = 'shared');
END
$$;
