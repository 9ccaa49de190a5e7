import { readAsset } from '../host/assets';

/** A server that pods must reach. */
export interface ConnectivityTarget {
  /** By this name a failure is reported. */
  readonly name: string;
  /** The name by which the services reach it: `postgres-external.shop.svc.cluster.local`. */
  readonly host: string;
  readonly port: number;
}

/** Props of {@link connectivityJob}. */
export interface ConnectivityJobProps {
  /** The Job's name. */
  readonly name: string;
  readonly namespace: string;
  /** Labels of the Job and its pod. */
  readonly labels: Readonly<Record<string, string>>;
  readonly targets: readonly ConnectivityTarget[];
  /**
   * An image with a shell and `nc`.
   * @default 'busybox:1.37.0', a Docker official image
   */
  readonly image?: string;
}

/** The script as a manifest needs it: without what its head says to people and to shellcheck. */
function script(): string {
  return readAsset('lib/k3d/connectivity.sh').replace(/^(#.*\n)+/, '');
}

/** nobody, in every image that has a name for it. */
const NOBODY = 65534;

/**
 * A Job that tests from inside a pod whether each server answers on its port: not part of the platform, but applied by
 * hand when something cannot be reached. Its log names each target; `kubectl describe` shows the log of a failed one too.
 */
export function connectivityJob(props: ConnectivityJobProps): object {
  const { name, namespace, labels, targets, image = 'busybox:1.37.0' } = props;
  if (targets.length === 0) {
    throw new Error(`connectivity Job ${name}: targets: none, so it would succeed without a test; name at least one.`);
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels: { ...labels } },
    spec: {
      // Tried once: whoever runs it wants to see the first answer.
      backoffLimit: 0,
      activeDeadlineSeconds: 30 + 10 * targets.length,
      // A finished Job cannot be applied again with another template, so it goes by itself.
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels: { ...labels } },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: NOBODY,
            runAsGroup: NOBODY,
            fsGroup: NOBODY,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'connectivity',
              image,
              // The targets are arguments, so nothing in them is read as a script.
              command: ['sh', '-c', script(), 'connectivity'],
              args: targets.flatMap((target) => [target.name, target.host, String(target.port)]),
              terminationMessagePolicy: 'FallbackToLogsOnError',
              resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
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
  };
}
