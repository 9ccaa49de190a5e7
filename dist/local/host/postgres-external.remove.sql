-- Generated from the environment; do not edit. Each line of "databases" is a database, its owner and its user.
\set server 'postgres-external'
\set name 'sportstix-host-access'
\set superuser 'postgres'
\set take_over_command 'cat .secrets/local.psql dist/local/host/postgres-external.sql | sudo -u postgres psql -X -q -v take_over=yes -p 5432 -d postgres'
\set databases ''
\set databases :databases 'sportstix_auth auth_owner auth_user\n'
\set databases :databases 'sportstix_game game_owner game_user\n'
\set databases :databases 'sportstix_booking booking_owner booking_user\n'
\set databases :databases 'sportstix_payment payment_owner payment_user\n'
\set databases :databases 'sportstix_admin admin_owner admin_user\n'
\set host_access_values 1

-- What the scripts for PostgreSQL begin with, after the values: psql variables that say which databases there are to be on which
-- server. This checks their form, and makes of them what the scripts ask; until then nothing is looked at or changed.
--
-- psql has no loop. But a variable's value is read as if it stood in the script, backslash commands and all (psql's
-- documentation, "SQL Interpolation"): what is to be done for each database, or each role, is put together as text, and read.
-- In such text \\ ends a backslash command, as the end of the line does elsewhere.
\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
SELECT :{?server} AND :{?name} AND :{?superuser} AND :{?take_over_command} AND :{?databases} AND :{?host_access_values} AS is_whole \gset
\if :is_whole
\else
DO 'BEGIN RAISE EXCEPTION ''the values that belong before this script are missing, or not whole: synthesize again. Nothing was changed.''; END';
\endif

-- What every session begins with: nobody's objects stand in for PostgreSQL's own, and a lock is not waited for without end.
SELECT $session$
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
$session$ AS session \gset
:session

-- Stops with the text in the variable "reason", which psql would not put into a DO block.
SELECT $stop$
SELECT pg_catalog.set_config('host_access.text', :'reason', false) AS reason \gset \\
DO $do$ BEGIN RAISE EXCEPTION '%', pg_catalog.current_setting('host_access.text'); END $do$;
$stop$ AS stop \gset

SELECT CASE
    WHEN :'host_access_values' <> '1' THEN 'the version of the values is not 1'
    WHEN :'server' !~ '^[a-z0-9-]{1,63}$' THEN 'server: not a DNS label'
    WHEN :'name' !~ '^[a-z0-9-]{1,63}$' THEN 'name: not a DNS label'
    WHEN :'superuser' !~ '^[a-z_][a-z0-9_]{0,62}$' THEN 'superuser: not a plain name'
    WHEN :'databases' !~ '^([a-z_][a-z0-9_]{0,62} [a-z_][a-z0-9_]{0,62} [a-z_][a-z0-9_]{0,62}\n)+$'
      THEN 'databases: not lines of a database, its owner and its user'
    ELSE '' END AS reason \gset
SELECT :'reason' <> '' AS is_wrong \gset
\if :is_wrong
SELECT concat(:'reason', '. Synthesize again. Nothing was changed.') AS reason \gset
:stop
\endif

-- The databases, and the roles that log in to them, each once, with the variable that holds its password.
SELECT concat('managed by ', :'name') AS mark,
    string_agg(format('(%s, %L, %L, %L)', place, words[1], words[2], words[3]), ', ' ORDER BY place) AS rows
  FROM regexp_split_to_table(rtrim(:'databases', E'\n'), E'\n') WITH ORDINALITY AS line (text, place),
    LATERAL regexp_split_to_array(text, ' ') AS words \gset
SELECT $databases$(VALUES :rows) AS listed (place, database, owner, "user")$databases$ AS databases \gset
SELECT string_agg(format('(%s, %L, %L)', place, role, variable), ', ' ORDER BY place) AS rows,
    string_agg(format('(%s, %L, :{?%s})', place, variable, variable), ', ') AS passwords
  FROM (SELECT min(place) AS place, role, concat(replace(:'server', '-', '_'), '_', role, '_password') AS variable
    FROM (SELECT 2 * place AS place, owner AS role FROM :databases UNION ALL SELECT 2 * place + 1, "user" FROM :databases) AS each
    GROUP BY role) AS once \gset role_
SELECT $roles$(VALUES :role_rows) AS listed (place, role, variable)$roles$ AS roles \gset

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
