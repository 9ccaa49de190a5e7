import { complaint, succeeded } from '../../host/command';
import { sudo, type Result } from '../doctor';
import { field, listAt, numberAt, parseJson, textAt, textsAt } from '../../manifest/plain-data';
import { accessName, type PostgresServer } from '../../host/model';
import { contains, parseRange } from '../../host/network';
import { sqlString } from '../../host/quote';
import { scramMatches } from '../../host/scram';
import { hbaEntries, type HbaEntry } from '../../host/servers';
import { markOf, objectsToHandOver, rolesOf, sqlCommand, takeOverCommand } from '../../host/sql';
import type { CommandResult } from '../../host/system';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';
import { servicesFix } from './services';

/** What PostgreSQL answers to a statement, or why it does not. */
type Answer = { readonly kind: 'rows'; readonly value: unknown } | { readonly kind: 'none'; readonly result: Result };

function errorOf(result: CommandResult): string {
  return result.kind === 'exited' ? result.stderr : '';
}

/** Asks PostgreSQL as its superuser, over the socket: the superuser's password is nobody's here. */
async function ask(
  { system }: LocalSetup,
  server: PostgresServer,
  sql: string,
  database = 'postgres',
): Promise<Answer> {
  const become = system.root ? ['runuser', '-u', server.superuser, '--'] : ['sudo', '-n', '-u', server.superuser];
  const command = [
    ...become,
    ...['psql', '-X', '-A', '-t', '-q', '-w', '-p', String(server.port), '-d', database, '-c', sql],
  ];
  const answer = await system.run(command, { timeoutSeconds: 10 });
  if (succeeded(answer)) return { kind: 'rows', value: parseJson(answer.stdout) };
  const down = /(Connection refused|No such file or directory)\s*\n?\s*Is the server running/.exec(errorOf(answer));
  return {
    kind: 'none',
    result:
      down === null
        ? couldNotRun(
            `PostgreSQL cannot be asked: ${complaint(command, answer)}`,
            `run this as root, or let yourself be ${server.superuser} first: sudo -v`,
          )
        : couldNotRun(
            `PostgreSQL does not answer on port ${server.port}, so it cannot be asked`,
            sudo('systemctl', 'start', 'postgresql'),
          ),
  };
}

const HBA_SQL = `SELECT json_build_object(
  'file', current_setting('hba_file'),
  'stale', (pg_stat_file(current_setting('hba_file'))).modification > pg_conf_load_time(),
  'rules', (SELECT coalesce(json_agg(json_build_object('line', line_number, 'type', type, 'databases', database,
    'users', user_name, 'address', address, 'netmask', netmask, 'method', auth_method, 'error', error)), '[]')
    FROM pg_hba_file_rules))`;

/** Whether a rule of pg_hba.conf is about an entry: all of its range, its database and its user. */
function isAbout(rule: unknown, entry: HbaEntry): boolean {
  const databases = textsAt(rule, 'databases');
  const users = textsAt(rule, 'users');
  const address = textAt(rule, 'address');
  const mask = textAt(rule, 'netmask');
  const bits = mask.split('.').reduce((sum, byte) => sum + Number(byte).toString(2).replaceAll('0', '').length, 0);
  const range = parseRange(`${address}/${bits}`);
  const source = parseRange(entry.source);
  return (
    // Encryption by TLS is the client's choice, and by GSSAPI nobody's here.
    ['host', 'hostnossl'].includes(textAt(rule, 'type')) &&
    (databases.includes('all') ||
      databases.includes(entry.database) ||
      (databases.includes('sameuser') && entry.database === entry.user)) &&
    (users.includes('all') || users.includes(entry.user)) &&
    (address === 'all' || (range !== undefined && source !== undefined && contains(range, source)))
  );
}

/** Whether pg_hba.conf lets the services log in. */
export async function hbaResult(setup: LocalSetup, server: PostgresServer): Promise<Result> {
  const { access } = setup;
  const answer = await ask(setup, server, HBA_SQL);
  if (answer.kind === 'none') return answer.result;
  const file = textAt(answer.value, 'file');
  const rules = listAt(answer.value, 'rules');
  const reload = `sudo -u ${server.superuser} psql -p ${server.port} -c 'SELECT pg_reload_conf()'`;
  const wrong = rules.find((rule) => textAt(rule, 'error') !== '');
  if (wrong !== undefined) {
    return problem(
      `${file}, line ${numberAt(wrong, 'line')}: ${textAt(wrong, 'error')}`,
      'PostgreSQL goes on with the rules that it read before, and will not start again with this file.',
      [`mend the line: ${sudo('-u', server.superuser, 'editor', `+${numberAt(wrong, 'line')}`, file)}`, reload],
    );
  }
  const entries = hbaEntries(access, server);
  const { remedy, fix } = servicesFix(setup);
  for (const entry of entries) {
    const who = `${entry.user} of ${entry.database} from ${entry.source}`;
    const rule = rules.find((candidate) => isAbout(candidate, entry));
    if (rule === undefined) {
      return problem(`${file} has no entry for ${who}`, 'PostgreSQL refuses whom no entry names.', remedy, fix);
    }
    const method = textAt(rule, 'method');
    // md5 means scram-sha-256 for passwords that are kept as that (PostgreSQL's documentation, "Password Authentication").
    if (method !== 'scram-sha-256' && method !== 'md5') {
      return problem(
        `${file}, line ${numberAt(rule, 'line')}: ${who} is met by the method "${method}"`,
        method === 'trust'
          ? 'Whoever gets a connection gets in, without a password.'
          : 'The first entry that matches decides, and this one lets no password in.',
        remedy,
        fix,
      );
    }
  }
  if (field(answer.value, 'stale') === true) {
    return problem(`${file} is right, but newer than what PostgreSQL has read`, 'The old rules still count.', [reload]);
  }
  return ok(`${entries.length} entries`);
}

/** Whether a rule of pg_hba.conf may be about a database of ours. */
function isOurs(rule: unknown, { databases }: PostgresServer): boolean {
  const theirs = [...databases.map((database) => database.name), 'all', 'sameuser', 'samerole', 'samegroup'];
  // PostgreSQL 16 has patterns and files of names too.
  return textsAt(rule, 'databases').some((name) => theirs.includes(name) || /^[/@]/.test(name));
}

/** Whether pg_hba.conf lets in whom it should not, beside the cluster: without a password, or from everywhere. */
export async function hbaOthersResult(setup: LocalSetup, server: PostgresServer): Promise<Result> {
  const answer = await ask(setup, server, HBA_SQL);
  if (answer.kind === 'none') return answer.result;
  const file = textAt(answer.value, 'file');
  const found: string[] = [];
  for (const rule of listAt(answer.value, 'rules').filter((candidate) => isOurs(candidate, server))) {
    const [type, address, method] = [textAt(rule, 'type'), textAt(rule, 'address'), textAt(rule, 'method')];
    const everywhere = address === 'all' || ['0.0.0.0', '::'].includes(textAt(rule, 'netmask'));
    const users = textsAt(rule, 'users').join(',');
    const words = [type, textsAt(rule, 'databases').join(','), users, address, method].filter((word) => word !== '');
    const line = `line ${numberAt(rule, 'line')}: ${words.join(' ')}`;
    if (method === 'reject') {
      // Whoever it is about gets to no later one.
      if (everywhere && type === 'host' && textsAt(rule, 'databases').includes('all') && users === 'all') break;
    } else if (method === 'trust') {
      found.push(`${line} (lets anybody in who connects, without a password)`);
    } else if (type !== 'local' && everywhere) {
      found.push(`${line} (from every address)`);
    }
  }
  if (found.length === 0) return ok(`read: ${file}`);
  return problem(
    `${file}, ${found.join('; ')}`,
    'The cluster does not need it, and whoever is let in may try passwords, or needs none.',
    [
      `take that out, or name who may come: ${sudo('-u', server.superuser, 'editor', file)}`,
      `sudo -u ${server.superuser} psql -p ${server.port} -c 'SELECT pg_reload_conf()'`,
    ],
  );
}

/** Whether the services' databases are there, are ours, and belong, with all that is in them, to their owners. */
export async function databasesResult(setup: LocalSetup, server: PostgresServer): Promise<Result> {
  const { access } = setup;
  const answer = await ask(
    setup,
    server,
    `SELECT json_agg(json_build_object('name', datname, 'owner', pg_get_userbyid(datdba),
       'mark', coalesce(shobj_description(oid, 'pg_database'), ''))) FROM pg_database`,
  );
  if (answer.kind === 'none') return answer.result;
  const present = listAt(answer.value);
  const find = (name: string): unknown => present.find((database) => textAt(database, 'name') === name);
  const names = server.databases.map((database) => database.name);
  const apply = sqlCommand(access, server);
  const missing = names.filter((name) => find(name) === undefined);
  if (missing.length > 0) {
    return problem(`missing: ${missing.join(', ')}`, 'Their services fail at their start, in the migration.', [apply]);
  }
  const foreign = names.filter((name) => textAt(find(name), 'mark') !== markOf(access));
  if (foreign.length > 0) {
    return problem(
      `not made by ${accessName(access)}: ${foreign.join(', ')}`,
      'Their owners are not those as whom the services migrate, or somebody else needs them as they are.',
      [
        `see what taking them over would change, which changes nothing: ${apply}`,
        `and if that is meant: ${takeOverCommand(access, server)}`,
      ],
    );
  }
  for (const database of server.databases) {
    const owner = textAt(find(database.name), 'owner');
    if (owner !== database.owner) {
      return problem(
        `${database.name} belongs to ${owner}, not to ${database.owner}`,
        'Its service fails at its start, in the migration.',
        [apply],
      );
    }
    const objects = await ask(
      setup,
      server,
      `SELECT coalesce(json_agg(identity), '[]') FROM (${objectsToHandOver(access, server, database)}) AS object`,
      database.name,
    );
    if (objects.kind === 'none') return objects.result;
    const left = textsAt(objects.value);
    if (left.length > 0) {
      return problem(
        `in ${database.name}, not of its owner ${database.owner}: ${left.join(', ')}`,
        'A migration that changes them fails with "must be owner".',
        [apply],
      );
    }
  }
  return ok(names.join(', '));
}

/** What a role may be allowed, and those here are not; as pg_authid names it, and as people do. */
const RIGHTS = {
  super: 'SUPERUSER',
  createdb: 'CREATEDB',
  createrole: 'CREATEROLE',
  replication: 'REPLICATION',
  bypassrls: 'BYPASSRLS',
} as const;

/** Whether the databases' users and owners are there, log in by the passwords of the secrets, and may do nothing else. */
export async function rolesResult(setup: LocalSetup, server: PostgresServer): Promise<Result> {
  const { access, passwordOf } = setup;
  const names = rolesOf(server);
  const answer = await ask(
    setup,
    server,
    `SELECT coalesce(json_agg(json_build_object('name', rolname, 'login', rolcanlogin, 'password', coalesce(rolpassword, ''),
       'mark', coalesce(shobj_description(oid, 'pg_authid'), ''), 'expired', coalesce(rolvaliduntil < now(), false),
       ${Object.keys(RIGHTS)
         .map((right) => `'${right}', rol${right}`)
         .join(', ')},
       'roles', (SELECT json_agg(pg_get_userbyid(roleid)) FROM pg_auth_members WHERE member = role.oid))), '[]')
     FROM pg_authid AS role WHERE rolname IN (${names.map(sqlString).join(', ')})`,
  );
  if (answer.kind === 'none') return answer.result;
  const roles = listAt(answer.value);
  const remedy = [sqlCommand(access, server)];
  const why = 'Its services fail at their start, with "password authentication failed".';
  for (const name of names) {
    const role = roles.find((candidate) => textAt(candidate, 'name') === name);
    if (role === undefined) return problem(`the role ${name} is missing`, why, remedy);
    if (textAt(role, 'mark') !== markOf(access)) {
      return problem(
        `the role ${name} was not made by ${accessName(access)}`,
        'Its password and rights are those that somebody else gave it.',
        [
          `see what taking it over would change, which changes nothing: ${sqlCommand(access, server)}`,
          `and if that is meant: ${takeOverCommand(access, server)}`,
        ],
      );
    }
    if (field(role, 'login') !== true) return problem(`the role ${name} may not log in`, why, remedy);
    if (field(role, 'expired') === true) return problem(`the password of ${name} has expired`, why, remedy);
    const verifier = textAt(role, 'password');
    if (verifier === '') return problem(`the role ${name} has no password`, why, remedy);
    if (!verifier.startsWith('SCRAM-SHA-256$')) {
      return problem(`the password of ${name} is not kept for scram-sha-256, but as md5`, why, remedy);
    }
    const password = passwordOf(server, name);
    if (password === undefined) {
      return couldNotRun(`the secrets have no password for ${name}`, 'synthesize, which makes it');
    }
    if (!scramMatches(verifier, password)) {
      return problem(`the password of ${name} is not the one in the secrets`, why, remedy);
    }
    const rights = [
      ...Object.entries(RIGHTS).flatMap(([right, words]) => (field(role, right) === true ? [words] : [])),
      ...textsAt(role, 'roles').map((other) => `membership in ${other}`),
    ];
    if (rights.length > 0) {
      return problem(
        `the role ${name} has ${rights.join(', ')}`,
        'A service that is broken into would reach more than its own data.',
        remedy,
      );
    }
  }
  return ok(names.join(', '));
}
