DELETE FROM engram.change
WHERE ctid OPERATOR(pg_catalog.=) ANY (ARRAY(
    SELECT c.ctid FROM engram.change c
    WHERE c.changed OPERATOR(pg_catalog.<) (SELECT h.trimmed FROM engram.change_horizon h)
    ORDER BY c.changed
    LIMIT $1))
