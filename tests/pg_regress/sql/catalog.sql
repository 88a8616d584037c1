-- Nothing of ours is executable by PUBLIC.
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
WHERE p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0);
-- Each table is protected by row-level security, described, and known to pg_dump; its key starts with space.
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'engram' AND c.relkind = 'r' AND NOT c.relrowsecurity;
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'engram' AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL;
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_extension e
WHERE n.nspname = 'engram' AND c.relkind = 'r' AND e.extname = 'engram' AND c.oid <> ALL (e.extconfig);
SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
WHERE n.nspname = 'engram' AND a.attname <> 'space' ORDER BY 1::text;
-- Each function is described, and labelled as it behaves.
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
WHERE obj_description(p.oid, 'pg_proc') IS NULL;
SELECT p.proname, p.provolatile, p.proparallel FROM pg_proc p
WHERE p.proname IN ('engram_remember', 'engram_remember_many', 'engram_forget', 'engram_forget_where', 'engram_update',
                    'engram_supersede', 'engram_associate', 'engram_dissociate', 'engram_create_space',
                    'engram_configure_space', 'engram_drop_space', 'engram_version')
ORDER BY 1;
-- Triggers fire always; views ask with the rights of the reader.
SELECT t.tgname, t.tgrelid::regclass FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'engram' AND NOT t.tgisinternal AND t.tgenabled <> 'A';
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'engram' AND c.relkind = 'v' AND NOT coalesce(c.reloptions, '{}') @> '{security_invoker=true}';
-- No function of ours runs with the rights of its owner.
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'engram'
WHERE p.prosecdef;
