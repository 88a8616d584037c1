-- Settings of ours that are not what they are by default, as far as the caller may see settings.
SELECT s.name,
       CASE WHEN s.unit IS NULL THEN s.setting ELSE pg_catalog.current_setting(s.name) END,
       pg_catalog.concat_ws(' ', s.boot_val, s.unit),
       s.source
FROM pg_catalog.pg_settings s
WHERE s.name OPERATOR(pg_catalog.~) '^engram\.'
  AND s.setting IS DISTINCT FROM s.boot_val
ORDER BY s.name
