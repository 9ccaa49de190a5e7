import { complaint, succeeded } from '../command';
import { sudo, type Result } from '../doctor';
import { field, listAt, numberAt, parseJson, textAt, textsAt } from '../json';
import type { PostgresServer } from '../model';
import { contains, parseRange } from '../network';
import { sqlString } from '../quote';
import { scramMatches } from '../scram';
import { hbaEntries, sqlCommand, type HbaEntry } from '../servers';
import type { CommandResult } from '../system';
import type { Patient } from './patient';
import { couldNotRun, ok, problem } from './results';
import { servicesFix } from './services';

/** What PostgreSQL answers to a statement, or why it does not. */
type Answer = { readonly kind: 'rows'; readonly value: unknown } | { readonly kind: 'none'; readonly result: Result };

/** Asks PostgreSQL as its superuser: over the socket as the operating system's user, or else with the password. */
async function ask({ passwordOf, system }: Patient, server: PostgresServer, sql: string): Promise<Answer> {
  const psql = ['psql', '-X', '-A', '-t', '-q', '-w', '-p', String(server.port), '-d', 'postgres', '-c', sql];
  const become = system.root ? ['runuser', '-u', server.superuser, '--'] : ['sudo', '-n', '-u', server.superuser];
  const local = [...become, ...psql];
  const attempts: CommandResult[] = [await system.run(local, { timeoutSeconds: 10 })];
  const password = passwordOf(server, server.superuser);
  if (!succeeded(attempts[0]) && password !== undefined) {
    const env = { PGPASSWORD: password, PGCONNECT_TIMEOUT: '3' };
    attempts.push(await system.run([...psql, '-h', '127.0.0.1', '-U', server.superuser], { env, timeoutSeconds: 10 }));
  }
  const answer = attempts.find(succeeded);
  if (answer !== undefined) return { kind: 'rows', value: parseJson(answer.stdout) };
  const said = attempts.map((attempt) => (attempt.kind === 'exited' ? attempt.stderr : '')).join('\n');
  const down = /(Connection refused|No such file or directory)\s*\n?\s*Is the server running/.exec(said);
  const first = attempts[0] ?? { kind: 'missing' };
  return {
    kind: 'none',
    result:
      down === null
        ? couldNotRun(
            `PostgreSQL cannot be asked: ${complaint(local, first)}`,
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
export async function hbaResult(patient: Patient, server: PostgresServer): Promise<Result> {
  const { access } = patient;
  const answer = await ask(patient, server, HBA_SQL);
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
  const { remedy, fix } = servicesFix(patient);
  for (const entry of entries) {
    const who = `${entry.user} of ${entry.database} from ${entry.source}`;
    const rule = rules.find((candidate) => isAbout(candidate, entry));
    if (rule === undefined) {
      return problem(`${file} has no entry for ${who}`, 'PostgreSQL refuses whom no entry names.', [remedy], fix);
    }
    const method = textAt(rule, 'method');
    // md5 means scram-sha-256 for passwords that are kept as that (PostgreSQL's documentation, "Password Authentication").
    if (method !== 'scram-sha-256' && method !== 'md5') {
      return problem(
        `${file}, line ${numberAt(rule, 'line')}: ${who} is met by the method "${method}"`,
        method === 'trust'
          ? 'Whoever gets a connection gets in, without a password.'
          : 'The first entry that matches decides, and this one lets no password in.',
        [remedy],
        fix,
      );
    }
  }
  if (field(answer.value, 'stale') === true) {
    return problem(`${file} is right, but newer than what PostgreSQL has read`, 'The old rules still count.', [reload]);
  }
  return ok(`${entries.length} entries`);
}

/** Whether the services' databases are there. */
export async function databasesResult(patient: Patient, server: PostgresServer): Promise<Result> {
  const answer = await ask(patient, server, 'SELECT json_agg(datname) FROM pg_database');
  if (answer.kind === 'none') return answer.result;
  const present = textsAt(answer.value);
  const missing = server.databases.map((database) => database.name).filter((name) => !present.includes(name));
  return missing.length === 0
    ? ok(server.databases.map((database) => database.name).join(', '))
    : problem(`missing: ${missing.join(', ')}`, 'Their services fail at their start, in the migration.', [
        sqlCommand(patient.access, server),
      ]);
}

/** Whether the databases' users are there, and log in by the passwords of the secrets. */
export async function usersResult(patient: Patient, server: PostgresServer): Promise<Result> {
  const { access, passwordOf } = patient;
  const names = [...new Set([server.superuser, ...server.databases.map((database) => database.user)])];
  const answer = await ask(
    patient,
    server,
    `SELECT coalesce(json_agg(json_build_object('name', rolname, 'login', rolcanlogin, 'password', coalesce(rolpassword, ''))), '[]')
     FROM pg_authid WHERE rolname IN (${names.map(sqlString).join(', ')})`,
  );
  if (answer.kind === 'none') return answer.result;
  const roles = listAt(answer.value);
  const remedy = [sqlCommand(access, server)];
  for (const name of names) {
    const role = roles.find((candidate) => textAt(candidate, 'name') === name);
    const why = 'Its services fail at their start, with "password authentication failed".';
    if (role === undefined) return problem(`the user ${name} is missing`, why, remedy);
    if (field(role, 'login') !== true) return problem(`the user ${name} may not log in`, why, remedy);
    const verifier = textAt(role, 'password');
    if (verifier === '') return problem(`the user ${name} has no password`, why, remedy);
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
  }
  return ok(names.join(', '));
}
