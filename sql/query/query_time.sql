-- A time as it is written, in the time zone of the session where it has none.
SELECT $1::pg_catalog.timestamptz
