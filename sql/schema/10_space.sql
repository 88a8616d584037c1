CREATE TABLE engram.space (
    space                  text COLLATE "C" NOT NULL,
    dimensions             integer CHECK (dimensions OPERATOR(pg_catalog.>=) 1 AND dimensions OPERATOR(pg_catalog.<=) 16000),
    encoder                text,
    language               text NOT NULL DEFAULT 'english',
    owner_role             name NOT NULL DEFAULT CURRENT_USER,
    reader_roles           name[] NOT NULL DEFAULT '{}',
    writer_roles           name[] NOT NULL DEFAULT '{}',
    decay_profile          text,
    consolidation_interval interval CHECK (consolidation_interval OPERATOR(pg_catalog.>) '0'::pg_catalog.interval),
    quota_memories         bigint CHECK (quota_memories OPERATOR(pg_catalog.>=) 0),
    quota_bytes            bigint CHECK (quota_bytes OPERATOR(pg_catalog.>=) 0),
    settings               jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(settings) OPERATOR(pg_catalog.=) 'object'),
    created_at             timestamptz NOT NULL DEFAULT pg_catalog.now(),
    changed                xid8,
    quota_hot_bytes        bigint CHECK (quota_hot_bytes OPERATOR(pg_catalog.>=) 0),
    PRIMARY KEY (space)
);
COMMENT ON TABLE engram.space IS 'Spaces: each holds memories of its own, with its settings, its owner and its members';
COMMENT ON COLUMN engram.space.space IS 'Name, 1 to 64 characters';
COMMENT ON COLUMN engram.space.dimensions IS 'Dimensions of every embedding in the space; null until the first one arrives';
COMMENT ON COLUMN engram.space.encoder IS 'Name of the encoder that made the embeddings; null when they come from outside';
COMMENT ON COLUMN engram.space.language IS 'Language whose stemmer and stop words apply';
COMMENT ON COLUMN engram.space.owner_role IS 'Role that may read, write, configure and drop the space; kept by name, so that a dump restores it';
COMMENT ON COLUMN engram.space.reader_roles IS 'Roles whose members may read the memories';
COMMENT ON COLUMN engram.space.writer_roles IS 'Roles whose members may read and write the memories';
COMMENT ON COLUMN engram.space.decay_profile IS 'Name of the forgetting curve; null takes the setting of the server';
COMMENT ON COLUMN engram.space.consolidation_interval IS 'Time between two consolidation runs; null takes the setting of the server';
COMMENT ON COLUMN engram.space.quota_memories IS 'Largest number of memories; one more is refused; null is no limit';
COMMENT ON COLUMN engram.space.quota_bytes IS 'Largest size of contents and embeddings in engram.memory, in bytes; more is refused; null is no limit';
COMMENT ON COLUMN engram.space.quota_hot_bytes IS 'Largest share of the hot tier in bytes, beyond which the least active memories of the space leave it; null is no limit';
COMMENT ON COLUMN engram.space.settings IS 'Further settings; the key "installed" marks the space made by CREATE EXTENSION, which a restore may replace';
COMMENT ON COLUMN engram.space.changed IS 'Transaction of the last change, set by a trigger';

-- Made before the triggers exist, so that installing needs no C code. A space of the same name
-- that a restore loads takes its place, see space_before.
INSERT INTO engram.space (space, settings, changed)
VALUES ('default', '{"installed": true}', pg_catalog.pg_current_xact_id());
