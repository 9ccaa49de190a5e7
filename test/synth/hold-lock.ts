// Takes a lock again and again and adds a line to a file each time, in a way that loses lines if two do it at once:
// `hold-lock.ts LOCK FILE TIMES`. With TIMES 0 it holds the lock until it is killed.
import { readFileSync, writeFileSync } from 'node:fs';
import { withLock } from '../../lib/synth/lock';

const [lock = '', file = '', times = ''] = process.argv.slice(2);

if (times === '0') {
  withLock(lock, () => {
    process.stdout.write('held\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
}
for (let count = 0; count < Number(times); count += 1) {
  withLock(lock, () => {
    const before = readFileSync(file, 'utf8');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    writeFileSync(file, `${before}${process.pid}\n`);
  });
}
