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
