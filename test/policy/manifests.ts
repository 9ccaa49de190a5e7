import type { WorkloadKind } from '../../lib/manifest/workloads';

/** Plain data that a test changes one field of. */
export type Data = Record<string, unknown>;

export const LABELS = {
  'app.kubernetes.io/name': 'web',
  'app.kubernetes.io/part-of': 'shop',
  'app.kubernetes.io/component': 'backend',
};

/** A container that no policy objects to. */
export function container(name: string, long = true): Data {
  const probe = { httpGet: { path: '/', port: 'http' } };
  return {
    name,
    image: 'registry.example.com:5000/shop/web:1.2.3',
    ports: [{ name: 'http', containerPort: 8080 }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    ...(long
      ? {
          startupProbe: { ...probe, failureThreshold: 30 },
          livenessProbe: probe,
          readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
        }
      : {}),
  };
}

/** A container that `kubectl debug` adds: no ports, no probes, no resources. */
export function debugContainer(name: string): Data {
  const { image, securityContext } = container(name);
  return { name, image, securityContext };
}

/** The spec of a pod that no policy objects to. */
export function podSpec(): Data {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container('main')],
  };
}

/** The same, that leaves the token to its ServiceAccount. */
export function silentPodSpec(): Data {
  return set(podSpec(), 'automountServiceAccountToken', undefined);
}

/** An object of that kind around the pod's spec, named `web` in namespace `shop`. */
export function workload({ group, version, kind }: Pick<WorkloadKind, 'group' | 'version' | 'kind'>, spec: Data): Data {
  const template = { metadata: { labels: LABELS }, spec };
  const head = {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: { name: 'web', namespace: 'shop', labels: LABELS },
  };
  switch (kind) {
    case 'Pod':
      return { ...head, spec };
    case 'Job':
      return { ...head, spec: { template: { ...template, spec: { restartPolicy: 'Never', ...spec } } } };
    case 'PodTemplate':
      return { ...head, template };
    case 'ReplicationController':
      return { ...head, spec: { selector: { 'app.kubernetes.io/name': 'web' }, template } };
    case 'ControllerRevision':
      return { ...head, revision: 1, data: { spec: { template } } };
    case 'CronJob':
      return {
        ...head,
        spec: {
          schedule: '0 3 * * *',
          jobTemplate: { spec: { template: { ...template, spec: { restartPolicy: 'Never', ...spec } } } },
        },
      };
    case 'StatefulSet':
      return {
        ...head,
        spec: { serviceName: 'web', selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } }, template },
      };
    default:
      return { ...head, spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } }, template } };
  }
}

/** A field of plain data, for a test that knows what it built. */
export function get(data: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      data,
    );
}

/**
 * A copy with one field set, or removed where the value is undefined. Keys may hold dots where `path` is a list; an empty one sets the fields
 * of the value.
 */
export function set(data: Data, path: string | readonly string[], value: unknown): Data {
  const [key, ...rest] = typeof path === 'string' ? path.split('.') : path;
  if (key === undefined) {
    return { ...data, ...(value as Data) };
  }
  const copy: Data = Array.isArray(data) ? Object.assign([], data) : { ...data };
  if (rest.length > 0) {
    copy[key] = set((copy[key] ?? {}) as Data, rest, value);
  } else if (value === undefined) {
    Reflect.deleteProperty(copy, key);
  } else {
    copy[key] = value;
  }
  return copy;
}

/** A Deployment under another name, with a selector of its own. */
export function renamed(deployment: Data, name: string): Data {
  const label = 'app.kubernetes.io/name';
  const selecting = set(deployment, ['spec', 'selector', 'matchLabels', label], name);
  return set(set(selecting, ['spec', 'template', 'metadata', 'labels', label], name), 'metadata.name', name);
}
