import { Duration } from 'cdk8s';
import { CronJob, type CronJobProps } from '../../lib/constructs/cron-job';
import { Job, type JobProps, type JobRunProps } from '../../lib/constructs/job';
import { PreStop } from '../../lib/constructs/pre-stop';
import { Volume } from '../../lib/constructs/volumes';
import { Engine } from '../../lib/policy/engine';
import { policiesWithOptional } from '../../lib/policy/policies';
import { asYaml, containerOf, find, type Manifest, podTemplateOf, synthesized, testChart } from '../testing';
import { everyPodProp, SMALL } from './pod-props';

const MINIMAL: JobProps = { component: 'database', image: 'shop/orders-migrations:1.0', resources: SMALL };
const NIGHTLY: CronJobProps = { ...MINIMAL, schedule: '30 3 * * *' };

function job(props: Partial<JobProps> = {}, id = 'migrations'): Manifest[] {
  const chart = testChart();
  new Job(chart, id, { ...MINIMAL, ...props });
  return synthesized(chart);
}

function cronJob(props: Partial<CronJobProps> = {}, id = 'report'): Manifest[] {
  const chart = testChart();
  new CronJob(chart, id, { ...NIGHTLY, ...props });
  return synthesized(chart);
}

/** The Job that a CronJob would make, as the object that it would be. */
function jobOf(manifests: readonly Manifest[]): Manifest {
  const { metadata, spec } = find(manifests, 'CronJob', 'report') as unknown as {
    metadata: Manifest['metadata'];
    spec: { jobTemplate: { metadata: Partial<Manifest['metadata']>; spec: unknown } };
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: metadata.name, ...spec.jobTemplate.metadata },
    spec: spec.jobTemplate.spec,
  };
}

const everyJobProp = (): Required<JobRunProps> => ({
  ...everyPodProp(),
  component: 'database',
  labels: { 'shop.example/team': 'a' },
  annotations: { 'shop.example/owner': 'Team A' },
  image: 'shop/orders-migrations:2.0',
  resources: SMALL,
  restartPolicy: 'OnFailure',
  backoffLimit: 2,
  activeDeadline: Duration.minutes(10),
  ttlAfterFinished: Duration.days(1),
  completions: 4,
  parallelism: 2,
});

function expectEveryJobProp(of: Manifest): void {
  expect(of).toMatchObject({
    metadata: {
      labels: { 'app.kubernetes.io/component': 'database', 'shop.example/team': 'a' },
      annotations: { 'shop.example/owner': 'Team A' },
    },
    spec: {
      backoffLimit: 2,
      activeDeadlineSeconds: 600,
      ttlSecondsAfterFinished: 86400,
      completions: 4,
      parallelism: 2,
    },
  });
  expect(podTemplateOf(of)).toMatchObject({
    metadata: {
      labels: { 'shop.example/team': 'a', 'shop.example/tier': 'front' },
      annotations: { 'shop.example/note': 'Any text, of any length.' },
    },
    spec: {
      restartPolicy: 'OnFailure',
      priorityClassName: 'important',
      initContainers: [{ name: 'prepare' }, { name: 'proxy' }],
    },
  });
  expect(containerOf(of)).toMatchObject({ image: 'shop/orders-migrations:2.0', args: ['serve'] });
}

describe('a Job from a handful of props', () => {
  const manifests = job();
  const spec = podTemplateOf(find(manifests, 'Job', 'migrations')).spec;

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test('runs in pods that end, and are as hardened as every other', () => {
    expect(spec).toMatchObject({
      restartPolicy: 'Never',
      serviceAccountName: 'migrations-sa',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } }],
    });
    for (const field of ['ports', 'startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle']) {
      expect(spec.containers[0]).not.toHaveProperty(field);
    }
  });

  test('breaks no policy, as it needs no probes', () => {
    expect([
      ...new Engine(policiesWithOptional()).evaluate(manifests.map((manifest, id) => ({ id, manifest }))),
    ]).toEqual([]);
  });
});

describe('a Job', () => {
  test('has every prop in its manifest', () => {
    const props: Required<JobProps> = { ...everyJobProp(), nameSuffixHash: true };
    const made = job(props).filter(({ kind }) => kind === 'Job');

    expect(made).toHaveLength(1);
    made.forEach(expectEveryJobProp);
    expect(made[0]?.metadata.name).toMatch(/^migrations-[0-9a-f]{10}$/);
  });

  test('with a hash in its name is another Job when it does something else, and only then', () => {
    const nameOf = (props: Partial<JobProps> = {}): string => {
      const construct = new Job(testChart(), 'migrations', { ...MINIMAL, ...props, nameSuffixHash: true });
      expect(construct.job.name).toBe(construct.name);
      return construct.name;
    };
    const name = nameOf();

    expect(nameOf()).toBe(name);
    // What the Job itself is called and how it is annotated may change.
    expect(nameOf({ annotations: { 'shop.example/owner': 'Team B' } })).toBe(name);
    expect(nameOf({ image: 'shop/orders-migrations:1.1' })).not.toBe(name);
    expect(nameOf({ environment: { FLYWAY_TARGET: '7' } })).not.toBe(name);
    expect(nameOf({ backoffLimit: 1 })).not.toBe(name);
    // A field that the types of Kubernetes 1.28 do not know.
    const withSidecar = (seconds: number): Partial<JobProps> => ({
      initContainers: [
        {
          name: 'proxy',
          restartPolicy: 'Always',
          image: 'shop/proxy:1',
          resources: SMALL,
          preStop: PreStop.sleep(Duration.seconds(seconds)),
        },
      ],
    });
    expect(nameOf(withSidecar(2))).not.toBe(nameOf(withSidecar(1)));
  });

  test('keeps the name of its pods and of its ServiceAccount, whatever the hash', () => {
    const manifests = job({ nameSuffixHash: true });

    expect(manifests.map(({ metadata }) => metadata.name)).toEqual([
      'migrations-sa',
      expect.stringMatching(/^migrations-[0-9a-f]{10}$/),
    ]);
    expect(manifests[1]).toHaveProperty(
      ['spec', 'template', 'metadata', 'labels', 'app.kubernetes.io/name'],
      'migrations',
    );
  });

  test.each<[string, Partial<JobProps>, string]>([
    ['fewer failures than none', { backoffLimit: -1 }, 'backoffLimit -1: not a whole number'],
    ['nothing to do', { completions: 0 }, 'completions 0: not a whole number from 1'],
    ['nobody to do it', { parallelism: 0 }, 'parallelism 0: not a whole number from 1'],
    ['no time', { activeDeadline: Duration.seconds(0) }, 'activeDeadline "0 s": not whole seconds from 1'],
    ['half a second', { ttlAfterFinished: Duration.millis(500) }, 'ttlAfterFinished "0.5 s": not whole seconds'],
    ['a denied image', { image: 'bitnami/kubectl:1' }, 'comes from a denied repository'],
    [
      'a claim that only a StatefulSet makes',
      { mounts: [{ path: '/data', volume: Volume.fromVolumeClaimTemplate('data') }] },
      'mounts "/data": a volume of claim template data',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => job(props)).toThrow('test/migrations: ');
    expect(() => job(props)).toThrow(message);
  });

  test('has a name that is a label', () => {
    expect(() => job({}, 'm'.repeat(63))).not.toThrow();
    expect(() => job({}, 'm'.repeat(64))).toThrow('64 characters long');
    expect(() => job({ nameSuffixHash: true }, 'm'.repeat(52))).not.toThrow();
    expect(() => job({ nameSuffixHash: true }, 'm'.repeat(53))).toThrow('53 characters long');
  });
});

describe('a CronJob', () => {
  test('from a handful of props is what the snapshot shows', () => {
    expect(asYaml(cronJob())).toMatchSnapshot();
  });

  test('does not run beside its last run', () => {
    expect(find(cronJob(), 'CronJob', 'report')).toHaveProperty(['spec', 'concurrencyPolicy'], 'Forbid');
  });

  test('breaks no policy', () => {
    expect([
      ...new Engine(policiesWithOptional()).evaluate(cronJob().map((manifest, id) => ({ id, manifest }))),
    ]).toEqual([]);
  });

  test('has every prop in its manifest', () => {
    const props: Required<CronJobProps> = {
      ...everyJobProp(),
      schedule: '*/15 0-6,22 1 jan-jun MON',
      timeZone: 'Asia/Seoul',
      concurrencyPolicy: 'Replace',
      startingDeadline: Duration.minutes(5),
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 5,
      suspend: true,
    };
    const manifests = cronJob(props);

    expectEveryJobProp(jobOf(manifests));
    expect(find(manifests, 'CronJob', 'report')).toMatchObject({
      metadata: { labels: { 'shop.example/team': 'a' }, annotations: { 'shop.example/owner': 'Team A' } },
      spec: {
        schedule: '*/15 0-6,22 1 jan-jun MON',
        timeZone: 'Asia/Seoul',
        concurrencyPolicy: 'Replace',
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 0,
        failedJobsHistoryLimit: 5,
        suspend: true,
      },
    });
  });

  test.each([
    '* * * * *',
    '0 3 * * 0-6',
    '59 23 31 12 6',
    '0/15 * ? * *',
    '5,10-20/5 * * * *',
    ' 0  3 * * * ',
    '0 0 29 feb *',
    '0 0 30 2 mon', // on Mondays in February
    '0 0 31 2,3 *',
    '@hourly',
    '@every 1h30m',
  ])('takes the schedule %j', (schedule) => {
    expect(() => cronJob({ schedule })).not.toThrow();
  });

  test.each([
    ['', '1 fields instead of 5'],
    ['0 3 * *', '4 fields instead of 5'],
    ['0 0 3 * * *', '6 fields instead of 5'],
    ['TZ=Asia/Seoul 0 3 * * *', '6 fields instead of 5'],
    ['60 * * * *', 'has no minute from 0 to 59'],
    ['* 24 * * *', 'has no hour from 0 to 23'],
    ['* * 0 * *', 'has no day of the month from 1 to 31'],
    ['* * * 13 *', 'has no month from 1 to 12 or jan to dec'],
    ['* * * * 7', 'has no day of the week from 0 to 6 or sun to sat'],
    ['* * * * mon-sun', 'has no day of the week'],
    ['*/0 * * * *', 'has no minute'],
    ['20-10 * * * *', 'has no minute'],
    ['5/ * * * *', 'has no minute'],
    ['1-2-3 * * * *', 'has no minute'],
    ['1/2/3 * * * *', 'has no minute'],
    ['-1 * * * *', 'has no minute'],
    ['1, * * * *', 'has no minute'],
    ['H 3 * * *', 'has no minute'],
    ['0 3 L * *', 'has no day of the month'],
    ['0 0 30 2 *', 'a day that its months do not have'],
    ['0 0 31 apr,jun */1', 'a day that its months do not have'],
    ['@noon', 'not a schedule'],
    ['@every 5', 'not a schedule'],
  ])('refuses the schedule %j', (schedule, message) => {
    expect(() => cronJob({ schedule })).toThrow(`test/report: schedule ${JSON.stringify(schedule)}: ${message}`);
  });

  test.each(['UTC', 'Etc/UTC', 'Asia/Seoul', 'America/Argentina/Buenos_Aires', 'Etc/GMT+9'])(
    'takes the time zone %j',
    (timeZone) => {
      expect(() => cronJob({ timeZone })).not.toThrow();
    },
  );

  test.each(['', 'Local', 'Seoul', 'asia/seoul', '+09:00', '../etc/passwd'])('refuses the time zone %j', (timeZone) => {
    expect(() => cronJob({ timeZone })).toThrow(
      `test/report: timeZone ${JSON.stringify(timeZone)}: not a time zone, and the API server refuses it.`,
    );
  });

  test.each<[string, Partial<CronJobProps>, string]>([
    ['what a Job refuses', { backoffLimit: -1 }, 'backoffLimit -1'],
    ['to keep less than nothing', { failedJobsHistoryLimit: -1 }, 'failedJobsHistoryLimit -1'],
    ['to keep half a Job', { successfulJobsHistoryLimit: 0.5 }, 'successfulJobsHistoryLimit 0.5'],
    [
      'to be late by less than the controller is',
      { startingDeadline: Duration.seconds(9) },
      'startingDeadline "9 s": not whole seconds from 10',
    ],
  ])('refuses %s', (_, props, message) => {
    expect(() => cronJob(props)).toThrow(`test/report: ${message}`);
  });

  test('has a name that leaves room for those of its Jobs', () => {
    expect(() => cronJob({}, 'r'.repeat(52))).not.toThrow();
    expect(() => cronJob({}, 'r'.repeat(53))).toThrow('53 characters long');
  });
});
