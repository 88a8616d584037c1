UPDATE engram.consolidation SET version = version OPERATOR(pg_catalog.+) 1
