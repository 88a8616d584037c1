SELECT pg_catalog.pg_extension_config_dump('engram.space', '');
SELECT pg_catalog.pg_extension_config_dump('engram.memory', '');
SELECT pg_catalog.pg_extension_config_dump('engram.memory_history', '');
SELECT pg_catalog.pg_extension_config_dump('engram.cold', '');
SELECT pg_catalog.pg_extension_config_dump('engram.trace', '');
SELECT pg_catalog.pg_extension_config_dump('engram.association', '');
SELECT pg_catalog.pg_extension_config_dump('engram.cue_alias', '');
SELECT pg_catalog.pg_extension_config_dump('engram.audit', '');
SELECT pg_catalog.pg_extension_config_dump('engram.watch', '');
SELECT pg_catalog.pg_extension_config_dump('engram.feedback', '');
SELECT pg_catalog.pg_extension_config_dump('engram.citation', '');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation_run', '');
SELECT pg_catalog.pg_extension_config_dump('engram.consolidation_snapshot', '');
SELECT pg_catalog.pg_extension_config_dump('engram.belief_event', '');
-- Registered without rows: derived, or bound to the transactions of one cluster.
SELECT pg_catalog.pg_extension_config_dump('engram.warm', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.change', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.snapshot_token', 'WHERE false');
SELECT pg_catalog.pg_extension_config_dump('engram.progress', 'WHERE false');
