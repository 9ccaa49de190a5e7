-- Makes the databases on a PostgreSQL server and their roles, for psql as the superuser, whose own password is no matter of
-- it. Each database has an owner, who migrates it, and a user, who changes data and no structure.
--
-- What it made it marks by a comment. What is there without the mark is somebody else's: then it changes nothing, and
-- says what it would change; with -v take_over=yes it goes on. Databases whose tables belong to the superuser are handed
-- over to their owners, each in one transaction, and no row is touched.
--
-- Running it again changes nothing but the passwords, which it sets to the ones given. It contains none: they are psql
-- variables, read from the git-ignored file of passwords, which goes first into the same psql.
\if :{?take_over}
\else
\set take_over no
\endif

SELECT coalesce((SELECT concat(variable, ' is not set: read the file with the passwords first')
    FROM (VALUES :role_passwords) AS listed (place, variable, is_set) WHERE NOT is_set ORDER BY place LIMIT 1), '') AS reason \gset
SELECT :'reason' <> '' AS is_wrong \gset
\if :is_wrong
:stop
\endif

-- What people made in the current database and what can be given to another owner by itself: "owner", "type" and
-- "identity", as pg_identify_object names them. Left out is what belongs to an extension (a dependency of type e), what goes
-- with something else (i; for sequences of serial columns a: pg_depend), and temporary objects. Large objects and what only
-- superusers make (event triggers, publications, foreign servers) stay with their owners. Indexes, TOAST tables and rows of
-- composite types go with what they belong to. 16384 is the first OID of what people made (PostgreSQL's access/transam.h,
-- FirstNormalObjectId), 10 that of the superuser whom initdb made, whatever its name (catalog/pg_authid.dat).
SELECT $objects$
  SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT tableoid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL SELECT tableoid, oid, typowner FROM pg_catalog.pg_type
    UNION ALL SELECT tableoid, oid, proowner FROM pg_catalog.pg_proc
    UNION ALL SELECT tableoid, oid, nspowner FROM pg_catalog.pg_namespace
    UNION ALL SELECT tableoid, oid, oprowner FROM pg_catalog.pg_operator
    UNION ALL SELECT tableoid, oid, opcowner FROM pg_catalog.pg_opclass
    UNION ALL SELECT tableoid, oid, opfowner FROM pg_catalog.pg_opfamily
    UNION ALL SELECT tableoid, oid, collowner FROM pg_catalog.pg_collation
    UNION ALL SELECT tableoid, oid, conowner FROM pg_catalog.pg_conversion
    UNION ALL SELECT tableoid, oid, cfgowner FROM pg_catalog.pg_ts_config
    UNION ALL SELECT tableoid, oid, dictowner FROM pg_catalog.pg_ts_dict
    UNION ALL SELECT tableoid, oid, stxowner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))
$objects$ AS objects,
-- The roles whose objects in a database are given to its owner: superusers who migrated it, and roles of ours.
$givers$
  SELECT oid FROM pg_catalog.pg_roles
  WHERE (oid = 10 OR rolname IN (:'superuser', :'user') OR pg_catalog.shobj_description(oid, 'pg_authid') = :'mark')
    AND rolname <> :'owner'
$givers$ AS givers \gset

-- What is there and lacks the mark. Until all of it is known nothing is changed.
SELECT coalesce(string_agg(format(E'\n  %I is the superuser: rename the role in the environment', rolname), '' ORDER BY rolname), '') AS reason
  FROM pg_catalog.pg_roles WHERE rolname IN (SELECT role FROM :roles) AND (oid = 10 OR rolname = current_user) \gset
SELECT :'reason' <> '' AS is_impossible \gset
SELECT coalesce(string_agg(format(E'\n  role %I: gets the password of the secrets', rolname) || concat(
      CASE WHEN NOT rolcanlogin THEN ', may log in' END,
      CASE WHEN rolsuper THEN ', loses SUPERUSER' END,
      CASE WHEN rolcreatedb THEN ', loses CREATEDB' END,
      CASE WHEN rolcreaterole THEN ', loses CREATEROLE' END,
      CASE WHEN rolreplication THEN ', loses REPLICATION' END,
      CASE WHEN rolbypassrls THEN ', loses BYPASSRLS' END,
      CASE WHEN rolvaliduntil < 'infinity' THEN ', never expires' END,
      (SELECT string_agg(format(', leaves the role %I', pg_catalog.pg_get_userbyid(roleid)), '' ORDER BY roleid)
        FROM pg_catalog.pg_auth_members WHERE member = role.oid),
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(role.oid, 'pg_authid'))
    ), '' ORDER BY rolname), '') AS found
  FROM pg_catalog.pg_roles AS role
  WHERE rolname IN (SELECT role FROM :roles)
    AND pg_catalog.shobj_description(role.oid, 'pg_authid') IS DISTINCT FROM :'mark' \gset
-- Adds to "found" what taking the current database over would change; nothing where it is ours.
SELECT $find$
SELECT concat(:'found', (
  SELECT format(E'\n  database %I: owner %s', datname, pg_catalog.pg_get_userbyid(datdba)) || concat(
      CASE WHEN pg_catalog.pg_get_userbyid(datdba) <> :'owner' THEN ' -> ' || :'owner' END,
      CASE WHEN datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0) THEN ', PUBLIC may no longer connect' END,
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(database.oid, 'pg_database')),
      (SELECT string_agg(E'\n    ' || counts, '' ORDER BY owner) FROM (
        SELECT owner, format('of %s, %s: %s', pg_catalog.pg_get_userbyid(owner),
            CASE WHEN owner IN (:givers) THEN 'to ' || :'owner' ELSE 'left' END,
            string_agg(format('%s %s', number, type), ', ' ORDER BY type)) AS counts
          FROM (SELECT owner, type, count(*) AS number FROM (:objects) AS object
            WHERE pg_catalog.pg_get_userbyid(owner) <> :'owner' GROUP BY owner, type) AS counted
          GROUP BY owner) AS owners))
  FROM pg_catalog.pg_database AS database
  WHERE datname = current_database() AND (pg_catalog.shobj_description(database.oid, 'pg_database') IS DISTINCT FROM :'mark'
    OR (pg_catalog.pg_get_userbyid(datdba) <> :'owner' AND datdba NOT IN (:givers)))
  )) AS found \gset \\
$find$ AS find \gset
SELECT coalesce(string_agg(format($each$
\connect %s \\ :session
\set owner %s \\ \set user %s \\ :find
$each$, database, owner, "user"), '' ORDER BY place), '') AS each
  FROM :databases WHERE database IN (SELECT datname FROM pg_catalog.pg_database) \gset
:each
\connect postgres
:session
\if :is_impossible
SELECT concat(:'server', ': this cannot be:', :'reason', E'\nNothing was changed.') AS reason \gset
:stop
\endif
SELECT :'found' <> '' AS is_found \gset
\if :is_found
\if :take_over
SELECT concat(:'server', ': taken over, with these changes:') AS heading \gset
\echo :heading :found
\else
SELECT concat(:'server', ': there is something that ', :'name', ' did not make (it lacks the comment "', :'mark', '"). Taken over, it changes so:',
  :'found', E'\nNothing was changed. Rename yours or these, or, if all of this is meant, run:\n  ', :'take_over_command') AS reason \gset
:stop
\endif
\endif

-- Keeps the statements that hold a password out of the server's log.
SET log_statement TO 'none';
SET log_min_duration_statement TO -1;
SET log_min_error_statement TO 'panic';
SET password_encryption TO 'scram-sha-256';

-- Roles: they log in, and no more.
SELECT string_agg(format($each$
ALTER ROLE %1$I WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity' PASSWORD :'%2$s';
COMMENT ON ROLE %1$I IS :'mark';
$each$, role, variable), '' ORDER BY place) AS each
  FROM :roles \gset
BEGIN;
SELECT format('CREATE ROLE %I', role) FROM :roles WHERE role NOT IN (SELECT rolname FROM pg_catalog.pg_roles) ORDER BY place \gexec
:each
SELECT format('REVOKE %I FROM %I', pg_catalog.pg_get_userbyid(roleid), pg_catalog.pg_get_userbyid(member))
    || coalesce((SELECT format(' GRANTED BY %I', rolname) FROM pg_catalog.pg_roles WHERE oid = grantor), '')
  FROM pg_catalog.pg_auth_members WHERE pg_catalog.pg_get_userbyid(member) IN (SELECT role FROM :roles) \gexec
COMMIT;
SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', database, owner),
    format('COMMENT ON DATABASE %I IS %L', database, :'mark')
  FROM :databases WHERE database NOT IN (SELECT datname FROM pg_catalog.pg_database) ORDER BY place \gexec

-- Inside each database: all of it is its owner's; its user has the data, also of what later migrations create.
SELECT $hand_over$
BEGIN;
ALTER DATABASE :"database" OWNER TO :"owner";
COMMENT ON DATABASE :"database" IS :'mark';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC, :"user";
GRANT CONNECT ON DATABASE :"database" TO :"user";
SELECT format('ALTER %s %s OWNER TO %I',
    CASE WHEN type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE' WHEN type = 'statistics object' THEN 'STATISTICS' ELSE upper(type) END,
    identity, :'owner')
  FROM (:objects) AS object WHERE owner IN (:givers) ORDER BY type, identity \gexec \\
-- What later migrations create, the owner creates; so what the user got of the superuser's is of no use any more.
SELECT DISTINCT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s REVOKE ALL ON %s FROM %I', pg_catalog.pg_get_userbyid(defaclrole),
    CASE WHEN nspname IS NOT NULL THEN format('IN SCHEMA %I', nspname) END,
    CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END,
    :'user') AS statement
  FROM pg_catalog.pg_default_acl LEFT JOIN pg_catalog.pg_namespace ON pg_namespace.oid = defaclnamespace,
    LATERAL pg_catalog.aclexplode(defaclacl) AS privilege
  WHERE pg_catalog.pg_get_userbyid(privilege.grantee) = :'user' AND defaclrole IN (:givers) ORDER BY statement \gexec \\
SELECT format('REVOKE ALL ON %s %I.%I FROM %I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, nspname, relname, :'user'),
    format('GRANT %s %I.%I TO %I',
      CASE relkind WHEN 'S' THEN 'USAGE, SELECT ON SEQUENCE' ELSE 'SELECT, INSERT, UPDATE, DELETE ON TABLE' END, nspname, relname, :'user')
  FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
  WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_catalog.pg_get_userbyid(relowner) = :'owner'
  ORDER BY relname \gexec \\
SELECT format('DO %L', format('BEGIN RAISE WARNING ''%%'', %L; END',
    format('%s %s of database %s stays with %s', type, identity, current_database(), pg_catalog.pg_get_userbyid(owner))))
  FROM (:objects) AS object WHERE pg_catalog.pg_get_userbyid(owner) <> :'owner' ORDER BY type, identity \gexec \\
REVOKE ALL ON SCHEMA public FROM PUBLIC, :"user";
GRANT USAGE ON SCHEMA public TO :"user";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"user";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"user";
COMMIT;
$hand_over$ AS hand_over \gset
SELECT string_agg(format($each$
\connect %1$s \\ :session
\set database %1$s \\ \set owner %2$s \\ \set user %3$s \\ :hand_over
$each$, database, owner, "user"), '' ORDER BY place) AS each
  FROM :databases \gset
:each
