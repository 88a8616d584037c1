

-- Remembering recognises duplicates.
DROP FUNCTION IF EXISTS @extschema@.engram_remember(text, vector, text, text, text[], text, real, timestamptz, text, jsonb, uuid);
CREATE OR REPLACE FUNCTION @extschema@.engram_remember(
    content text,
    embedding vector DEFAULT NULL,
    space text DEFAULT NULL,
    context text DEFAULT NULL,
    cues text[] DEFAULT NULL,
    kind text DEFAULT 'episode',
    confidence real DEFAULT 0.7,
    occurred_at timestamptz DEFAULT NULL,
    source text DEFAULT NULL,
    metadata jsonb DEFAULT '{}',
    id uuid DEFAULT NULL,
    on_duplicate text DEFAULT NULL
) RETURNS uuid LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'engram_remember_or_recognise_wrapper';
COMMENT ON FUNCTION @extschema@.engram_remember IS 'Stores one memory and returns its id, or that of the memory that says the same; a given id makes the call idempotent';
REVOKE ALL ON FUNCTION @extschema@.engram_remember FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @extschema@.engram_remember TO engram_writer;

-- Associations that form by themselves.
ALTER TABLE engram.association ADD COLUMN IF NOT EXISTS origin text NOT NULL DEFAULT 'explicit'
    CHECK (origin OPERATOR(pg_catalog.=) ANY (ARRAY['explicit', 'co-recall', 'similarity']));
COMMENT ON COLUMN engram.association.origin IS 'explicit, or how it was learned: co-recall, similarity; what is explicit is never changed by learning';
CREATE TABLE IF NOT EXISTS engram.progress (
    space   text COLLATE "C" NOT NULL,
    job     text NOT NULL,
    through xid8 NOT NULL,
    after   uuid,
    whole   xid8 NOT NULL,
    detail  text NOT NULL,
    PRIMARY KEY (space, job)
);
COMMENT ON TABLE engram.progress IS 'How far the jobs of the background worker have come; belongs to one cluster, never dumped';
COMMENT ON COLUMN engram.progress.through IS 'Everything that earlier transactions changed is done';
COMMENT ON COLUMN engram.progress.after IS 'Of what transaction through changed, ids up to this one are done; null for none';
COMMENT ON COLUMN engram.progress.whole IS 'What earlier transactions changed was there when the job began';
COMMENT ON COLUMN engram.progress.detail IS 'Settings the job was begun with; with others it begins anew';
ALTER TABLE engram.progress ENABLE ROW LEVEL SECURITY;
SELECT pg_catalog.pg_extension_config_dump('engram.progress', 'WHERE false');
CREATE OR REPLACE FUNCTION engram.learn(space text DEFAULT NULL) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'learn_wrapper';
COMMENT ON FUNCTION engram.learn(text) IS 'Learns associations of a space now, as the worker does in the background; returns how many changed';
REVOKE ALL ON FUNCTION engram.learn(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engram.learn(text) TO engram_writer;
