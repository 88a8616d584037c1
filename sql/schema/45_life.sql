CREATE TABLE engram.retention (
    space      text COLLATE "C" NOT NULL,
    kind       text NOT NULL DEFAULT '',
    max_age    interval CHECK (max_age OPERATOR(pg_catalog.>) '0'::pg_catalog.interval AND max_age OPERATOR(pg_catalog.<=) '1000 years'::pg_catalog.interval),
    max_count  bigint CHECK (max_count OPERATOR(pg_catalog.>=) 0),
    mode       text NOT NULL DEFAULT 'delete' CHECK (mode OPERATOR(pg_catalog.=) ANY (ARRAY['delete', 'suppress'])),
    forgotten  bigint NOT NULL DEFAULT 0,
    applied_at timestamptz,
    PRIMARY KEY (space, kind),
    CHECK (max_age IS NOT NULL OR max_count IS NOT NULL)
);
COMMENT ON TABLE engram.retention IS 'Rules by which the worker forgets memories: one for each kind that has one, and one for the others';
COMMENT ON COLUMN engram.retention.kind IS 'Kind that the rule is for; empty for every kind without a rule of its own, except belief';
COMMENT ON COLUMN engram.retention.max_age IS 'Memories that occurred longer ago are forgotten; null is no limit';
COMMENT ON COLUMN engram.retention.max_count IS 'Of more memories than this the oldest are forgotten; null is no limit';
COMMENT ON COLUMN engram.retention.mode IS 'How they are forgotten: delete or suppress';
COMMENT ON COLUMN engram.retention.forgotten IS 'Memories that the rule has forgotten so far';
COMMENT ON COLUMN engram.retention.applied_at IS 'When nothing was left to forget; null for a rule that is new or has work left';
