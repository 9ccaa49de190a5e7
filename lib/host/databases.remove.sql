-- Takes away the roles that were made for the databases on a PostgreSQL server, for psql as the superuser, whose the databases
-- are then. Databases, tables and rows stay, and so does the mark of the databases: the roles can be made again. What lacks
-- the mark is left alone.

SELECT $ours$
  SELECT oid, rolname FROM pg_catalog.pg_roles
  WHERE rolname IN (SELECT role FROM :roles) AND pg_catalog.shobj_description(oid, 'pg_authid') = :'mark'
$ours$ AS ours,
$our_databases$
  SELECT oid FROM pg_catalog.pg_database
  WHERE datname IN (SELECT database FROM :databases) AND pg_catalog.shobj_description(oid, 'pg_database') = :'mark'
$our_databases$ AS our_databases,
$connected$
  SELECT string_agg(format(E'\n  %s is connected to %s (process %s): stop what uses it', usename, datname, pid), '' ORDER BY pid)
  FROM pg_catalog.pg_stat_activity WHERE usesysid IN (SELECT oid FROM (:ours) AS ours)
$connected$ AS connected \gset

-- Until it is known that nothing stands against it nothing is changed.
SELECT concat((:connected),
  (SELECT string_agg(DISTINCT format(E'\n  %s has something in database %I, which is not ours: give it to another role', rolname, datname), '')
    FROM pg_catalog.pg_shdepend JOIN (:ours) AS ours ON refobjid = ours.oid
      JOIN pg_catalog.pg_database AS database ON database.oid = dbid OR (classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND database.oid = objid)
    WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND database.oid NOT IN (:our_databases)),
  (SELECT string_agg(format(E'\n  %s owns the tablespace %I: give it to another role', rolname, spcname), '')
    FROM pg_catalog.pg_tablespace JOIN (:ours) AS ours ON spcowner = ours.oid)) AS obstacles \gset
SELECT :'obstacles' <> '' AS is_obstructed \gset
\if :is_obstructed
SELECT concat(:'server', ': not now:', :'obstacles', E'\nNothing was changed.') AS reason \gset
:stop
\endif
SELECT format('ALTER ROLE %I NOLOGIN', rolname) FROM (:ours) AS ours ORDER BY rolname \gexec
-- Who came in meanwhile.
SELECT concat((:connected)) AS obstacles \gset
SELECT :'obstacles' <> '' AS is_obstructed \gset
\if :is_obstructed
SELECT concat(:'server', ': the roles may no longer log in, but:', :'obstacles', E'\nThen run this again.') AS reason \gset
:stop
\endif

-- Inside each database: what is the roles' becomes the superuser's.
SELECT $give_back$
BEGIN;
SELECT format('REASSIGN OWNED BY %I TO CURRENT_USER', rolname) FROM (:ours) AS ours ORDER BY rolname \gexec \\
-- DROP OWNED would drop what is left. Nothing is: it only takes privileges back. User mappings and default privileges are not
-- data.
SELECT coalesce((SELECT format('%s still owns something in database %s, which was left as it is', min(rolname), current_database())
  FROM pg_catalog.pg_shdepend JOIN (:ours) AS ours ON refobjid = ours.oid
  WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
    AND deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
    AND classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)
  HAVING count(*) > 0), '') AS reason \gset \\
SELECT :'reason' <> '' AS is_left \gset \\
\if :is_left \\ :stop \endif \\
SELECT format('DROP OWNED BY %I', rolname) FROM (:ours) AS ours ORDER BY rolname \gexec \\
COMMIT;
$give_back$ AS give_back \gset
SELECT coalesce(string_agg(format($each$
\connect %s \\ :session
:give_back
$each$, database), '' ORDER BY place), '') AS each
  FROM :databases WHERE database IN (SELECT datname FROM pg_catalog.pg_database WHERE oid IN (:our_databases)) \gset
:each
\connect postgres
:session
SELECT format('DROP ROLE %I', rolname) FROM (:ours) AS ours ORDER BY rolname \gexec
