import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { K3dHostAccess } from '../../lib/k3d/model';
import { access as example } from '../k3d/example';
import { Lab, must, requireHost } from './lab';

/** The last commit whose firewall.sh had its values in it, and was installed as one file. */
const EARLIER = '7973e5cb6e5add74cb4a7df299e387d21c6192c0';
const ROOT = join(__dirname, '../..');
const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
// A shallow clone has no earlier commits; another one that lacks this one has another history.
const shallow = git('rev-parse', '--is-shallow-repository').trim() === 'true';
if (shallow) process.stderr.write('LEFT OUT: going over from an earlier firewall.sh: this is a shallow clone\n');

/** The platform's cluster, since that is what earlier commits have scripts of. */
const access: K3dHostAccess = { ...example, cluster: { ...example.cluster, name: 'sportstix' } };
const PROGRAM = 'usr/local/sbin/sportstix-host-access';
const LIBRARY = 'usr/local/lib/sportstix-host-access';
const UNIT = 'etc/systemd/system/sportstix-host-access.service';

/** A firewall of both kinds that drops what comes in, as after a boot. */
const DROP = `
for tool in iptables ip6tables; do $tool -P INPUT ACCEPT; $tool -F; $tool -X; done; nft flush ruleset
for tool in iptables ip6tables; do $tool -P INPUT DROP; $tool -A INPUT -i lo -j ACCEPT; done
nft 'table inet filter { chain input { type filter hook input priority 0; policy drop; iif lo accept; }; }'`;
const RULES =
  'iptables -S; ip6tables -S; nft list tables; nft list table inet filter; nft list table inet sportstix_host_access 2>&1 || true';

let lab: Lab;
let root: string;
const shell = (line: string): string => lab.must('host', 'sh', ['-c', line]);
const installed = (...args: readonly string[]): ReturnType<Lab['run']> => lab.run('host', join(root, PROGRAM), args);
/** From the pod, and from another network, to PostgreSQL. */
const reached = (): Promise<readonly string[]> =>
  Promise.all([lab.connect('pod', '172.21.0.1', 5432), lab.connect('other', '198.51.100.1', 5432)]);
const ALLOWED = ['open', 'connection timed out'];
const DROPPED = ['connection timed out', 'connection timed out'];

beforeAll(() => {
  requireHost();
  lab = new Lab(access);
  lab.start('host', process.execPath, [
    '-e',
    'for (const port of [5432, 6379]) require("node:net").createServer((socket) => socket.pipe(socket)).listen(port, "::")',
  ]);
});
beforeEach(async () => {
  while ((await lab.connect('host', '127.0.0.1', 6379)) !== 'open') await new Promise((done) => setTimeout(done, 100));
  root = mkdtempSync(join(lab.folder, 'root-'));
  shell(DROP);
});
afterAll(() => {
  lab.close();
});

test('what is installed needs nothing of the checkout, and uninstalled it is gone', async () => {
  const checkout = join(lab.folder, 'checkout');
  must('cp', ['-rp', lab.files, checkout]);
  const before = shell(RULES);
  expect(
    lab.run('host', join(checkout, 'firewall.sh'), ['install', '--close'], { env: { DESTDIR: root } }),
  ).toMatchObject({ code: 0, stderr: '' });
  rmSync(checkout, { recursive: true });
  expect(await reached()).toEqual(DROPPED);
  const unit = readFileSync(join(root, UNIT), 'utf8');
  expect(unit).toContain(`\nExecStart=/${PROGRAM} apply --close\n`);

  expect(installed('apply', '--close')).toMatchObject({ code: 0, stderr: '' });

  expect(await reached()).toEqual(ALLOWED);
  expect(installed('status')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('closed to others') as unknown,
  });
  expect(must('stat', ['-c', '%U %a', join(root, LIBRARY, 'host.values')])).toBe('root 644\n');
  expect(installed('remove')).toMatchObject({ code: 0, stderr: '' });
  expect(shell(RULES)).toBe(before);
  expect(lab.run('host', join(root, PROGRAM), ['uninstall'], { env: { DESTDIR: root } })).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(must('find', [root, '!', '-type', 'd'])).toBe('');
  expect(existsSync(join(root, LIBRARY))).toBe(false);
});

test.each(['host.values', 'values.sh'])(
  'what is installed does nothing without %s, nor with what is left of it',
  async (name) => {
    expect(lab.script('firewall.sh', ['install'], { DESTDIR: root })).toMatchObject({ code: 0, stderr: '' });
    expect(installed('apply', '--close')).toMatchObject({ code: 0, stderr: '' });
    const before = shell(RULES);
    const file = join(root, LIBRARY, name);
    const text = readFileSync(file, 'utf8');

    for (const left of [undefined, '', text.slice(0, text.length / 2)]) {
      rmSync(file, { force: true });
      if (left !== undefined) writeFileSync(file, left);
      for (const command of ['apply', 'remove', 'status']) {
        const { code, stderr } = installed(command);
        expect([left, command, code === 0]).toEqual([left, command, false]);
        expect(stderr).not.toBe('');
      }
      expect(shell(RULES)).toBe(before);
    }
    expect(await reached()).toEqual(ALLOWED);
    expect(lab.script('firewall.sh', ['remove']).code).toBe(0);
  },
);

(shallow ? describe.skip : describe)('an earlier installation, which is one file', () => {
  /** Installs as the earlier script did, and lets it make its rules. */
  function installEarlier(): void {
    const folder = mkdtempSync(join(lab.folder, 'earlier-'));
    for (const name of ['firewall.sh', 'sportstix-host-access.service']) {
      writeFileSync(join(folder, name), git('show', `${EARLIER}:dist/local/host/${name}`), { mode: 0o755 });
    }
    expect(
      lab.run('host', join(folder, 'firewall.sh'), ['install', '--close'], { env: { DESTDIR: root } }),
    ).toMatchObject({ code: 0, stderr: '' });
    rmSync(folder, { recursive: true });
    expect(lstatSync(join(root, PROGRAM)).isFile()).toBe(true);
  }

  test.each([
    ['both firewalls', []],
    ['the chains of iptables', ['--backend', 'iptables']],
    ['nftables', ['--backend', 'nftables']],
  ])('is found, in %s, and what it made is in place, and is taken away', (_, backend) => {
    const before = shell(RULES);
    installEarlier();
    expect(installed('apply', '--close', ...backend)).toMatchObject({ code: 0, stderr: '' });
    const made = shell(RULES);
    expect(made).not.toBe(before);

    expect(lab.script('firewall.sh', ['status', ...backend])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('\nclosed to others, by ') as unknown,
    });
    expect(lab.script('firewall.sh', ['apply', ...backend])).toMatchObject({ code: 0, stderr: '' });
    expect(shell(RULES)).toBe(made);
    expect(lab.script('firewall.sh', ['remove', ...backend])).toMatchObject({ code: 0, stderr: '' });
    expect(shell(RULES)).toBe(before);
    expect(lab.script('firewall.sh', ['uninstall'], { DESTDIR: root })).toMatchObject({ code: 0, stderr: '' });
    expect(must('find', [root, '!', '-type', 'd'])).toBe('');
  });

  test('is replaced, and what it closed stays closed', async () => {
    installEarlier();
    expect(installed('apply', '--close')).toMatchObject({ code: 0, stderr: '' });

    expect(lab.script('firewall.sh', ['install'], { DESTDIR: root })).toMatchObject({ code: 0, stderr: '' });

    expect(lstatSync(join(root, PROGRAM)).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(root, UNIT), 'utf8')).toContain(`\nExecStart=/${PROGRAM} apply --close\n`);
    expect(await reached()).toEqual(ALLOWED);
    // After a boot no rules say what was asked for, but the unit does.
    shell(DROP);
    expect(lab.script('firewall.sh', ['install'], { DESTDIR: root })).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(root, UNIT), 'utf8')).toContain(`\nExecStart=/${PROGRAM} apply --close\n`);
    expect(installed('apply', '--close')).toMatchObject({ code: 0, stderr: '' });
    expect(await reached()).toEqual(ALLOWED);
    expect(installed('remove').code).toBe(0);
  });
});

test('a firewall that does not take the rules is an error, whichever it is', () => {
  const programs = join(lab.folder, 'programs');
  mkdirSync(programs, { recursive: true });
  for (const broken of ['iptables-restore', 'ip6tables-restore', 'nft']) {
    const program = join(programs, broken);
    writeFileSync(program, '#!/bin/sh\necho "cannot" >&2; exit 1\n', { mode: 0o755 });
    const env = { PATH: `${programs}:${process.env['PATH'] ?? ''}` };

    const commands = broken === 'nft' ? ['apply', 'status'] : ['apply'];
    for (const command of commands) {
      const options = command === 'apply' && broken !== 'nft' ? ['--close', '--backend', 'iptables'] : [];
      const { code, stderr } = lab.script('firewall.sh', [command, ...options], env);
      expect([broken, command, code]).not.toEqual([broken, command, 0]);
      expect(stderr).toContain('cannot');
    }
    rmSync(program);
  }
});
