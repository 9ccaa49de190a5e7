import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { main } from '../../lib/cli/synth';
import type { Environment } from '../../lib/sportstix/environments';
import type { OutdatedFile } from '../../lib/k3d/bring-up';
import { outdated, synthesize } from '../../lib/sportstix/synth';
import { runFile } from '../processes';
import { expectRefusal as expectRefusalOf, type Manifest } from '../testing';
import { example } from './example';

let root: string;
let outdir: string;

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'synth-test-')));
  outdir = join(root, 'dist');
});
afterEach(() => {
  fs.rmSync(root, { recursive: true });
});

function run(environments: readonly Environment[] = [example]): string[] {
  const lines: string[] = [];
  synthesize(environments, { outdir, secretsFolder: join(root, '.secrets'), log: (line) => lines.push(line) });
  return lines;
}

/** Path to content of every file of a folder. */
function contentOf(folder: string): Record<string, string> {
  const paths = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => fs.statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, fs.readFileSync(join(folder, path), 'utf8')]));
}

/** Path to content of every file of the output folder. */
function written(): Record<string, string> {
  return contentOf(outdir);
}

const secretsFile = (): string => join(root, '.secrets', 'example.yml');

/** Expects a call to be refused, with every file as it was. */
const expectRefusal = (call: () => unknown, message: string | RegExp): void => {
  expectRefusalOf(call, message, () => contentOf(root));
};

describe('the output', () => {
  test('has API objects only in manifests, and a Kustomize base that lists them all', () => {
    run();
    const files = written();
    const manifests = Object.keys(files).filter((path) => path.startsWith('example/manifests/'));

    for (const path of manifests) {
      expect(path).toMatch(/^example\/manifests\/[a-z0-9-]+\.k8s\.yaml$/);
      for (const manifest of loadAll(files[path] ?? '') as Manifest[]) {
        expect(Object.keys(manifest).slice(0, 3)).toEqual(['apiVersion', 'kind', 'metadata']);
      }
    }
    const [kustomization] = loadAll(files['example/kustomization.yml'] ?? '') as { resources: string[] }[];
    expect(kustomization?.resources).toEqual(manifests.map((path) => path.replace('example/', '')));
  });

  test('does not change from one synth to the next', () => {
    run();
    const first = written();
    run();

    expect(written()).toEqual(first);
  });

  test('holds every secret in one file, which only its owner may read', () => {
    run();
    const [secrets] = loadAll(fs.readFileSync(join(root, '.secrets', 'example.yml'), 'utf8')) as Record<
      string,
      string
    >[];
    for (const [path, content] of Object.entries(written())) {
      for (const secret of Object.values(secrets ?? {})) {
        const found = content.includes(secret) || content.includes(Buffer.from(secret).toString('base64'));
        expect([path, found]).toEqual([path, path === 'example/manifests/secrets.k8s.yaml' && found]);
      }
    }
    expect(fs.statSync(join(outdir, 'example/manifests/secrets.k8s.yaml')).mode & 0o777).toBe(0o600);
  });

  test('loses the files of a service that has left the catalogue', () => {
    run();
    run([{ ...example, services: example.services.filter(({ name }) => name !== 'billing') }]);

    expect(Object.keys(written())).not.toContain('example/manifests/billing.k8s.yaml');
  });
});

test('says which secrets were generated, but not what they are', () => {
  const lines = run();
  const text = fs.readFileSync(join(root, '.secrets', 'example.yml'), 'utf8');

  expect(lines[0]).toContain('Generated postgres-orders_user-password, postgres-orders_owner-password');
  for (const secret of Object.values((loadAll(text) as Record<string, string>[])[0] ?? {})) {
    expect(lines.join('\n')).not.toContain(secret);
  }
});

test('a synth that fails in any environment leaves the whole output as it was', () => {
  run();
  const before = written();

  expect(() =>
    run([
      { ...example, scaling: { kind: 'fixed', replicas: 2 } },
      { ...example, name: 'broken', images: { kind: 'tag', tag: 'latest' } },
    ]),
  ).toThrow('has the tag latest');
  expect(written()).toEqual(before);
});

describe('a secret value that nothing can hold', () => {
  const SECRET = 'hunter2hunter2';

  test.each([
    ['a line break', `"${SECRET}\\n\\\\! touch x"`],
    ['a tab', `"${SECRET}\\t"`],
    ['a NUL', `"${SECRET}\\0"`],
    ['a number', '12345678901234567890'],
    ['a list', `[${SECRET}]`],
    ['a date', '2001-12-14 21:59:43.10'],
    ['an alias of nothing', `*${SECRET}`],
    ['a tag', `!${SECRET} x`],
    ['an open quote', `"${SECRET}`],
    ['more than 512 bytes', SECRET.repeat(50)],
  ])('%s: is shown nowhere, and nothing is written', async (name, value) => {
    run();
    for (const key of ['postgres-orders_user-password', 'postgres-orders_owner-password', 'redis-password']) {
      const text = fs.readFileSync(secretsFile(), 'utf8');
      fs.writeFileSync(secretsFile(), text.replace(new RegExp(`^${key}: .*$`, 'm'), `${key}: ${value}`));
      const before = contentOf(root);
      // The date is a text to YAML 1.2, and a fine password.
      if (name === 'a date') {
        run();
      } else {
        expectRefusal(run, /^\S+\/example\.yml: [^\n]* The file was left as it is\.$/);
        expect(contentOf(root)).toEqual(before);
      }
      if (key === 'redis-password' && name === 'a line break') {
        const { code, stdout, stderr } = await runFile('test/sportstix/run-synth.ts', [outdir, join(root, '.secrets')]);
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toMatch(/^[^\n]*redis-password: has a control character[^\n]*\n$/);
        expect(stderr).not.toContain(SECRET);
      }
      fs.writeFileSync(secretsFile(), text);
    }
  });

  test('whereas every printable one arrives, quoted as each language asks', () => {
    run();
    const password = `p'a"s\\s $(touch x) \`\${Y} #: äß€😀 %s`;
    const text = fs.readFileSync(secretsFile(), 'utf8');
    const quoted = JSON.stringify(password);
    fs.writeFileSync(
      secretsFile(),
      text.replace(/^(redis-password|postgres-orders_user-password): .*$/gm, (_, key: string) => `${key}: ${quoted}`),
    );
    run();

    const secrets = loadAll(written()['example/manifests/secrets.k8s.yaml'] ?? '') as {
      data: Record<string, string>;
    }[];
    const values = secrets.flatMap(({ data }) => Object.entries(data));
    for (const key of ['SPRING_DATASOURCE_PASSWORD', 'SPRING_DATA_REDIS_PASSWORD']) {
      expect(values).toContainEqual([key, Buffer.from(password).toString('base64')]);
    }
    const read = (name: string): string => fs.readFileSync(join(root, '.secrets', name), 'utf8');
    expect(read('example.psql')).toContain(
      `\\set postgres_external_orders_user_password 'p\\'a"s\\\\s $(touch x) \`\${Y} #: äß€😀 %s'\n`,
    );
    expect(read('example.redis.conf')).toBe(`requirepass "p'a\\"s\\\\s $(touch x) \`\${Y} #: äß€😀 %s"\n`);
  });
});

describe("the files with the servers' passwords", () => {
  test('are for their owner only, and hold those of each user and owner, and of Redis', () => {
    run();
    const [secrets] = loadAll(fs.readFileSync(secretsFile(), 'utf8')) as Record<string, string>[];
    const lines = fs
      .readFileSync(join(root, '.secrets', 'example.psql'), 'utf8')
      .trim()
      .split('\n');

    expect(lines).toHaveLength(4);
    expect(lines).toContain(
      `\\set postgres_external_orders_owner_password '${secrets?.['postgres-orders_owner-password'] ?? ''}'`,
    );
    expect(fs.readFileSync(join(root, '.secrets', 'example.redis.conf'), 'utf8')).toBe(
      `requirepass "${secrets?.['redis-password'] ?? ''}"\n`,
    );
    for (const name of ['example.yml', 'example.psql', 'example.redis.conf']) {
      expect(fs.statSync(join(root, '.secrets', name)).mode & 0o777).toBe(0o600);
    }
    expect(fs.readdirSync(join(root, '.secrets')).sort()).toEqual([
      'example.psql',
      'example.redis.conf',
      'example.yml',
    ]);
  });

  test('may be links', () => {
    run();
    for (const name of ['example.yml', 'example.psql', 'example.redis.conf']) {
      fs.renameSync(join(root, '.secrets', name), join(root, name));
      fs.symlinkSync(`../${name}`, join(root, '.secrets', name));
    }
    fs.writeFileSync(join(root, 'example.redis.conf'), 'old');
    run();

    for (const name of ['example.yml', 'example.psql', 'example.redis.conf']) {
      expect(fs.readlinkSync(join(root, '.secrets', name))).toBe(`../${name}`);
    }
    expect(fs.readFileSync(join(root, 'example.redis.conf'), 'utf8')).toMatch(/^requirepass "/);
  });

  test('that are links to nothing are errors that name them, at once', () => {
    run();
    for (const name of ['example.yml', 'example.psql', 'example.redis.conf']) {
      const path = join(root, '.secrets', name);
      fs.renameSync(path, join(root, 'kept'));
      fs.symlinkSync('nowhere', path);
      expect(run).toThrow(`${path}: a link to nowhere, which is not there. Remove the link, or make what it leads to.`);
      fs.rmSync(path);
      fs.renameSync(join(root, 'kept'), path);
    }
  });
});

describe('files that no synth wrote', () => {
  test('are not deleted where the output folder is the home folder', () => {
    outdir = root;
    fs.mkdirSync(join(root, 'example', 'bin'), { recursive: true });
    fs.writeFileSync(join(root, 'example', 'bin', 'tool'), 'precious');
    expectRefusal(
      run,
      /example: has no \.generated file, by which a synth knows what it may replace, and is not empty \(bin\)/,
    );
  });

  test('are named among the generated ones, and the synth fails, so that CI sees one that was committed', () => {
    run();
    fs.writeFileSync(join(outdir, 'example', 'manifests', 'mine.k8s.yaml'), 'precious');
    expectRefusal(run, 'manifests/mine.k8s.yaml was not generated');
  });

  test('are all that is refused: a fresh clone lacks the file of secrets', () => {
    run();
    const before = written();
    fs.rmSync(join(outdir, 'example', 'manifests', 'secrets.k8s.yaml'));
    run();
    expect(written()).toEqual(before);
  });
});

test.each(['..', '../elsewhere', 'a/b', '', '.', 'Local'])('an environment is not named %j', (name) => {
  expect(() => run([{ ...example, name }])).toThrow('not a name for a folder');
  expect(fs.readdirSync(root)).toEqual([]);
});

test('two environments of one name are refused', () => {
  expect(() => run([example, example])).toThrow('there are two of this name');
});

describe('two synths at the same time', () => {
  test.each([
    ['into two folders agree on the secrets', ['a', 'b']],
    ['into one folder leave it whole', ['a', 'a']],
  ])('%s', async (_, folders) => {
    const results = await Promise.all(
      [...folders, ...folders].map((folder) =>
        runFile('test/sportstix/run-synth.ts', [join(root, folder), join(root, '.secrets')]),
      ),
    );
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(results.map(() => [0, '']));

    for (const folder of folders) {
      expect(outdated(example, join(root, '.secrets'), join(root, folder))).toEqual([]);
      expect(fs.readdirSync(join(root, folder))).toEqual(['example']);
    }
    expect(fs.readdirSync(join(root, '.secrets')).sort()).toEqual([
      'example.psql',
      'example.redis.conf',
      'example.yml',
    ]);
  });
});

describe('what is outdated', () => {
  const check = (environment = example): readonly OutdatedFile[] =>
    outdated(environment, join(root, '.secrets'), outdir);

  test('is nothing after a synth', () => {
    run();
    expect(check()).toEqual([]);
  });

  test('is everything before the first one, and nothing is written', () => {
    const files = check();

    expect(files).toContainEqual({ file: secretsFile(), is: 'missing', committed: false });
    expect(files).toContainEqual({
      file: join(outdir, 'example/manifests/orders.k8s.yaml'),
      is: 'missing',
      committed: true,
    });
    expect(files).toContainEqual({ file: join(root, '.secrets/example.psql'), is: 'missing', committed: false });
    expect(fs.readdirSync(root)).toEqual([]);
  });

  test('is what is missing or older than code and secrets, and nothing is written', () => {
    run();
    fs.rmSync(join(outdir, 'example/manifests/secrets.k8s.yaml'));
    expect(check()).toEqual([
      { file: join(outdir, 'example/manifests/secrets.k8s.yaml'), is: 'missing', committed: false },
    ]);

    run();
    expect(
      check({
        ...example,
        images: { kind: 'tag', tag: '2.0.0' },
        services: example.services.filter(({ name }) => name === 'billing'),
      }),
    ).toEqual(
      expect.arrayContaining([
        { file: join(outdir, 'example/manifests/billing.k8s.yaml'), is: 'different', committed: true },
        { file: join(outdir, 'example/manifests/orders.k8s.yaml'), is: 'foreign', committed: true },
      ]),
    );
    fs.appendFileSync(secretsFile(), 'billing-db-password: ignored\n');
    expect(check()).toEqual([]);
    const text = fs.readFileSync(secretsFile(), 'utf8');
    fs.writeFileSync(secretsFile(), text.replace(/^redis-password: .*$/m, 'redis-password: changed'));
    const before = contentOf(root);
    expect(check()).toEqual([
      { file: join(outdir, 'example/manifests/secrets.k8s.yaml'), is: 'different', committed: false },
      { file: join(root, '.secrets/example.redis.conf'), is: 'different', committed: false },
    ]);
    expect(contentOf(root)).toEqual(before);
  });
});

describe('a change that kubectl apply would refuse', () => {
  test('is said: the size of a volume', () => {
    expect(run().filter((line) => line.startsWith('WARNING'))).toEqual([]);
    const bigger: Environment = {
      ...example,
      kafka: { kind: 'kraft', replicas: 1, storage: { size: Size.gibibytes(2) } },
    };

    expect(run([bigger])).toContainEqual(
      'WARNING: StatefulSet shop/kafka: spec.volumeClaimTemplates[0].spec.resources.requests.storage changes from 1Gi to 2Gi: ' +
        'kubectl apply will be refused, since this cannot change while the StatefulSet exists. README, "Grow a volume", says what to ' +
        'do without losing data.',
    );
    expect(run([bigger]).filter((line) => line.startsWith('WARNING'))).toEqual([]);
  });

  test('is said: the class of a volume', () => {
    run();
    const other: Environment = {
      ...example,
      kafka: { kind: 'kraft', replicas: 1, storage: { ...example.kafka.storage, storageClassName: 'fast' } },
    };
    expect(run([other]).join()).toContain(
      'spec.volumeClaimTemplates[0].spec.storageClassName changes from nothing to fast',
    );
  });

  test('is said: the selector of a Deployment, which nothing but its removal changes', () => {
    run();
    const file = join(outdir, 'example', 'manifests', 'orders.k8s.yaml');
    const before = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, before.replace(/(matchLabels:\n\s+app.kubernetes.io\/name:) orders/, '$1 formerly'));

    expect(run().filter((line) => line.startsWith('WARNING'))).toEqual([
      'WARNING: Deployment shop/orders: spec.selector.matchLabels.app.kubernetes.io/name changes from formerly to orders: ' +
        'kubectl apply will be refused, since this cannot change while the Deployment exists. ' +
        'Remove it first, which ends its pods (kubectl -n shop delete deployment orders), and apply again.',
    ]);
  });

  test('is not said of what may change, nor of what is new or gone', () => {
    run();
    const other: Environment = {
      ...example,
      images: { kind: 'tag', tag: '2.0.0' },
      scaling: { kind: 'fixed', replicas: 3 },
      kafka: { ...example.kafka, replicas: 3 },
    };
    expect(run([other]).filter((line) => line.startsWith('WARNING'))).toEqual([]);
    run([{ ...example, namespace: 'elsewhere' }]);
    fs.writeFileSync(join(outdir, 'example', 'manifests', 'kafka.k8s.yaml'), '{ [ no YAML');
    expect(run().filter((line) => line.startsWith('WARNING'))).toEqual([]);
  });
});

describe('the command', () => {
  test('says what is wrong in one line, and where in the code only for what is wrong in the code', () => {
    const written: string[] = [];
    const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const options = { outdir, secretsFolder: join(root, '.secrets') };
      fs.mkdirSync(join(outdir, 'example'), { recursive: true });
      fs.writeFileSync(join(outdir, 'example', 'precious'), '');
      expect(main([], [example], options)).toBe(1);
      expect(main([], [{ ...example, images: { kind: 'tag', tag: 'latest' } }], options)).toBe(1);
    } finally {
      spy.mockRestore();
    }

    expect(written).toEqual([
      expect.stringMatching(/^\S+\/example: has no \.generated file[^\n]*\n$/),
      expect.stringMatching(/^InvalidPropError: example\/orders\/orders\/orders: image [^\n]*\n {4}at /),
    ]);
  });
});
