import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectivityJob, type ConnectivityJobProps } from '../../lib/k3d/connectivity-job';

const props: ConnectivityJobProps = {
  name: 'host-connectivity',
  namespace: 'shop',
  labels: { 'app.kubernetes.io/name': 'host-connectivity' },
  targets: [
    { name: 'postgres-external', host: 'postgres-external.shop.svc.cluster.local', port: 5432 },
    { name: 'redis-external', host: 'redis-external.shop.svc.cluster.local', port: 6379 },
  ],
};

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
}

function container(from = props): Container {
  const job = connectivityJob(from) as { spec: { template: { spec: { containers: [Container] } } } };
  return job.spec.template.spec.containers[0];
}

/** Runs the container's command with an `nc` that answers by the port it is given. */
function run(targets = props.targets): { readonly status: number | null; readonly stdout: string } {
  const folder = mkdtempSync(join(tmpdir(), 'connectivity-'));
  writeFileSync(
    join(folder, 'nc'),
    `#!/bin/sh\ncase $5 in 5432) exit 0 ;; 6379) echo "nc: $4: Connection refused" >&2; exit 1 ;; *) exit 1 ;; esac\n`,
    { mode: 0o755 },
  );
  const [shell = '', ...rest] = container({ ...props, targets }).command;
  const { status, stdout } = spawnSync(shell, [...rest, ...container({ ...props, targets }).args], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  });
  rmSync(folder, { recursive: true });
  return { status, stdout };
}

test('matches the snapshot', () => {
  expect(dump(connectivityJob(props))).toMatchSnapshot();
});

test('runs restricted, with an image that is official and pinned', () => {
  expect(connectivityJob(props)).toMatchObject({
    spec: {
      template: {
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              image: 'busybox:1.37.0',
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                readOnlyRootFilesystem: true,
              },
            },
          ],
        },
      },
    },
  });
});

test('fails with the name of the endpoint that does not answer, and goes on to the others', () => {
  const { status, stdout } = run();

  expect(status).toBe(1);
  expect(stdout).toBe(
    'postgres-external: postgres-external.shop.svc.cluster.local:5432 answers\n' +
      'redis-external: redis-external.shop.svc.cluster.local:6379 DOES NOT ANSWER: ' +
      'nc: redis-external.shop.svc.cluster.local: Connection refused\n',
  );
});

test('succeeds when all answer', () => {
  expect(run(props.targets.slice(0, 1)).status).toBe(0);
});

test('says that it timed out where nc says nothing', () => {
  expect(run([{ name: 'other', host: 'h', port: 9 }]).stdout).toBe('other: h:9 DOES NOT ANSWER: timed out\n');
});

test('reads no target as a script', () => {
  const { stdout } = run([{ name: '$(id); `id`', host: '"; id; "', port: 5432 }]);

  expect(stdout).toBe('$(id); `id`: "; id; ":5432 answers\n');
});

test('refuses to test nothing', () => {
  expect(() => connectivityJob({ ...props, targets: [] })).toThrow('targets: none');
});

test('takes another image', () => {
  expect(container({ ...props, image: 'registry.example/busybox:1' })).toMatchObject({
    image: 'registry.example/busybox:1',
  });
});
