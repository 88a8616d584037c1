\echo Use "ALTER EXTENSION engram UPDATE" to load this file. \quit

-- Every statement may be run again. Functions whose arguments change are dropped and made anew: the library keeps the
-- entry points of the former version, so that sessions work between the new library and this script.

-- Warm tier: engram.warm is derived and was never filled. It gets columns of its version, hashes of terms, and an index on them.
DO $engram$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid OPERATOR(pg_catalog.=) 'engram.warm'::pg_catalog.regclass
                     AND a.attname OPERATOR(pg_catalog.=) 'frequencies') THEN
        TRUNCATE engram.warm;
        ALTER TABLE engram.warm DROP COLUMN embedding, DROP COLUMN terms;
        ALTER TABLE engram.warm ADD COLUMN changed xid8 NOT NULL, ADD COLUMN embedding halfvec,
            ADD COLUMN terms bigint[] NOT NULL, ADD COLUMN frequencies bytea NOT NULL, ADD COLUMN length integer NOT NULL;
        CREATE INDEX warm_terms ON engram.warm USING gin (terms) WITH (fastupdate = off);
    END IF;
END
$engram$;
COMMENT ON TABLE engram.warm IS 'Search acceleration of memories outside the hot tier; derived from engram.memory, never dumped';
COMMENT ON COLUMN engram.warm.changed IS 'Version of the memory that the row was made from';
COMMENT ON COLUMN engram.warm.embedding IS 'The embedding at length 1 and half precision; an index for each number of dimensions proposes by it';
COMMENT ON COLUMN engram.warm.terms IS 'Hashes of the terms of the content, other ones in each space';
COMMENT ON COLUMN engram.warm.frequencies IS 'How often each term occurs, a byte for each, at most 255';
COMMENT ON COLUMN engram.warm.length IS 'Length of the content in terms';

DROP VIEW IF EXISTS engram.stat_tier;
DROP FUNCTION IF EXISTS engram.tier_stat();
CREATE FUNCTION engram.tier_stat(
    OUT space text, OUT mode text, OUT state text, OUT memories bigint, OUT resident bigint,
    OUT spilled bigint, OUT warm bigint, OUT cold bigint, OUT warm_state text, OUT cues bigint, OUT edges bigint,
    OUT bytes bigint, OUT unsettled bigint, OUT evictions bigint, OUT generation bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL RESTRICTED
    AS 'MODULE_PATHNAME', 'tiers_stat_wrapper';
COMMENT ON FUNCTION engram.tier_stat() IS 'Rows of engram.stat_tier';
REVOKE ALL ON FUNCTION engram.tier_stat() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.tier_stat() TO engram_reader, pg_monitor;
CREATE VIEW engram.stat_tier WITH (security_invoker = true) AS
SELECT t.space, t.mode, t.state, t.memories, t.resident, t.spilled, t.warm, t.cold, t.warm_state, t.cues, t.edges, t.bytes,
       t.unsettled, t.evictions, t.generation
FROM engram.tier_stat() t;
COMMENT ON VIEW engram.stat_tier IS 'Spaces in the hot tier, as far as the caller may see them';
GRANT SELECT ON engram.stat_tier TO engram_reader, pg_monitor;
