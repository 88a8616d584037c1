SELECT pg_catalog.format('%I on %s', want.name, want.relation),
       CASE WHEN t.oid IS NULL THEN 'the trigger is missing'
            ELSE 'the trigger does not fire always: ALTER TABLE ' OPERATOR(pg_catalog.||) want.relation
                 OPERATOR(pg_catalog.||) ' ENABLE ALWAYS TRIGGER ' OPERATOR(pg_catalog.||) want.name END
FROM (VALUES ('engram_before', 'engram.memory'), ('engram_after', 'engram.memory'),
             ('engram_erase', 'engram.memory'), ('engram_statement', 'engram.memory'), ('engram_truncate', 'engram.memory'),
             ('engram_before', 'engram.cold'), ('engram_after', 'engram.cold'),
             ('engram_before', 'engram.association'), ('engram_after', 'engram.association'),
             ('engram_truncate', 'engram.association'),
             ('engram_before', 'engram.space'), ('engram_after', 'engram.space'),
             ('engram_before', 'engram.cue_alias'), ('engram_after', 'engram.cue_alias'),
             ('engram_truncate', 'engram.cue_alias'),
             ('engram_before', 'engram.feedback')) AS want(name, relation)
LEFT JOIN pg_catalog.pg_trigger t
       ON t.tgrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(want.relation)
      AND t.tgname OPERATOR(pg_catalog.=) want.name::pg_catalog.name
WHERE (t.oid IS NULL OR t.tgenabled OPERATOR(pg_catalog.<>) 'A')
  -- The catalog of version 0.1.0 makes nothing of aliases.
  AND (want.relation OPERATOR(pg_catalog.<>) 'engram.cue_alias'
       OR pg_catalog.to_regproc('engram.alias_before') IS NOT NULL)
  -- That of version 0.2.0 moves nothing to the cold tier.
  AND (want.relation OPERATOR(pg_catalog.<>) 'engram.cold'
       OR pg_catalog.to_regproc('engram.cold_after') IS NOT NULL)
  -- Those of 0.1.0 and 0.2.0 keep no account of statements.
  AND (want.name OPERATOR(pg_catalog.<>) 'engram_statement'
       OR pg_catalog.to_regproc('engram.memory_statement') IS NOT NULL)
  -- Those before 0.4.0 keep no confidence with feedback.
  AND (want.relation OPERATOR(pg_catalog.<>) 'engram.feedback'
       OR pg_catalog.to_regproc('engram.feedback_before') IS NOT NULL)
ORDER BY 1
