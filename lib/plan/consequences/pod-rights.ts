import type { Workload } from '../../graph';
import { child, field, listAt, textAt, textsAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import type { Severity } from '../model';

// Fields of a pod by which it may do more to its node, or to the cluster.

/** Something that opens a pod or a container to more. */
interface Open {
  readonly severity: Severity;
  /** @param id which container, volume or capability */
  readonly text: (id: string) => string;
  readonly source: string;
}

/** That a workload's pods have it. */
export interface Opening {
  /** What tells it from others of the same workload. */
  readonly id: string;
  readonly open: Open;
  readonly path: Path;
}

const STANDARDS = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/';
const TOKENS =
  'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting';

/** Fields of the pod, and of each container, that say it by one value. */
interface OpenField {
  readonly of: 'pod' | 'container';
  readonly field: readonly string[];
  /** @param value of a container, its own or else the pod's */
  readonly isOpen: (value: unknown) => boolean;
  readonly severity: Severity;
  /** What the pods, or the container, then do. */
  readonly text: string;
}

const isTrue = (value: unknown): boolean => value === true;
const isRoot = (value: unknown): boolean => value === 0;

const OPEN_FIELDS: readonly OpenField[] = [
  {
    of: 'pod',
    field: ['hostNetwork'],
    isOpen: isTrue,
    severity: 'danger',
    text: 'The pods are on the network of their node (hostNetwork): no network policy holds them',
  },
  {
    of: 'pod',
    field: ['hostPID'],
    isOpen: isTrue,
    severity: 'danger',
    text: 'The pods see and signal every process of their node (hostPID)',
  },
  {
    of: 'pod',
    field: ['hostIPC'],
    isOpen: isTrue,
    severity: 'danger',
    text: 'The pods share memory with every process of their node (hostIPC)',
  },
  {
    of: 'container',
    field: ['securityContext', 'privileged'],
    isOpen: isTrue,
    severity: 'danger',
    text: 'may do to its node what root may (privileged)',
  },
  {
    of: 'container',
    field: ['securityContext', 'allowPrivilegeEscalation'],
    isOpen: (value) => value !== false,
    severity: 'warning',
    text: 'may become root by a program that lets it (allowPrivilegeEscalation)',
  },
  {
    of: 'container',
    field: ['securityContext', 'runAsUser'],
    isOpen: isRoot,
    severity: 'danger',
    text: 'runs as root (runAsUser 0)',
  },
  {
    of: 'container',
    field: ['securityContext', 'runAsNonRoot'],
    isOpen: (value) => value !== true,
    severity: 'warning',
    text: 'may run as root, if its image says so (runAsNonRoot)',
  },
  {
    of: 'container',
    field: ['securityContext', 'readOnlyRootFilesystem'],
    isOpen: (value) => value !== true,
    severity: 'warning',
    text: 'can write to its own file system (readOnlyRootFilesystem)',
  },
  {
    of: 'container',
    field: ['securityContext', 'seccompProfile', 'type'],
    isOpen: (value) => value === undefined || value === 'Unconfined',
    severity: 'warning',
    text: 'may make every system call (seccompProfile)',
  },
  {
    of: 'container',
    field: ['securityContext', 'procMount'],
    isOpen: (value) => value === 'Unmasked',
    severity: 'danger',
    text: "sees all of its node's /proc (procMount)",
  },
];

/** Everything by which the pods of a workload are open. */
export function openingsOf(workload: Workload): readonly Opening[] {
  const { podSpec, templatePath } = workload;
  // An operator's pods have what it gives them.
  if (!listAt(podSpec, 'containers').some((container) => textAt(container, 'image') !== '')) {
    return [];
  }
  const base = [...templatePath, 'spec'];
  return [
    ...OPEN_FIELDS.filter(({ of, field: path, isOpen }) => of === 'pod' && isOpen(field(podSpec, ...path))).map(
      ({ field: path, severity, text }) => opening(path.join('.'), severity, () => `${text}.`, [...base, ...path]),
    ),
    ...(child(podSpec, 'automountServiceAccountToken') === false
      ? []
      : [
          opening(
            'automountServiceAccountToken',
            'warning',
            () => 'The pods get a token of their account, unless the account says otherwise.',
            [...base, 'automountServiceAccountToken'],
            TOKENS,
          ),
        ]),
    ...listAt(podSpec, 'volumes').flatMap((volume, index) => {
      const path = textAt(volume, 'hostPath', 'path');
      return path === ''
        ? []
        : [
            opening(`hostPath ${path}`, 'danger', () => `The pods have ${path} of their node (hostPath).`, [
              ...base,
              'volumes',
              index,
            ]),
          ];
    }),
    ...['initContainers', 'containers'].flatMap((list) =>
      listAt(podSpec, list).flatMap((container, index) => ofContainer(container, podSpec, [...base, list, index])),
    ),
  ];
}

function ofContainer(container: unknown, podSpec: unknown, path: Path): readonly Opening[] {
  const name = textAt(container, 'name');
  const drops = textsAt(container, 'securityContext', 'capabilities', 'drop').includes('ALL');
  return [
    ...OPEN_FIELDS.filter(
      ({ of, field: at, isOpen }) => of === 'container' && isOpen(field(container, ...at) ?? field(podSpec, ...at)),
    ).map(({ field: at, severity, text }) =>
      opening(`${name} ${at.join('.')}`, severity, () => `Container ${name} ${text}.`, [...path, ...at]),
    ),
    ...textsAt(container, 'securityContext', 'capabilities', 'add').map((capability) =>
      opening(
        `${name} add ${capability}`,
        capability === 'NET_BIND_SERVICE' ? 'warning' : 'danger',
        () => `Container ${name} has capability ${capability}.`,
        [...path, 'securityContext', 'capabilities', 'add'],
      ),
    ),
    ...(drops
      ? []
      : [
          opening(
            `${name} drop ALL`,
            'warning',
            () => `Container ${name} keeps the capabilities that its runtime gives (it does not drop ALL).`,
            [...path, 'securityContext', 'capabilities', 'drop'],
          ),
        ]),
    ...listAt(container, 'ports').flatMap((port, index) => {
      const host = child(port, 'hostPort');
      return typeof host === 'number' && host > 0
        ? [
            opening(
              `${name} hostPort ${host}`,
              'danger',
              () => `Container ${name} takes port ${host} of its node (hostPort).`,
              [...path, 'ports', index, 'hostPort'],
            ),
          ]
        : [];
    }),
  ];
}

function opening(id: string, severity: Severity, text: Open['text'], path: Path, source = STANDARDS): Opening {
  return { id, open: { severity, text, source }, path };
}
