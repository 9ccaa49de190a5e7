import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { MARKER } from '../lib/plan/markdown';

// .github/workflows/pull-request.yml: each of its `run` steps is run here as it stands, in a copy of this repository, with a stand-in for
// what GitHub gives. test/cluster/pull-request.test.ts has it checked by actionlint.

const ROOT = join(__dirname, '..');

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly environment: readonly string[] } };
  readonly steps: readonly Step[];
}

const workflow = load(readFileSync(join(ROOT, '.github/workflows/pull-request.yml'), 'utf8')) as {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
};

function jobNamed(name: string): Job {
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`there is no job ${name}`);
  return job;
}

function stepNamed(job: string, name: string): Step {
  const step = jobNamed(job).steps.find((each) => each.name === name);
  if (step === undefined) throw new Error(`${job} has no step ${name}`);
  return step;
}

describe('the workflow', () => {
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('runs what a pull request brings with no more rights than each job needs', () => {
    expect(workflow.on).toBe('pull_request');
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(Object.fromEntries(Object.entries(workflow.jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
      test: undefined,
      check: { contents: 'read', 'security-events': 'write' },
      plan: { contents: 'read', 'pull-requests': 'write' },
    });
  });

  it('puts nothing of a pull request into a script: it comes as a variable', () => {
    expect(steps.filter(({ run }) => run?.includes('${{') === true)).toEqual([]);
  });

  it('leaves no token in the checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);

    expect(checkouts).toHaveLength(3);
    expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual([false, false, false]);
  });

  it('judges every environment', () => {
    const environments = readdirSync(join(ROOT, 'dist')).filter((name) => !name.startsWith('.'));

    expect(jobNamed('check').strategy?.matrix.environment).toEqual(environments);
  });
});

describe('its steps', () => {
  let folder: string;
  let copy: string;

  /** The sources with their history of one commit, which is also origin's. */
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'pull-request-')));
    copy = join(folder, 'copy');
    const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    for (const file of listed.stdout.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)))) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      copyFileSync(join(ROOT, file), join(copy, file));
    }
    // A folder of its own, so that no bundle of the copy is kept among those of the project.
    mkdirSync(join(copy, 'node_modules'));
    for (const name of readdirSync(join(ROOT, 'node_modules')).filter(
      (each) => each === '.bin' || !each.startsWith('.'),
    )) {
      symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
    }
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    git('commit', '--quiet', '--message=main');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    standIns();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    git('reset', '--quiet', '--hard');
    for (const file of ['output', 'summary', 'asked', 'ids', 'npm']) {
      writeFileSync(join(folder, file), '');
    }
  });

  function git(...args: readonly string[]): void {
    const user = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
    const { status, stderr } = spawnSync('git', [...user, ...args], { cwd: copy, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }

  /** `gh`, which keeps what it is asked for; and `npm`, which leaves out what .ci/run has run itself, and takes longest. */
  function standIns(): void {
    mkdirSync(join(folder, 'bin'));
    const write = (name: string, text: string): void => {
      writeFileSync(join(folder, 'bin', name), `#!/usr/bin/env bash\nset -euo pipefail\n${text}`);
      chmodSync(join(folder, 'bin', name), 0o755);
    };
    write(
      'gh',
      `[ "$GH_TOKEN" = a-token ]
printf '%s\\n' "$*" >> "$FOLDER/asked"
case " $* " in
  *' --paginate '*) cat "$FOLDER/ids" ;;
  *' --field body=@plan.md '*) cp plan.md "$FOLDER/posted.md" && echo '{"id": 1}' ;;
  *) exit 3 ;;
esac
`,
    );
    write(
      'npm',
      `case "$*" in
  ${LEFT_TO_CI.map((args) => `'${args}'`).join(' | ')}) echo "$*" >> "$FOLDER/npm" ;;
  *) PATH="\${PATH#*:}" exec npm "$@" ;;
esac
`,
    );
  }

  const LEFT_TO_CI = ['ci', 'run typecheck', 'run lint', 'run format:check', 'test -- --ci --maxWorkers=100%'];

  const EXPRESSIONS: Readonly<Record<string, () => string>> = {
    'github.token': () => 'a-token',
    'github.repository': () => 'owner/repository',
    'github.event.pull_request.number': () => '7',
    'steps.plan.outputs.code': () => /^code=(.*)$/m.exec(readFileSync(join(folder, 'output'), 'utf8'))?.[1] ?? '',
  };

  /** Runs a step as GitHub does. */
  function run(
    { run: script = '', env = {} }: Step,
    matrix: Readonly<Record<string, string>> = {},
  ): { readonly status: number | null; readonly stderr: string } {
    const valueOf = (expression: string): string => {
      const value = matrix[expression] ?? EXPRESSIONS[expression]?.();
      if (value === undefined) throw new Error(`nobody knows ${expression}`);
      return value;
    };
    const variables = Object.entries(env).map(([name, text]): [string, string] => [
      name,
      text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => valueOf(expression)),
    ]);
    const file = join(folder, 'step.sh');
    writeFileSync(file, script);
    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
    const { status, stderr } = spawnSync('bash', ['-e', file], {
      cwd: copy,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...Object.fromEntries(variables),
        FOLDER: folder,
        GITHUB_OUTPUT: join(folder, 'output'),
        GITHUB_STEP_SUMMARY: join(folder, 'summary'),
        PATH: [join(folder, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
      },
    });
    return { status, stderr };
  }

  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

  function edit(file: string, text: string, by: string): void {
    const before = readFileSync(join(copy, file), 'utf8');
    expect(before).toContain(text);
    writeFileSync(join(copy, file), before.replaceAll(text, by));
  }

  it('of the tests are what .ci/run runs', () => {
    for (const step of jobNamed('test').steps.filter((each) => each.run !== undefined)) {
      expect({ step: step.name, ...run(step) }).toMatchObject({ step: step.name, status: 0 });
    }

    expect(read('npm').trimEnd().split('\n')).toEqual(LEFT_TO_CI);
    const ci = readFileSync(join(ROOT, '.ci/run'), 'utf8').split(/\n|'| && /);
    expect(LEFT_TO_CI.filter((args) => !ci.includes(`npm ${args}`))).toEqual([]);
  });

  it('end where a synth changes dist', () => {
    edit('dist/local/manifests/otel-collector.k8s.yaml', 'runAsNonRoot: true', 'runAsNonRoot: false');
    git('commit', '--quiet', '--all', '--message=by hand');
    const { status } = run(stepNamed('test', 'The committed dist/ is what the code synthesizes'));
    git('reset', '--quiet', '--hard', 'HEAD~1');

    expect(status).toBe(1);
  });

  it('write what the policies find as SARIF, be there something or nothing', () => {
    const judge = stepNamed('check', 'Judge dist/${{ matrix.environment }}');
    for (const environment of jobNamed('check').strategy?.matrix.environment ?? []) {
      expect(run(judge, { 'matrix.environment': environment })).toEqual({ status: 0, stderr: '' });
      expect(openIn(environment)).toEqual([]);
    }
    edit('dist/staging/manifests/otel-collector.k8s.yaml', 'runAsNonRoot: true', 'runAsNonRoot: false');

    expect(run(judge, { 'matrix.environment': 'staging' })).toMatchObject({ status: 1 });
    expect(openIn('staging')).toEqual(['run-as-non-root']);
  });

  /** The policies that an environment's SARIF says are violated, with no acknowledged exception. */
  function openIn(environment: string): readonly string[] {
    const { runs } = JSON.parse(readFileSync(join(copy, `${environment}.sarif`), 'utf8')) as {
      readonly runs: readonly {
        readonly results: readonly { readonly ruleId: string; readonly suppressions?: unknown }[];
      }[];
    };
    return runs.flatMap(({ results }) =>
      results.filter(({ suppressions }) => suppressions === undefined).map(({ ruleId }) => ruleId),
    );
  }

  const MAKE = stepNamed('plan', 'Make the plan');
  const POST = stepNamed('plan', 'Post the plan');
  const JUDGE = stepNamed('plan', 'Nothing dangerous passes unacknowledged');

  it('make a plan, post it, and post it anew in the same comment', () => {
    edit('dist/local/manifests/otel-collector.k8s.yaml', 'runAsNonRoot: true', 'runAsNonRoot: false');

    expect(run(MAKE)).toEqual({ status: 0, stderr: '' });
    expect(run(POST)).toEqual({ status: 0, stderr: '' });
    expect(run(JUDGE)).toEqual({ status: 0, stderr: '' });
    const plan = read('posted.md');
    expect(plan.startsWith(`${MARKER}\n`)).toBe(true);
    expect(plan).toContain('@@ spec.template.spec.securityContext.runAsNonRoot @@\n- true\n+ false\n');
    expect(read('summary')).toBe(plan);
    writeFileSync(join(folder, 'ids'), '42\n43\n');
    expect(run(POST)).toEqual({ status: 0, stderr: '' });
    const [listed, posted, again, updated] = read('asked').trimEnd().split('\n');
    expect(listed).toMatch(/^api --paginate repos\/owner\/repository\/issues\/7\/comments --jq /);
    expect(listed).toContain(`startswith("${MARKER}")`);
    expect(posted).toBe('api --method POST repos/owner/repository/issues/7/comments --field body=@plan.md');
    expect(again).toBe(listed);
    expect(updated).toBe('api --method PATCH repos/owner/repository/issues/comments/42 --field body=@plan.md');
  });

  it('fail where something is dangerous, after it is posted', () => {
    edit('dist/local/manifests/kafka.k8s.yaml', 'storage: 1Gi', 'storage: 2Gi');

    expect(run(MAKE)).toEqual({ status: 0, stderr: '' });
    expect(read('summary')).toContain('## Plan: 1 danger');
    expect(run(POST)).toEqual({ status: 0, stderr: '' });
    expect(run(JUDGE)).toEqual({ status: 1, stderr: '' });
  });

  it('fail where there is no plan, and post none', () => {
    writeFileSync(join(copy, 'dist/local/manifests/otel-collector.k8s.yaml'), 'kind: [');

    expect(run(MAKE)).toMatchObject({ status: 2 });
    expect(read('output')).toBe('');
    expect(jobNamed('plan').steps.indexOf(MAKE)).toBeLessThan(jobNamed('plan').steps.indexOf(POST));
  });
});
