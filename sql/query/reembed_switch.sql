-- What accelerates searching for the former embeddings is of no use any more.
WITH marked AS (
    UPDATE engram.reembedding SET state = 'switched', switched = pg_catalog.pg_current_xact_id()
    WHERE space OPERATOR(pg_catalog.=) $1
), warm AS (DELETE FROM engram.warm WHERE space OPERATOR(pg_catalog.=) $1)
UPDATE engram.space SET encoder = $2, dimensions = $3 WHERE space OPERATOR(pg_catalog.=) $1
