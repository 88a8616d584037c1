SELECT s.dimensions, s.language, s.owner_role, s.writer_roles, s.reader_roles, s.encoder, s.changed,
       EXISTS (SELECT FROM engram.cue_alias a WHERE a.space OPERATOR(pg_catalog.=) s.space) AS aliases,
       s.quota_memories, s.quota_bytes,
       EXISTS (SELECT FROM engram.watch w WHERE w.space OPERATOR(pg_catalog.=) s.space) AS watched
FROM engram.space s
WHERE s.space OPERATOR(pg_catalog.=) $1
