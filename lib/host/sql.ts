import { accessName, type HostAccess, type HostDatabase, type PostgresServer } from './model';
import { shellLine, shellWord, sqlName, sqlString } from './quote';

/**
 * The comment on every role and database that we made, or that was given to us. PostgreSQL keeps it with the role or
 * database, for all databases of the server; what lacks it belongs to somebody else.
 */
export function markOf(access: HostAccess): string {
  return `managed by ${accessName(access)}`;
}

/** The psql variable that holds a role's password: letters, digits and underscores only. */
export function passwordVariable(server: PostgresServer, role: string): string {
  return `${server.name.replaceAll('-', '_')}_${role}_password`;
}

/** The roles that log in to a server: each database's owner and user, each once. */
export function rolesOf(server: PostgresServer): readonly string[] {
  return [...new Set(server.databases.flatMap((database) => [database.owner, database.user]))];
}

/** The name of the SQL file that makes a server's databases and roles. */
export function sqlFileName(server: PostgresServer): string {
  return `${server.name}.sql`;
}

/** The name of the SQL file that takes the roles away again. */
export function removeSqlFileName(server: PostgresServer): string {
  return `${server.name}.remove.sql`;
}

function psqlCommand(server: PostgresServer, files: readonly string[], options: readonly string[]): string {
  const psql = shellLine(['psql', '-X', '-q', ...options, '-p', String(server.port), '-d', 'postgres']);
  return `cat ${shellLine(files)} | sudo -u ${shellWord(server.superuser)} ${psql}`;
}

/** The command that makes a server's databases and roles, for a shell in the project's folder. */
export function sqlCommand(access: HostAccess, server: PostgresServer): string {
  return psqlCommand(server, [access.passwordsFile, `${access.folder}/${sqlFileName(server)}`], []);
}

/** The same, also for roles and databases that somebody else made: it changes them, and prints how. */
export function takeOverCommand(access: HostAccess, server: PostgresServer): string {
  return psqlCommand(
    server,
    [access.passwordsFile, `${access.folder}/${sqlFileName(server)}`],
    ['-v', 'take_over=yes'],
  );
}

/** The command that takes the roles away again, and leaves databases and data. */
export function removeSqlCommand(access: HostAccess, server: PostgresServer): string {
  return psqlCommand(server, [`${access.folder}/${removeSqlFileName(server)}`], []);
}

/** Catalogs of what has an owner and is in a database, with each one's column of the owner. */
const OWNED: readonly (readonly [catalog: string, owner: string, condition?: string])[] = [
  // Indexes, TOAST tables and rows of composite types go with what they belong to.
  ['pg_class', 'relowner', "relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"],
  ['pg_type', 'typowner'],
  ['pg_proc', 'proowner'],
  ['pg_namespace', 'nspowner'],
  ['pg_operator', 'oprowner'],
  ['pg_opclass', 'opcowner'],
  ['pg_opfamily', 'opfowner'],
  ['pg_collation', 'collowner'],
  ['pg_conversion', 'conowner'],
  ['pg_ts_config', 'cfgowner'],
  ['pg_ts_dict', 'dictowner'],
  ['pg_statistic_ext', 'stxowner'],
];

/** The first OID of what people made: below it is what initdb made (PostgreSQL's access/transam.h, FirstNormalObjectId). */
const FIRST_NORMAL_OBJECT = 16384;
/** The OID of the superuser whom initdb made, whatever its name (catalog/pg_authid.dat). */
const BOOTSTRAP_SUPERUSER = 10;

/**
 * A query of what people made in the current database and what can be given to another owner by itself: `owner`, `type`
 * and `identity`, as pg_identify_object names them. Left out is what belongs to an extension (a dependency of type `e`),
 * what goes with something else (`i`; for sequences of serial columns `a`: pg_depend), and temporary objects. Large
 * objects and what only superusers make (event triggers, publications, foreign servers) stay with their owners.
 */
export const OBJECTS = `SELECT object.owner, identity.type, identity.identity
  FROM (
${OWNED.map(
  ([catalog, owner, condition]) =>
    `    SELECT '${catalog}'::pg_catalog.regclass::oid AS classid, oid AS objid, ${owner} AS owner FROM pg_catalog.${catalog}${condition === undefined ? '' : ` WHERE ${condition}`}`,
).join('\n    UNION ALL\n')}
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= ${FIRST_NORMAL_OBJECT} OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= ${FIRST_NORMAL_OBJECT} OR object.owner = ${BOOTSTRAP_SUPERUSER})
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))`;

/** The words of ALTER ... OWNER for an object's type, as pg_identify_object says it. */
const ALTER_TYPE = `CASE
        WHEN item.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE'
        WHEN item.type = 'statistics object' THEN 'STATISTICS'
        ELSE upper(item.type) END`;

function list(names: readonly string[]): string {
  return names.map(sqlString).join(', ');
}

/** The roles whose objects in a database are given to its owner: superusers who migrated it, and roles of ours. */
export function givers(access: HostAccess, server: PostgresServer, database: HostDatabase): string {
  return `SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = ${BOOTSTRAP_SUPERUSER} OR rolname IN (${list([server.superuser, database.user])})
        OR pg_catalog.shobj_description(oid, 'pg_authid') = ${sqlString(markOf(access))})
        AND rolname <> ${sqlString(database.owner)}`;
}

const HEAD = '-- Generated from the environment; do not edit.';

/** What every session begins with: nobody's objects stand in for PostgreSQL's own, and a lock is not waited for without end. */
const SESSION = `SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';`;

/** Stops with the text that is in a psql variable, which psql would not put into a DO block. */
function stop(variable: string): string {
  return `SELECT pg_catalog.set_config('host_access.text', :'${variable}', false) AS "${variable}" \\gset
DO $do$ BEGIN RAISE EXCEPTION '%', pg_catalog.current_setting('host_access.text'); END $do$;`;
}

/** The SQL that makes a server's databases and roles, or hands those over that are there. */
export function applySql(access: HostAccess, server: PostgresServer): string {
  const mark = sqlString(markOf(access));
  const roles = rolesOf(server);
  const required = roles.map(
    (role) => `\\if :{?${passwordVariable(server, role)}}
\\else
DO 'BEGIN RAISE EXCEPTION ''${passwordVariable(server, role)} is not set: read the file with the passwords first''; END';
\\endif`,
  );
  const found = server.databases.map((database, index) => foundSql(access, server, database, index));
  const makeRoles = roles.map(
    (role) => `SELECT ${sqlString(`CREATE ROLE ${sqlName(role)}`)}
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${sqlString(role)}) \\gexec
ALTER ROLE ${sqlName(role)} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'${passwordVariable(server, role)}';
COMMENT ON ROLE ${sqlName(role)} IS ${mark};`,
  );
  const makeDatabases = server.databases.map(
    (
      database,
    ) => `SELECT ${sqlString(`CREATE DATABASE ${sqlName(database.name)} OWNER ${sqlName(database.owner)} ENCODING 'UTF8' TEMPLATE template0`)},
    ${sqlString(`COMMENT ON DATABASE ${sqlName(database.name)} IS ${mark}`)}
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${sqlString(database.name)}) \\gexec`,
  );
  const handOver = server.databases.map((database) => handOverSql(access, server, database));
  return `${HEAD}
--
-- Makes the databases on ${server.name} and their roles, for psql as the superuser ${server.superuser}, whose own password is no
-- matter of it. Each database has an owner, who migrates it, and a user, who changes data and no structure.
--
-- What it made it marks by a comment. What is there without the mark is somebody else's: then it changes nothing, and
-- says what it would change; with -v take_over=yes it goes on. Databases whose tables belong to the superuser are handed
-- over to their owners, each in one transaction, and no row is touched.
--
-- Running it again changes nothing but the passwords, which it sets to the ones given. It contains none: they are psql
-- variables, read from the git-ignored file of passwords, which goes first into the same psql.
\\set ON_ERROR_STOP on
\\set SHOW_CONTEXT never
\\if :{?take_over}
\\else
\\set take_over no
\\endif

${required.join('\n')}

-- What is there and lacks the mark. Until all of it is known nothing is changed.
${SESSION}
SELECT coalesce(string_agg(format(E'\\n  %I is the superuser: rename the role in the environment', rolname), '' ORDER BY rolname), '') AS impossible
  FROM pg_catalog.pg_roles WHERE rolname IN (${list(roles)}) AND (oid = ${BOOTSTRAP_SUPERUSER} OR rolname = current_user) \\gset
SELECT coalesce(string_agg(format(E'\\n  role %I: gets the password of the secrets', rolname) || concat(
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
    ), '' ORDER BY rolname), '') AS found_roles
  FROM pg_catalog.pg_roles AS role
  WHERE rolname IN (${list(roles)})
    AND pg_catalog.shobj_description(role.oid, 'pg_authid') IS DISTINCT FROM ${mark} \\gset
${found.join('\n')}
SELECT concat(:'found_roles', ${server.databases.map((_, index) => `:'found_${index}'`).join(', ')}) AS found,
  concat(:'found_roles', ${server.databases.map((_, index) => `:'found_${index}'`).join(', ')}) <> '' AS is_found,
  :'impossible' <> '' AS is_impossible \\gset
\\if :is_impossible
SELECT concat('${server.name}: this cannot be:', :'impossible', E'\\nNothing was changed.') AS impossible \\gset
${stop('impossible')}
\\endif
\\if :is_found
\\if :take_over
\\echo '${server.name}: taken over, with these changes:' :found
\\else
SELECT concat('${server.name}: there is something that ', ${sqlString(accessName(access))}, ' did not make (it lacks the comment "', ${mark}, '"). Taken over, it changes so:',
  :'found', E'\\nNothing was changed. Rename yours or these, or, if all of this is meant, run:\\n  ', ${sqlString(takeOverCommand(access, server))}) AS refusal \\gset
${stop('refusal')}
\\endif
\\endif

-- Keeps the statements that hold a password out of the server's log.
SET log_statement TO 'none';
SET log_min_duration_statement TO -1;
SET log_min_error_statement TO 'panic';
SET password_encryption TO 'scram-sha-256';

-- Roles: they log in, and no more.
BEGIN;
${makeRoles.join('\n')}
SELECT format('REVOKE %I FROM %I', pg_catalog.pg_get_userbyid(roleid), pg_catalog.pg_get_userbyid(member))
    || coalesce((SELECT format(' GRANTED BY %I', rolname) FROM pg_catalog.pg_roles WHERE oid = grantor), '')
  FROM pg_catalog.pg_auth_members WHERE pg_catalog.pg_get_userbyid(member) IN (${list(roles)}) \\gexec
COMMIT;
${makeDatabases.join('\n')}

-- Inside each database: all of it is its owner's; its user has the data, also of what later migrations create.
${handOver.join('\n\n')}
`;
}

/** Puts into the variable `found_INDEX` what taking a database over would change; nothing where it is ours or not there. */
function foundSql(access: HostAccess, server: PostgresServer, database: HostDatabase, index: number): string {
  const name = sqlString(database.name);
  const owner = sqlString(database.owner);
  const from = givers(access, server, database);
  return `\\set found_${index} ''
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${name}) AS is_there \\gset
\\if :is_there
\\connect ${sqlName(database.name)}
${SESSION}
SELECT coalesce((
  SELECT format(E'\\n  database %I: owner %s', datname, pg_catalog.pg_get_userbyid(datdba)) || concat(
      CASE WHEN pg_catalog.pg_get_userbyid(datdba) <> ${owner} THEN ' -> ' || ${owner} END,
      CASE WHEN datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0) THEN ', PUBLIC may no longer connect' END,
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(database.oid, 'pg_database')),
      (SELECT string_agg(E'\\n    ' || counts, '' ORDER BY owner) FROM (
        SELECT owner, format('of %s, %s: %s', pg_catalog.pg_get_userbyid(owner),
            CASE WHEN owner IN (${from}) THEN 'to ' || ${owner} ELSE 'left' END,
            string_agg(format('%s %s', number, type), ', ' ORDER BY type)) AS counts
          FROM (SELECT owner, type, count(*) AS number FROM (${OBJECTS}) AS object
            WHERE pg_catalog.pg_get_userbyid(owner) <> ${owner} GROUP BY owner, type) AS counted
          GROUP BY owner) AS owners))
  FROM pg_catalog.pg_database AS database
  WHERE datname = ${name} AND (pg_catalog.shobj_description(database.oid, 'pg_database') IS DISTINCT FROM ${sqlString(markOf(access))}
    OR (pg_catalog.pg_get_userbyid(datdba) <> ${owner} AND datdba NOT IN (${from})))
  ), '') AS found_${index} \\gset
\\connect postgres
${SESSION}
\\endif`;
}

function handOverSql(access: HostAccess, server: PostgresServer, database: HostDatabase): string {
  const name = sqlName(database.name);
  const owner = sqlName(database.owner);
  const user = sqlName(database.user);
  const from = givers(access, server, database);
  return `\\connect ${name}
${SESSION}
BEGIN;
ALTER DATABASE ${name} OWNER TO ${owner};
COMMENT ON DATABASE ${name} IS ${sqlString(markOf(access))};
REVOKE ALL ON DATABASE ${name} FROM PUBLIC, ${user};
GRANT CONNECT ON DATABASE ${name} TO ${user};
DO $do$
DECLARE
  item record;
BEGIN
  FOR item IN SELECT * FROM (${OBJECTS}) AS owned WHERE owner IN (${from}) ORDER BY type, identity LOOP
    EXECUTE format('ALTER %s %s OWNER TO %I', ${ALTER_TYPE}, item.identity, ${sqlString(database.owner)});
  END LOOP;
  -- What later migrations create, the owner creates; so what the user got of the superuser's is of no use any more.
  FOR item IN
    SELECT DISTINCT pg_catalog.pg_get_userbyid(defaclrole) AS role, nspname AS schema, defaclobjtype AS type
    FROM pg_catalog.pg_default_acl LEFT JOIN pg_catalog.pg_namespace ON pg_namespace.oid = defaclnamespace,
      LATERAL pg_catalog.aclexplode(defaclacl) AS privilege
    WHERE pg_catalog.pg_get_userbyid(privilege.grantee) = ${sqlString(database.user)} AND defaclrole IN (${from}) ORDER BY 1, 2, 3
  LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s REVOKE ALL ON %s FROM %I', item.role,
      coalesce(format('IN SCHEMA %I', item.schema), ''),
      CASE item.type WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END,
      ${sqlString(database.user)});
  END LOOP;
  FOR item IN
    SELECT format('%I.%I', nspname, relname) AS name, relkind = 'S' AS is_sequence
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_catalog.pg_get_userbyid(relowner) = ${sqlString(database.owner)}
    ORDER BY 1
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM %I', CASE WHEN item.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END, item.name, ${sqlString(database.user)});
    EXECUTE format('GRANT %s %s TO %I',
      CASE WHEN item.is_sequence THEN 'USAGE, SELECT ON SEQUENCE' ELSE 'SELECT, INSERT, UPDATE, DELETE ON TABLE' END, item.name, ${sqlString(database.user)});
  END LOOP;
  FOR item IN SELECT * FROM (${OBJECTS}) AS owned
    WHERE pg_catalog.pg_get_userbyid(owner) <> ${sqlString(database.owner)} ORDER BY type, identity
  LOOP
    RAISE WARNING '% % of database ${database.name} stays with %', item.type, item.identity, pg_catalog.pg_get_userbyid(item.owner);
  END LOOP;
END
$do$;
REVOKE ALL ON SCHEMA public FROM PUBLIC, ${user};
GRANT USAGE ON SCHEMA public TO ${user};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${user};
ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${user};
COMMIT;`;
}

/** The SQL that takes a server's roles away, and leaves its databases, which are the superuser's then. */
export function removeSql(access: HostAccess, server: PostgresServer): string {
  const mark = sqlString(markOf(access));
  const ours = `SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN (${list(rolesOf(server))}) AND pg_catalog.shobj_description(oid, 'pg_authid') = ${mark}`;
  const databases = `SELECT oid FROM pg_catalog.pg_database WHERE datname IN (${list(server.databases.map((database) => database.name))})
      AND pg_catalog.shobj_description(oid, 'pg_database') = ${mark}`;
  const connected = `SELECT string_agg(format(E'\\n  %s is connected to %s (process %s): stop what uses it', usename, datname, pid), '' ORDER BY pid)
    FROM pg_catalog.pg_stat_activity WHERE usesysid IN (SELECT oid FROM (${ours}) AS ours)`;
  const free = server.databases.map(
    (
      database,
    ) => `SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${sqlString(database.name)} AND oid IN (${databases})) AS is_ours \\gset
\\if :is_ours
\\connect ${sqlName(database.name)}
${SESSION}
BEGIN;
DO $do$
DECLARE
  role record;
BEGIN
  FOR role IN ${ours} ORDER BY rolname LOOP
    EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER', role.rolname);
    -- DROP OWNED would drop what is left. Nothing is: it only takes privileges back. User mappings and default
    -- privileges are not data.
    IF EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
        AND refobjid = role.oid AND deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
        AND classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)) THEN
      RAISE EXCEPTION '% still owns something in database ${database.name}, which was left as it is', role.rolname;
    END IF;
    EXECUTE format('DROP OWNED BY %I', role.rolname);
  END LOOP;
END
$do$;
COMMIT;
\\connect postgres
${SESSION}
\\endif`,
  );
  return `${HEAD}
--
-- Takes away the roles that ${sqlFileName(server)} made on ${server.name}, for psql as the superuser ${server.superuser}, whose the databases are
-- then. Databases, tables and rows stay, and so does the mark of the databases: ${sqlFileName(server)} can be run again.
-- What lacks the mark is left alone.
\\set ON_ERROR_STOP on
\\set SHOW_CONTEXT never
${SESSION}

-- Until it is known that nothing stands against it nothing is changed.
SELECT concat((${connected}),
  (SELECT string_agg(DISTINCT format(E'\\n  %s has something in database %I, which is not ours: give it to another role', rolname, datname), '')
    FROM pg_catalog.pg_shdepend JOIN (${ours}) AS ours ON refobjid = ours.oid
      JOIN pg_catalog.pg_database AS database ON database.oid = dbid OR (classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND database.oid = objid)
    WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND database.oid NOT IN (${databases})),
  (SELECT string_agg(format(E'\\n  %s owns the tablespace %I: give it to another role', rolname, spcname), '')
    FROM pg_catalog.pg_tablespace JOIN (${ours}) AS ours ON spcowner = ours.oid)) AS obstacles \\gset
SELECT :'obstacles' <> '' AS is_obstructed \\gset
\\if :is_obstructed
SELECT concat('${server.name}: not now:', :'obstacles', E'\\nNothing was changed.') AS obstacles \\gset
${stop('obstacles')}
\\endif
SELECT format('ALTER ROLE %I NOLOGIN', rolname) FROM (${ours}) AS ours ORDER BY rolname \\gexec
-- Who came in meanwhile.
SELECT concat((${connected})) AS obstacles \\gset
SELECT :'obstacles' <> '' AS is_obstructed \\gset
\\if :is_obstructed
SELECT concat('${server.name}: the roles may no longer log in, but:', :'obstacles', E'\\nThen run this again.') AS obstacles \\gset
${stop('obstacles')}
\\endif

${free.join('\n')}

SELECT format('DROP ROLE %I', rolname) FROM (${ours}) AS ours ORDER BY rolname \\gexec
`;
}
