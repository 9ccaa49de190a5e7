import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentation } from '../../lib/policy/docs';
import { policies, policiesWithOptional } from '../../lib/policy/policies';

test('README.md is what the policies say', () => {
  const readme = readFileSync(join(__dirname, '../../lib/policy/README.md'), 'utf8');

  expect(readme).toBe(documentation(policiesWithOptional()));
});

test('every policy has a section that says where it is enforced', () => {
  const text = documentation(policies());

  for (const { id, why, fix, link } of policies()) {
    expect(text).toContain(`### ${id}\n`);
    expect([why, fix, `<${link}>`].every((part) => text.includes(part))).toBe(true);
  }
  expect(text).toContain('Judges: all objects together. Enforced in: synth, check.');
  expect(text).toContain('Judges: ConfigMap. Enforced in: synth, check, API server.');
  expect(text).toContain('Judges: pod templates. Enforced in: synth, check, API server, constructors.');
  expect(text).toContain('Judges: Role and ClusterRole. Enforced in: synth, check, API server (of Role alone).');
  expect(text).toContain(
    'Judges: PodDisruptionBudget. Enforced in: synth, check, API server (by what the object says for itself).',
  );
  expect(text).toContain('Judges: PersistentVolume. Enforced in: synth, check.');
});

test('every threat names a test that is there', () => {
  const files = ['.', '../cluster'].flatMap((folder) =>
    readdirSync(join(__dirname, folder)).map((file) => join(__dirname, folder, file)),
  );
  const [, table = ''] = documentation([]).split('## Who could get past them');
  const rows = table.split('\n').filter((line) => line.startsWith('| '));
  let tests = '';

  for (const row of rows.slice(2)) {
    const named = row.split(' | ').at(-1) ?? '';
    for (const [, file = ''] of named.matchAll(/([\w-]+\.test\.ts)/g)) {
      const found = files.filter((path) => path.endsWith(`/${file}`));
      expect(found).not.toEqual([]);
      tests = found.map((path) => readFileSync(path, 'utf8')).join('');
    }
    for (const [, name = ''] of named.matchAll(/"([^"]+)"/g)) {
      expect(tests).toContain(name.split(' ... ')[0]);
    }
  }
  expect(rows.length).toBeGreaterThan(10);
});

test('the policies that constructors enforce are those that README says they do', () => {
  const folder = join(__dirname, '../../lib/constructs');
  const enforced = readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/policies: \[([^\]]*)\]/g)].flatMap(([, ids = '']) =>
      [...ids.matchAll(/'([^']+)'/g)].map(([, id]) => id),
    ),
  );
  const documented = policies({ mutableTags: ['main'] }).filter((policy) =>
    documentation([policy]).includes(', constructors.\n'),
  );

  expect(documented.map(({ id }) => id).sort()).toEqual(enforced.sort());
});
