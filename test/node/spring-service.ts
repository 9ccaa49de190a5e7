import { randomBytes } from 'node:crypto';
import { App, Chart, Size } from 'cdk8s';
import { loadAll } from 'js-yaml';
import { Cpu } from '../../imports/k8s';
import { Namespace } from '../../lib/constructs/namespace';
import { Probe } from '../../lib/constructs/probe';
import { SpringService } from '../../lib/constructs/spring-service';
import { Volume } from '../../lib/constructs/volumes';
import { renderCharts } from '../../lib/synth/manifests';
import { records, text } from '../cluster/json';
import type { Kubectl, KubernetesObject } from '../cluster/kubectl';
import type { Node } from './node';
import { containers, isReady, RunningPlatform, status } from './platform';

/**
 * Tests what of a SpringService the platform's own services do not use.
 *
 * @param node where it runs, once the tests do
 */
export function describeSpringService(node: () => Node): void {
  describe('a Spring service with a port for Actuator, an init container, a sidecar and a mounted Secret', () => {
    const NAMESPACE = 'orders';
    const TOKEN = randomBytes(12).toString('hex');
    const MANAGEMENT_PORT = 9001;
    const SMALL = {
      cpu: { request: Cpu.millis(10), limit: Cpu.millis(200) },
      memory: { request: Size.mebibytes(16), limit: Size.mebibytes(64) },
    };
    let kubectl: Kubectl;
    let platform: RunningPlatform;
    let pod: KubernetesObject;

    const inService = async (...command: readonly string[]): Promise<string> =>
      (
        await kubectl.run([
          'exec',
          pod.metadata.name,
          `--namespace=${NAMESPACE}`,
          '--container=orders',
          '--',
          ...command,
        ])
      ).stdout;
    const ask = async (port: string, path: string): Promise<string> =>
      (await kubectl.run(['get', `--raw=/api/v1/namespaces/${NAMESPACE}/services/orders:${port}/proxy${path}`])).stdout;

    beforeAll(async () => {
      ({ kubectl } = node().cluster);
      platform = new RunningPlatform(kubectl, node());
      const app = new App();
      new Namespace(new Chart(app, '00-namespace'), NAMESPACE);
      const chart = new Chart(app, 'orders', { namespace: NAMESPACE, disableResourceNameHashes: true });
      const shared = Volume.emptyDir({ sizeLimit: Size.mebibytes(16) });
      const image = 'apache/kafka:3.9.0';
      new SpringService(chart, 'orders', {
        image: 'sportstix/queue-service:dev',
        port: 8080,
        managementPort: MANAGEMENT_PORT,
        managementBasePath: '/internal',
        contextPath: '/orders',
        resources: {
          cpu: { request: Cpu.millis(50) },
          memory: { request: Size.mebibytes(256), limit: Size.mebibytes(512) },
        },
        // Nothing but itself: the image's own settings name a Redis and a Kafka.
        config: {
          SPRING_AUTOCONFIGURE_EXCLUDE: [
            'org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration',
            'org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration',
            'org.springframework.boot.autoconfigure.kafka.KafkaAutoConfiguration',
          ].join(),
          MANAGEMENT_ENDPOINT_HEALTH_GROUP_READINESS_INCLUDE: 'readinessState',
        },
        environment: {
          POD_IP: { fieldPath: 'status.podIP' },
          MEMORY_LIMIT: { resource: 'limits.memory', divisor: '1Mi' },
          TOKEN: { from: { kind: 'Secret', name: 'token' }, key: 'token' },
          ABSENT: { from: { kind: 'Secret', name: 'absent' }, key: 'token', optional: true },
        },
        javaOptions: ['-XX:MaxRAMPercentage=50', '-Dorders.address=$(POD_IP)'],
        mounts: [
          {
            path: '/etc/token',
            volume: Volume.fromSource({ kind: 'Secret', name: 'token' }, { defaultMode: 0o440 }),
          },
          { path: '/shared', volume: shared },
        ],
        initContainers: [
          {
            name: 'prepare',
            image,
            command: ['sh', '-c', 'id -u > /shared/prepared'],
            resources: SMALL,
            mounts: [{ path: '/shared', volume: shared }],
          },
          {
            name: 'watch',
            image,
            restartPolicy: 'Always',
            command: ['sh', '-c', 'while sleep 1; do date > /shared/alive; done'],
            resources: SMALL,
            mounts: [{ path: '/shared', volume: shared }],
            probes: { startup: Probe.fromCommand(['test', '-e', '/shared/alive'], { failureThreshold: 600 }) },
          },
        ],
      });
      const objects = [...renderCharts(app).values()].flatMap((yaml) => loadAll(yaml) as KubernetesObject[]);
      await kubectl.apply({ objects: objects.filter(({ kind }) => kind === 'Namespace') });
      await kubectl.apply({
        objects: [
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'token', namespace: NAMESPACE },
            stringData: { token: TOKEN },
          },
          ...objects,
        ],
      });
      pod = await platform.until('the service is Ready', async () => {
        const found = await platform.livePods('orders', NAMESPACE);
        return found.length === 1 && found.every(isReady) && found[0];
      });
    });
    test('starts once what comes before it has run, and its sidecar runs beside it', () => {
      const states = records(status(pod)['initContainerStatuses']);

      expect(states).toMatchObject([
        { name: 'prepare', state: { terminated: { exitCode: 0 } } },
        { name: 'watch', started: true, state: { running: {} } },
      ]);
      expect(containers(pod)).toMatchObject([{ name: 'orders', ready: true, restartCount: 0 }]);
    });

    test('Actuator answers on its own port and path alone, the service on the other', async () => {
      for (const state of ['liveness', 'readiness']) {
        expect(JSON.parse(await ask('management', `/internal/actuator/health/${state}`))).toMatchObject({
          status: 'UP',
        });
      }
      await expect(ask('management', '/actuator/health')).rejects.toThrow('could not find the requested resource');
      await expect(ask('http', '/orders/actuator/health')).rejects.toThrow('could not find the requested resource');
    });

    test('reads the Secret as file and variable, what the others have written, and its own address', async () => {
      expect(await inService('cat', '/etc/token/token')).toBe(TOKEN);
      expect(await inService('cat', '/shared/prepared')).toBe('1000\n');
      expect(await inService('cat', '/shared/alive')).not.toBe('');
      const [environment, options] = await Promise.all([
        inService('sh', '-c', 'echo "$TOKEN $MEMORY_LIMIT $POD_IP ${ABSENT-none}"'),
        inService('sh', '-c', 'tr "\\0" "\\n" < /proc/1/cmdline'),
      ]);
      const address = text(status(pod)['podIP']);
      expect(environment).toBe(`${TOKEN} 512 ${address} none\n`);
      expect(options.split('\n')).toContain(`-Dorders.address=${address}`);
    });
  });
}
