import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../lib/synth/lock';
import { runFile } from '../processes';

let folder: string;
let lock: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'lock-test-'));
  lock = join(folder, 'deeper', 'lock');
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function left(content: string): void {
  fs.mkdirSync(join(folder, 'deeper'));
  fs.writeFileSync(lock, content);
}

test('gives what the action gives, and leaves nothing behind, whether it succeeds or not', () => {
  expect(withLock(lock, () => fs.readdirSync(join(folder, 'deeper')))).toEqual(['lock']);
  expect(() =>
    withLock(lock, () => {
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(fs.readdirSync(join(folder, 'deeper'))).toEqual([]);
});

describe('a lock that was left', () => {
  test('by a process that was killed is taken over, and not before', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'hold-lock.ts'), lock, '', '0']);
    try {
      await once(child.stdout, 'data');
      expect(() => withLock(lock, () => 'mine', 50)).toThrow(
        `${lock}: held by ${hostname()}, process ${child.pid} for too long`,
      );
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }

    expect(fs.existsSync(lock)).toBe(true);
    expect(withLock(lock, () => 'mine', 0)).toBe('mine');
    expect(fs.readdirSync(join(folder, 'deeper'))).toEqual([]);
  });

  test('by a process whose number another one has now is taken over', () => {
    left(`${hostname()} ${process.pid} 1 another`);
    expect(withLock(lock, () => 'mine', 0)).toBe('mine');
  });

  test('together with the lock that guards the taking over is taken over', () => {
    left(`${hostname()} ${process.pid} 1 another`);
    fs.writeFileSync(`${lock}.left`, `${hostname()} ${process.pid} 1 third`);
    expect(withLock(lock, () => 'mine', 0)).toBe('mine');
    expect(fs.readdirSync(join(folder, 'deeper'))).toEqual([]);
  });

  test("and has been taken over by another process meanwhile is that one's, and not taken again", () => {
    left(`${hostname()} ${process.pid} 1 another`);
    const open = fs.openSync;
    const spy = jest.spyOn(fs, 'openSync').mockImplementation((path, ...rest) => {
      if (path === `${lock}.left`) {
        fs.writeFileSync(lock, 'elsewhere 1 1 living');
      }
      return open(path, ...rest);
    });
    try {
      expect(() => withLock(lock, () => 'mine', 0)).toThrow('held by elsewhere');
    } finally {
      spy.mockRestore();
    }
    expect(fs.readFileSync(lock, 'utf8')).toBe('elsewhere 1 1 living');
  });

  test.each([
    ['on another host', 'elsewhere 1 1 another', 'held by elsewhere, process 1 for too long'],
    ['by nobody knows whom', '', 'too long'],
  ])('%s is never taken, but named in the end', (_, content, message) => {
    left(content);
    const call = (): string => withLock(lock, () => 'mine', 0);

    expect(call).toThrow(`${lock}: held by`);
    expect(call).toThrow(message);
    expect(fs.readFileSync(lock, 'utf8')).toBe(content);
  });
});

test('processes never do at once what the lock guards, also where they begin with one that was left', async () => {
  left(`${hostname()} ${process.pid} 1 another`);
  const file = join(folder, 'lines');
  fs.writeFileSync(file, '');
  const results = await Promise.all(
    Array.from({ length: 5 }, () => runFile('test/synth/hold-lock.ts', [lock, file, '20'])),
  );

  expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(results.map(() => [0, '']));
  expect(fs.readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(100);
  expect(fs.readdirSync(join(folder, 'deeper'))).toEqual([]);
});
