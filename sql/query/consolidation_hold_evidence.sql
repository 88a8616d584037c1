-- Evidence that is to be cited stays until the end of the transaction.
SELECT m.id
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) ANY ($2)
ORDER BY m.id
FOR KEY SHARE
