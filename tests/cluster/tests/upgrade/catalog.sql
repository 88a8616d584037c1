-- What belongs to the extension, one line for each thing, sorted. Line feeds are written as spaces.
WITH
e AS (SELECT oid, extversion, extconfig, extcondition FROM pg_extension WHERE extname = 'engram'),
member AS (SELECT d.classid, d.objid FROM pg_depend d JOIN e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
           WHERE d.deptype = 'e'),
relation AS (SELECT c.* FROM pg_class c JOIN member m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid),
granted (classid, objid, acl) AS (
    SELECT 'pg_proc'::regclass, oid, proacl FROM pg_proc
    UNION ALL SELECT 'pg_class'::regclass, oid, relacl FROM pg_class
    UNION ALL SELECT 'pg_namespace'::regclass, oid, nspacl FROM pg_namespace
    UNION ALL SELECT classoid, objoid, initprivs FROM pg_init_privs WHERE objsubid = 0),
line (kind, name, what) AS (
    SELECT 'version', '', extversion FROM e
    UNION ALL
    SELECT 'member', pg_describe_object(classid, objid, 0), coalesce(obj_description(objid, classid::regclass::text), '')
    FROM member
    UNION ALL
    SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid)
    FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid AND p.prokind <> 'a'
    UNION ALL
    SELECT 'granted', pg_describe_object(g.classid, g.objid, 0),
           concat_ws(' ', a.grantor::regrole, 'to', CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END,
                     a.privilege_type, a.is_grantable, count(*))
    FROM granted g JOIN member m USING (classid, objid), aclexplode(g.acl) a
    GROUP BY g.classid, g.objid, a.grantor, a.grantee, a.privilege_type, a.is_grantable
    UNION ALL
    SELECT 'table', oid::regclass::text, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity,
           relreplident, reloptions, relowner::regrole)
    FROM relation
    UNION ALL
    SELECT 'column', r.oid::regclass || '.' || row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum) || ' ' || a.attname,
           concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attstorage, a.attcompression, a.attcollation::regcollation,
                     a.attidentity, a.attgenerated, a.attacl, pg_get_expr(d.adbin, d.adrelid), col_description(r.oid, a.attnum))
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
    UNION ALL
    SELECT 'constraint', r.oid::regclass || '.' || c.conname, pg_get_constraintdef(c.oid)
    FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid
    UNION ALL
    SELECT 'index', r.oid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM relation r JOIN pg_index i ON i.indrelid = r.oid
    UNION ALL
    SELECT 'trigger', r.oid::regclass::text, concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
    FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    -- The triggers of foreign keys are named by their OIDs.
    SELECT 'reference', r.oid::regclass || '.' || k.conname || ' ' || t.tgfoid::regproc, t.tgenabled::text
    FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid JOIN pg_constraint k ON k.oid = t.tgconstraint
    UNION ALL
    SELECT 'policy', r.oid::regclass || '.' || p.polname,
           concat_ws(' ', p.polcmd, p.polpermissive, p.polroles, pg_get_expr(p.polqual, r.oid), pg_get_expr(p.polwithcheck, r.oid))
    FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL
    SELECT 'view', oid::regclass::text, pg_get_viewdef(oid) FROM relation WHERE relkind = 'v'
    UNION ALL
    SELECT 'dumped', c.id::regclass::text, c.condition
    FROM e, unnest(e.extconfig, e.extcondition) AS c (id, condition))
SELECT kind || '|' || name || '|' || translate(coalesce(what, ''), E'\n', ' ') FROM line ORDER BY 1
