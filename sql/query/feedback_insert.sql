INSERT INTO engram.feedback (space, id, entry, useful, given_by)
SELECT m.space, m.id, $3, $4, pg_catalog.pg_get_userbyid($5)
FROM (SELECT space, id FROM engram.memory
      WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
      FOR KEY SHARE) AS m
