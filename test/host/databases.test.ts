import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { psqlPasswords, sqlFileName } from '../../lib/host/servers';
import { removeSqlFileName } from '../../lib/host/sql';
import { access, postgres } from '../k3d/example';
import { Lab, must, requireHost, type Outcome } from './lab';

const passwordOf = (_: unknown, role: string): string => `password of ${role}`;
const PASSWORDS = psqlPasswords(access, passwordOf);
const OLD_PASSWORDS = ['postgres', 'carts_user', 'orders_user']
  .map((role) => `\\set postgres_external_${role}_password 'old password of ${role}'\n`)
  .join('');

let lab: Lab;
const file = (name: string): string => readFileSync(join(lab.files, name), 'utf8');
const apply = (): Outcome => lab.sql(PASSWORDS + file(sqlFileName(postgres)));
const takeOver = (): Outcome => lab.sql(`\\set take_over yes\n${PASSWORDS}${file(sqlFileName(postgres))}`);
const remove = (): Outcome => lab.sql(file(removeSqlFileName(postgres)));
/** Everything on the server, with the hashes of passwords. */
const everything = (): string =>
  must('runuser', ['-u', 'postgres', '--', 'pg_dumpall', '-h', lab.folder])
    // Newer versions write a random key on these lines.
    .replaceAll(/^\\(un)?restrict .*$/gm, '');
/** The same, without what setting the same password again changes. */
const withoutPasswords = (): string => everything().replaceAll(/ PASSWORD '[^']*'/g, '');
/** Asks as the superuser, whatever came before. */
const ask = (database: string, statement: string): string => {
  const { code, stdout, stderr } = lab.sql(`\\connect ${database}\n${statement}`);
  expect([stderr, code]).toEqual(['', 0]);
  return stdout.trim();
};
/** Asks as a role, by the password of the secrets, over TCP. */
const as = (role: string, database: string, statement: string, password = passwordOf(undefined, role)): string => {
  const { stdout, stderr } = lab.run(
    'host',
    'psql',
    ['-XAtq', '-h', '127.0.0.1', '-U', role, '-d', database, '-c', statement],
    { env: { PGPASSWORD: password } },
  );
  return (stdout + stderr).trim();
};

beforeAll(() => {
  requireHost();
});
beforeEach(() => {
  lab = new Lab(access, ['node', 'host']);
  lab.initPostgres();
  lab.startPostgres();
});
afterEach(() => {
  lab.close();
});

/** The kinds of objects that a migration can make. */
const MIGRATED = `
CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), success boolean NOT NULL);
INSERT INTO flyway_schema_history VALUES (1, '1', true), (2, '2', true);
CREATE TYPE mood AS ENUM ('calm', 'loud');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE TABLE account (id bigserial PRIMARY KEY, number int GENERATED ALWAYS AS IDENTITY, name text, mood mood, seats positive);
INSERT INTO account (name, mood, seats) SELECT 'name ' || i, 'calm', i FROM generate_series(1, 1000) AS i;
CREATE INDEX ON account (name);
CREATE STATISTICS account_statistics (dependencies) ON id, name FROM account;
CREATE SEQUENCE alone;
CREATE VIEW names AS SELECT name FROM account;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM account;
CREATE FUNCTION twice(n int, OUT result int) LANGUAGE sql AS 'SELECT 2 * n';
CREATE PROCEDURE nothing(n int) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE rows(*) (sfunc = int8inc, stype = int8, initcond = '0');
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION touched();
CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
CREATE COLLATION mine FROM "C";
CREATE TEXT SEARCH CONFIGURATION words (COPY = pg_catalog.english);
CREATE SCHEMA "Odd ""Schema";
CREATE TABLE "Odd ""Schema"."T x" (id int) PARTITION BY RANGE (id);
CREATE TABLE "Odd ""Schema".part PARTITION OF "Odd ""Schema"."T x" FOR VALUES FROM (0) TO (10);
INSERT INTO "Odd ""Schema"."T x" VALUES (7);
CREATE EXTENSION hstore;
CREATE TABLE tagged (tags hstore);
INSERT INTO tagged VALUES ('a=>1');
CREATE ROLE reporting NOLOGIN;
CREATE TABLE report (id int);
INSERT INTO report VALUES (1);
ALTER TABLE report OWNER TO reporting;
`;

/** An installation as it was before databases had owners, with data. */
function installBefore(): void {
  expect(lab.sql(OLD_PASSWORDS + readFileSync(join(__dirname, 'superuser-owned.sql'), 'utf8')).stderr).toBe('');
  ask('shop_carts', MIGRATED);
  // As in a cluster that was made before PostgreSQL 15: there the schema is the superuser's.
  ask(
    'shop_orders',
    `ALTER SCHEMA public OWNER TO postgres; CREATE TABLE orders (id int); INSERT INTO orders VALUES (1), (2);
     ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO orders_user;
     ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON TYPES TO orders_user`,
  );
}

const ROWS = `SELECT (SELECT md5(string_agg(account::text, ',' ORDER BY id)) FROM account), (SELECT count(*) FROM flyway_schema_history),
  (SELECT sum(id) FROM "Odd ""Schema"."T x"), (SELECT count(*) FROM report), (SELECT tags -> 'a' FROM tagged), (SELECT last_value FROM account_id_seq)`;

test('a fresh server: owners migrate, users have the data, and each has one database', () => {
  expect(apply()).toEqual({ code: 0, stdout: '', stderr: '' });

  expect(as('carts_owner', 'shop_carts', 'CREATE TABLE account (id bigserial PRIMARY KEY, name text)')).toBe('');
  expect(as('carts_user', 'shop_carts', "INSERT INTO account (name) VALUES ('a') RETURNING id")).toBe('1');
  expect(as('carts_user', 'shop_carts', 'TRUNCATE account')).toContain('permission denied');
  expect(as('carts_user', 'shop_carts', 'ALTER TABLE account ADD x int')).toContain('must be owner');
  expect(as('carts_user', 'shop_carts', 'CREATE TABLE mine (id int)')).toContain('permission denied for schema public');
  for (const role of ['orders_owner', 'orders_user']) {
    expect(as(role, 'shop_carts', 'SELECT 1')).toContain('permission denied for database');
  }
  for (const role of ['carts_owner', 'carts_user']) {
    expect(as(role, 'shop_carts', 'CREATE ROLE other')).toContain('permission denied');
    expect(as(role, 'shop_carts', 'CREATE DATABASE other')).toContain('permission denied');
    expect(as(role, 'shop_carts', 'SELECT rolpassword FROM pg_authid')).toContain('permission denied');
  }
});

test('roles and databases of others are refused, all named, and nothing is changed', () => {
  ask(
    'postgres',
    `CREATE ROLE reports; CREATE ROLE carts_user CREATEDB CREATEROLE LOGIN PASSWORD 'theirs' VALID UNTIL '2030-01-01' IN ROLE reports;
     CREATE ROLE orders_owner SUPERUSER NOLOGIN; COMMENT ON ROLE orders_owner IS 'their own';
     CREATE DATABASE shop_orders; COMMENT ON DATABASE shop_orders IS 'their orders';`,
  );
  ask('shop_orders', 'CREATE TABLE theirs (id int); CREATE TABLE more (id int)');
  const before = everything();

  const { code, stdout, stderr } = apply();

  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain(
    `  role carts_user: gets the password of the secrets, loses CREATEDB, loses CREATEROLE, never expires, leaves the role reports
  role orders_owner: gets the password of the secrets, may log in, loses SUPERUSER, loses its comment 'their own'
  database shop_orders: owner postgres -> orders_owner, PUBLIC may no longer connect, loses its comment 'their orders'
    of postgres, to orders_owner: 2 table
Nothing was changed.`,
  );
  expect(stderr).toContain('sudo -u postgres psql -X -q -v take_over=yes -p 5432 -d postgres');
  expect(everything()).toBe(before);

  // Only a yes takes over, and it says the same.
  expect(lab.sql(`\\set take_over no\n${PASSWORDS}${file(sqlFileName(postgres))}`).code).toBe(3);
  expect(everything()).toBe(before);
  const taken = takeOver();
  expect(taken).toMatchObject({ code: 0, stderr: '' });
  expect(taken.stdout).toContain('loses CREATEDB, loses CREATEROLE');
  expect(
    ask(
      'postgres',
      "SELECT rolname FROM pg_roles WHERE rolname ~ 'carts|orders' AND (rolsuper OR rolcreatedb OR rolcreaterole)",
    ),
  ).toBe('');
  expect(ask('postgres', "SELECT count(*) FROM pg_auth_members WHERE member = 'carts_user'::regrole")).toBe('0');
  expect(as('carts_user', 'shop_carts', 'SELECT 1')).toBe('1');
});

const SQL = [sqlFileName(postgres), removeSqlFileName(postgres)];
const AUTH = "\\set databases :databases 'shop_carts carts_owner carts_user\\n'\n";
const WRONG: readonly [string, (sql: string) => string, string?][] = [
  ['missing', (sql) => sql.slice(sql.indexOf('\n\n'))],
  ['cut off', (sql) => sql.replace('\\set host_access_values 1\n', '')],
  ['without a line', (sql) => sql.replace(/^.set superuser .*\n/m, '')],
  ['of another version', (sql) => sql.replace('host_access_values 1', 'host_access_values 2'), 'the version'],
  ['without databases', (sql) => sql.replace(/^(.set databases) :.*\n/gm, ''), 'databases: not lines'],
  ...[
    ...[
      'shop_carts carts_owner',
      'shop_carts  carts_owner carts_user',
      'Shop carts_owner carts_user',
      'shop_carts carts_owner carts_user x',
    ],
    ...[
      'shop_carts carts_owner carts_user;DROP',
      `shop_carts carts_owner "carts_user"`,
      'shop_carts carts_owner a\\\\!id',
      ':x carts_owner carts_user',
    ],
    ...[
      "shop_carts carts_owner \\'",
      'shop_carts carts_owner carts_user\\n',
      `shop_carts carts_owner ${'a'.repeat(64)}`,
      '$x$ a b',
    ],
  ].map((line): [string, (sql: string) => string, string] => [
    `with the databases "${line}"`,
    (sql) => sql.replace(AUTH, () => `\\set databases :databases '${line}\\n'\n`),
    'databases: not lines',
  ]),
  [
    'with another server',
    (sql) => sql.replace("\\set server '", "\\set server 'x\\'); DROP DATABASE postgres; --"),
    'server: not',
  ],
  ['with another name', (sql) => sql.replace("\\set name '", "\\set name 'x\\'; --"), 'name: not'],
  ['with another superuser', (sql) => sql.replace("\\set superuser '", "\\set superuser 'x\\'; --"), 'superuser: not'],
];

test('values that are missing, not whole, or of another form are refused, and nothing is changed', () => {
  expect(apply().code).toBe(0);
  const before = everything();

  for (const [wrong, change, message = 'are missing, or not whole'] of WRONG) {
    for (const name of SQL) {
      const changed = change(file(name));
      expect([wrong, changed]).not.toEqual([wrong, file(name)]);
      const { code, stdout, stderr } = lab.sql(PASSWORDS + changed);

      expect([wrong, code, stdout]).toEqual([wrong, 3, '']);
      expect(stderr).toContain(message);
      expect(stderr).toMatch(/^ERROR: .* [Ss]ynthesize again. Nothing was changed.$/m);
    }
  }
  expect(everything()).toBe(before);
});

test('whom psql runs as is never one of the roles, whatever is asked for', () => {
  ask('postgres', 'CREATE ROLE carts_owner SUPERUSER LOGIN');
  const before = everything();

  const { code, stderr } = lab.sql(
    `\\set take_over yes\nSET SESSION AUTHORIZATION carts_owner;\n${PASSWORDS}${file(sqlFileName(postgres))}`,
  );

  expect(code).toBe(3);
  expect(stderr).toContain('carts_owner is the superuser: rename the role in the environment');
  expect(everything()).toBe(before);
});

test('an installation of the superuser is handed over without losing a row, and Flyway goes on as the owner', () => {
  installBefore();
  const rows = ask('shop_carts', ROWS);
  const superuser = ask('postgres', "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'");
  const before = everything();
  expect(apply()).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('database shop_carts: owner postgres') as unknown,
  });
  expect(everything()).toBe(before);

  const taken = takeOver();

  expect(taken.code).toBe(0);
  expect(taken.stderr).toMatch(/^WARNING: {2}table public\.report of database shop_carts stays with reporting\n$/m);
  expect(ask('shop_carts', ROWS)).toBe(rows);
  expect(ask('postgres', "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'")).toBe(superuser);
  // What still is the superuser's belongs to the extension, or to no schema of the service.
  const left = (database: string): string =>
    ask(
      database,
      `SELECT string_agg(identity, ', ') FROM (
         SELECT (pg_identify_object(classid, objid, 0)).* FROM (
           SELECT 'pg_class'::regclass AS classid, oid AS objid, relowner AS owner FROM pg_class
           UNION ALL SELECT 'pg_type'::regclass, oid, typowner FROM pg_type
           UNION ALL SELECT 'pg_proc'::regclass, oid, proowner FROM pg_proc
           UNION ALL SELECT 'pg_namespace'::regclass, oid, nspowner FROM pg_namespace
           UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner FROM pg_operator
           UNION ALL SELECT 'pg_collation'::regclass, oid, collowner FROM pg_collation
           UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgowner FROM pg_ts_config
           UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxowner FROM pg_statistic_ext) AS object
         WHERE objid >= 16384 AND owner = 'postgres'::regrole AND NOT EXISTS (SELECT FROM pg_depend
           WHERE pg_depend.classid = object.classid AND pg_depend.objid = object.objid AND deptype = 'e')) AS object
       WHERE coalesce(schema, name) !~ '^pg_' AND identity !~ 'hstore|span'`,
    );
  expect(left('shop_carts')).toBe('');
  expect(ask('shop_orders', "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'public'")).toBe(
    'orders_owner',
  );
  expect(ask('shop_carts', "SELECT extowner::regrole FROM pg_extension WHERE extname = 'hstore'")).toBe('postgres');
  for (const database of ['shop_carts', 'shop_orders']) {
    expect(ask(database, "SELECT count(*) FROM pg_default_acl WHERE defaclrole = 'postgres'::regrole")).toBe('0');
  }

  // A second run changes nothing; without the flag, since all of it is ours now.
  const handedOver = withoutPasswords();
  expect(apply().code).toBe(0);
  expect(withoutPasswords()).toBe(handedOver);

  // The next migration, and the service.
  const owner = (statement: string): string => as('carts_owner', 'shop_carts', statement);
  expect(
    owner(`BEGIN; ALTER TABLE account ADD COLUMN mail text; ALTER TYPE mood RENAME VALUE 'loud' TO 'noisy';
      CREATE OR REPLACE FUNCTION twice(n int, OUT result int) LANGUAGE sql AS 'SELECT n + n';
      CREATE TABLE ticket (id serial PRIMARY KEY, account bigint REFERENCES account); REFRESH MATERIALIZED VIEW counted;
      ALTER TABLE "Odd ""Schema"."T x" ADD y int; INSERT INTO flyway_schema_history VALUES (3, '3', true); COMMIT`),
  ).toBe('');
  const user = (statement: string): string => as('carts_user', 'shop_carts', statement);
  expect(user("INSERT INTO account (name, mood, seats) VALUES ('new', 'noisy', 1) RETURNING id")).toBe('1001');
  expect(user('INSERT INTO ticket (account) VALUES (1001) RETURNING id')).toBe('1');
  expect(user('SELECT count(*) FROM names')).toBe('1001');
  expect(user('DROP TABLE account')).toContain('must be owner');
});

test('a lock that is not had leaves the database as it was', () => {
  installBefore();
  const before = ask('shop_carts', 'SELECT relowner::regrole FROM pg_class WHERE relname = $$account$$');
  lab.start('host', 'runuser', [
    ...['-u', 'postgres', '--', 'psql', '-X', '-q', '-h', lab.folder, '-d', 'shop_carts'],
    ...['-c', 'BEGIN', '-c', 'LOCK TABLE account', '-c', 'SELECT pg_sleep(600)'],
  ]);
  while (
    ask(
      'shop_carts',
      "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'account'::regclass",
    ) === '0'
  );
  const file30 = file(sqlFileName(postgres));
  expect(file30).toContain("SET lock_timeout TO '30s'");

  const { code, stderr } = lab.sql(`\\set take_over yes\n${PASSWORDS}${file30.replaceAll("'30s'", "'100ms'")}`);

  expect(code).toBe(3);
  expect(stderr).toContain('canceling statement due to lock timeout');
  expect(ask('shop_carts', "SELECT count(*) FROM pg_class WHERE relowner = 'carts_owner'::regrole")).toBe('0');
  expect(ask('postgres', "SELECT datdba::regrole FROM pg_database WHERE datname = 'shop_carts'")).toBe(before);
  ask('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'pg_slee[p]'");
  expect(takeOver().code).toBe(0);
});

test('removed, the roles are gone and every row is there; applied again, all works', () => {
  installBefore();
  expect(takeOver().code).toBe(0);
  const rows = ask('shop_carts', ROWS);
  expect(as('carts_user', 'shop_carts', "SELECT lo_from_bytea(4711, 'large')")).toBe('4711');

  expect(remove()).toEqual({ code: 0, stdout: '', stderr: '' });

  expect(
    ask('postgres', "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolname !~ '^pg_'"),
  ).toBe('postgres,reporting');
  expect(ask('shop_carts', ROWS)).toBe(rows);
  expect(ask('shop_carts', 'SELECT lo_get(4711)')).toBe('\\x6c61726765');
  expect(ask('postgres', "SELECT string_agg(DISTINCT datdba::regrole::text, ',') FROM pg_database")).toBe('postgres');
  const removed = everything();
  expect(remove()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(everything()).toBe(removed);

  // The mark of the databases stayed, so that nothing is to be taken over.
  expect(apply().code).toBe(0);
  expect(ask('shop_carts', ROWS)).toBe(rows);
  expect(as('carts_owner', 'shop_carts', 'ALTER TABLE account ADD COLUMN mail text')).toBe('');
  expect(as('carts_user', 'shop_carts', 'SELECT count(*) FROM account')).toBe('1000');
});

test('it is not removed while somebody is connected, or has something elsewhere, and what is not ours stays', () => {
  expect(apply().code).toBe(0);
  ask('postgres', 'CREATE DATABASE elsewhere OWNER orders_owner');
  const pid = lab.start('host', 'psql', [
    '-X',
    'postgresql://carts_user@127.0.0.1/shop_carts?password=password%20of%20carts_user',
    '-c',
    'SELECT pg_sleep(600)',
  ]);
  while (ask('postgres', "SELECT count(*) FROM pg_stat_activity WHERE usename = 'carts_user'") === '0');
  const before = everything();

  const refused = remove();

  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('carts_user is connected to shop_carts');
  expect(refused.stderr).toContain('orders_owner has something in database elsewhere, which is not ours');
  expect(everything()).toBe(before);
  process.kill(pid);
  ask('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'carts_user'");
  while (ask('postgres', "SELECT count(*) FROM pg_stat_activity WHERE usename = 'carts_user'") !== '0');
  ask('postgres', 'DROP DATABASE elsewhere');

  // Somebody takes over a role and a database of ours.
  ask(
    'postgres',
    "COMMENT ON ROLE orders_user IS 'theirs now'; COMMENT ON DATABASE shop_orders IS NULL; ALTER DATABASE shop_orders OWNER TO orders_user",
  );
  ask(
    'shop_orders',
    'REVOKE ALL ON SCHEMA public FROM orders_owner; ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA public REVOKE ALL ON TABLES FROM orders_user; ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA public REVOKE ALL ON SEQUENCES FROM orders_user',
  );
  expect(remove()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(
    ask('postgres', "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles WHERE rolname !~ '^pg_'"),
  ).toBe('orders_user,postgres');
  expect(ask('postgres', "SELECT datdba::regrole FROM pg_database WHERE datname = 'shop_orders'")).toBe('orders_user');
});
