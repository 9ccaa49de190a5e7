import type { Duration, Size } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkSourceKey, type EnvironmentSource } from './config-map';
import { InvalidPropError } from './invalid-prop';
import { checkFieldPath, checkInteger, checkObjectName, wholeBytes, wholeSeconds } from './validation';
import { type FieldValue, type ResourceValue, toResourceFieldRef } from './variables';

/** A key of a ConfigMap or Secret as a file. */
export interface KeyFile {
  /** The key. */
  readonly key: string;
  /** Path of the file, below the path where the volume is mounted. */
  readonly path: string;
  /**
   * Permissions of the file: 0 to 0o777.
   * @default - those of the volume
   */
  readonly mode?: number;
}

/** Which keys of a ConfigMap or Secret become files. */
export interface KeyFiles {
  /**
   * The keys, and the files that they become.
   * @default - each key becomes a file of its name
   */
  readonly items?: readonly KeyFile[];
  /**
   * Whether the container starts where the object or a key is missing; it does not start otherwise.
   * @default false
   */
  readonly optional?: boolean;
}

/** Keys as files of their own names. */
export function filesNamed(keys: readonly string[]): KeyFile[] {
  return keys.map((key) => ({ key, path: key }));
}

/** The permissions of a volume's files. */
export interface FileMode {
  /**
   * Permissions of the files: 0 to 0o777. Where the pod has a group for its volumes, Kubernetes lets it read them besides.
   * @default 0o644 (Kubernetes' own)
   */
  readonly defaultMode?: number;
}

/** Options of {@link Volume.emptyDir}. */
export interface EmptyDirOptions {
  /**
   * How much it may hold; the pod is evicted when it holds more.
   * @default - as much as the node has
   */
  readonly sizeLimit?: Size;
  /**
   * `Memory` for a file system in memory, whose content counts against the memory limit of the container that wrote it.
   * @default - the node's disk
   */
  readonly medium?: 'Memory';
}

/**
 * Who may use the volume of a claim at the same time: the pods of one node, of all nodes, all nodes without writing, or a single pod.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
 */
export type AccessMode = 'ReadWriteOnce' | 'ReadWriteMany' | 'ReadOnlyMany' | 'ReadWriteOncePod';

/** What {@link Volume.fromPersistentVolumeClaim} must know of the claim. */
export interface PersistentVolumeClaimOptions {
  /**
   * The claim's access mode. One that a single node or pod may write to is for workloads of one pod.
   * @default 'ReadWriteOnce'
   */
  readonly accessMode?: AccessMode;
}

/** What {@link Volume.projected} puts into one folder. */
export type ProjectedSource =
  | (KeyFiles & {
      /** Keys of a ConfigMap or Secret. */
      readonly from: EnvironmentSource;
    })
  | {
      /** A token of the pod's ServiceAccount, which the kubelet renews before it expires. */
      readonly serviceAccountToken: {
        /** Path of the file. */
        readonly path: string;
        /**
         * For whom it is: who is asked with it refuses one that is for another.
         * @default - the API server
         */
        readonly audience?: string;
        /**
         * How long it holds: ten minutes or more.
         * @default Duration.hours(1) (Kubernetes' own)
         */
        readonly expiration?: Duration;
      };
    }
  | {
      /** Fields of the pod and resources of its containers: path of the file to what it holds. */
      readonly downwardApi: Readonly<Record<string, FieldValue | (ResourceValue & { readonly containerName: string })>>;
    };

/** What a volume is, but for its name. */
export type VolumeSource = Omit<k8s.Volume, 'name'>;

/**
 * Files for the containers of a pod. Containers that mount the same volume see the same files: mount one object in both.
 * https://kubernetes.io/docs/concepts/storage/volumes/
 */
export class Volume {
  /** The keys of a ConfigMap or Secret as files, read-only. The kubelet updates them when the object changes, except where they are mounted with `subPath`. */
  public static fromSource(from: EnvironmentSource, options: KeyFiles & FileMode = {}): Volume {
    return new Volume({
      sources: [from],
      writable: 'never',
      toKube: (scope, prop) => {
        checkObjectName(scope, `${prop}.name`, from.name);
        checkMode(scope, `${prop}.defaultMode`, options.defaultMode);
        const { items, optional } = toKeyFiles(scope, prop, from, options);
        const rest = {
          ...(items !== undefined && { items }),
          ...(optional !== undefined && { optional }),
          ...(options.defaultMode !== undefined && { defaultMode: options.defaultMode }),
        };
        return from.kind === 'ConfigMap'
          ? { configMap: { name: from.name, ...rest } }
          : { secret: { secretName: from.name, ...rest } };
      },
    });
  }

  /** Keys of several ConfigMaps and Secrets, tokens and fields of the pod as files of one folder, read-only. */
  public static projected(sources: readonly ProjectedSource[], options: FileMode = {}): Volume {
    return new Volume({
      sources: sources.flatMap((source) => ('from' in source ? [source.from] : [])),
      writable: 'never',
      containers: sources.flatMap((source) =>
        'downwardApi' in source
          ? Object.values(source.downwardApi).flatMap((value) => ('resource' in value ? [value.containerName] : []))
          : [],
      ),
      toKube: (scope, prop) => {
        checkMode(scope, `${prop}.defaultMode`, options.defaultMode);
        checkProjectedPaths(scope, prop, sources);
        return {
          projected: {
            sources: sources.map((source, index) => toProjection(scope, `${prop}.sources[${index}]`, source)),
            ...(options.defaultMode !== undefined && { defaultMode: options.defaultMode }),
          },
        };
      },
    });
  }

  /** An empty folder that lives as long as the pod. */
  public static emptyDir({ sizeLimit, medium }: EmptyDirOptions = {}): Volume {
    return new Volume({
      writable: 'byDefault',
      toKube: (scope, prop) => ({
        emptyDir: {
          ...(medium !== undefined && { medium }),
          ...(sizeLimit !== undefined && {
            sizeLimit: k8s.Quantity.fromString(wholeBytes(scope, `${prop}.sizeLimit`, sizeLimit)),
          }),
        },
      }),
    });
  }

  /** The volume of a PersistentVolumeClaim that exists, in the pod's namespace. One that a single node may write to lets pods run on that node alone. */
  public static fromPersistentVolumeClaim(
    claimName: string,
    { accessMode = 'ReadWriteOnce' }: PersistentVolumeClaimOptions = {},
  ): Volume {
    return new Volume({
      isForOnePod: accessMode === 'ReadWriteOnce' || accessMode === 'ReadWriteOncePod',
      writable: 'byDefault',
      persistent: true,
      toKube: (scope, prop) => {
        checkObjectName(scope, `${prop}.claimName`, claimName);
        return { persistentVolumeClaim: { claimName } };
      },
    });
  }

  /** The volume that a StatefulSet's controller adds for one of its volumeClaimTemplates: for constructs that make a StatefulSet. */
  public static fromVolumeClaimTemplate(name: string): Volume {
    return new Volume({ writable: 'byDefault', persistent: true, claimTemplate: name });
  }

  /** A folder of the node, which the "baseline" Pod Security Standard and policy `host-path` forbid. */
  public static fromHostPath(path: string, type: 'Directory' | 'DirectoryOrCreate'): Volume {
    return new Volume({
      writable: 'onDemand',
      toKube: (scope, prop) => {
        if (!path.startsWith('/') || path.split('/').includes('..')) {
          throw new InvalidPropError(scope, {
            prop: `${prop}.hostPath`,
            value: path,
            reason: "not an absolute path without '..', and the API server or the container runtime refuses it.",
            remedy: 'Give the folder as the node knows it.',
          });
        }
        return { hostPath: { path, type } };
      },
    });
  }

  /** The ConfigMaps and Secrets that it is made from. */
  public readonly sources: readonly EnvironmentSource[];
  /** The containers whose resources it tells. */
  public readonly containers: readonly string[];
  /** Whether containers may write: never, where they say so, or unless they say otherwise. */
  public readonly writable: 'never' | 'onDemand' | 'byDefault';
  /** Whether its content outlives the pod. */
  public readonly persistent: boolean;
  /** Whether pods on different nodes cannot use it at the same time. */
  public readonly isForOnePod: boolean;
  /** Name of the StatefulSet's claim that it is, and so its own. Undefined for every other volume. */
  public readonly claimTemplate: string | undefined;
  /** The volume as a Kubernetes object, without name. Undefined for one that a controller adds. */
  public readonly toKube: ((scope: IConstruct, prop: string) => VolumeSource) | undefined;

  private constructor(volume: {
    readonly sources?: readonly EnvironmentSource[];
    readonly containers?: readonly string[];
    readonly writable: 'never' | 'onDemand' | 'byDefault';
    readonly persistent?: boolean;
    readonly isForOnePod?: boolean;
    readonly claimTemplate?: string;
    readonly toKube?: (scope: IConstruct, prop: string) => VolumeSource;
  }) {
    this.sources = volume.sources ?? [];
    this.containers = volume.containers ?? [];
    this.writable = volume.writable;
    this.persistent = volume.persistent ?? false;
    this.isForOnePod = volume.isForOnePod ?? false;
    this.claimTemplate = volume.claimTemplate;
    this.toKube = volume.toKube;
  }
}

/** A volume in a container. */
export interface Mount {
  /** Absolute path in the container. */
  readonly path: string;
  /** What is mounted there. */
  readonly volume: Volume;
  /**
   * Path within the volume: a file or folder of it is mounted alone, beside what the image has there. The kubelet does not update files that
   * are mounted so: a pod sees what they held when it started.
   * @default - the whole volume
   */
  readonly subPath?: string;
  /**
   * Whether the container may write there.
   * @default - true for an emptyDir and a volume claim, false for everything else
   */
  readonly writable?: boolean;
}

/** The mounts of one container. */
export interface ContainerMounts {
  /** What the names of its volumes start with; nothing for the container that gives the pod its name. */
  readonly namePrefix: string;
  /** The mounts, each with the name of the prop that it is and the one that says its path. */
  readonly mounts: readonly { readonly prop: string; readonly pathProp: string; readonly mount: Mount }[];
}

/** The volumes of a pod, and how its containers mount them. */
export interface PodVolumes {
  /** The volumes that the pod lists. */
  readonly volumes: readonly k8s.Volume[];
  /** For each container, in the order given. */
  readonly volumeMounts: readonly (readonly k8s.VolumeMount[])[];
  /** Every volume that is mounted. */
  readonly mounted: readonly Volume[];
}

/**
 * The volumes that containers mount, each named after the path where it is mounted first.
 *
 * @throws InvalidPropError for paths where nothing can be mounted, or twice, and for volumes that the API server would refuse.
 */
export function podVolumes(scope: IConstruct, containers: readonly ContainerMounts[]): PodVolumes {
  const names = new Map<Volume, string>();
  const owners = new Map<string, { readonly volume: Volume; readonly path: string }>();
  const volumes: k8s.Volume[] = [];
  const volumeMounts = containers.map(({ namePrefix, mounts }) => {
    const paths = new Set<string>();
    return mounts.map(({ prop, pathProp, mount }): k8s.VolumeMount => {
      const { path, volume, subPath } = mount;
      const name = names.get(volume) ?? volume.claimTemplate ?? `${namePrefix}${volumeName(path)}`;
      checkPath(scope, pathProp, path, name);
      const owner = owners.get(name);
      if (paths.has(path) || (owner !== undefined && owner.volume !== volume)) {
        throw new InvalidPropError(scope, {
          prop: pathProp,
          value: path,
          reason: `${paths.has(path) ? 'mounted twice' : `its volume would be named ${name}, as that of ${String(owner?.path)}`}, and the API server refuses that.`,
          remedy: 'Mount each path once, at paths that differ in more than punctuation.',
        });
      }
      paths.add(path);
      if (owner === undefined) {
        names.set(volume, name);
        owners.set(name, { volume, path });
        const source = volume.toKube?.(scope, `${prop}.volume`);
        if (source !== undefined) {
          volumes.push({ name, ...source });
        }
      }
      if (subPath !== undefined) {
        checkRelative(scope, `${prop}.subPath`, subPath);
      }
      return {
        name,
        mountPath: path,
        ...(!isWritable(scope, `${prop}.writable`, mount) && { readOnly: true }),
        ...(subPath !== undefined && { subPath }),
      };
    });
  });
  return { volumes, volumeMounts, mounted: [...names.keys()] };
}

function isWritable(scope: IConstruct, prop: string, { volume, writable }: Mount): boolean {
  if (writable === true && volume.writable === 'never') {
    throw new InvalidPropError(scope, {
      prop,
      value: writable,
      reason: 'not possible: the kubelet mounts files of ConfigMaps, Secrets and the pod itself read-only.',
      remedy: 'Copy them into an emptyDir in an init container.',
    });
  }
  return writable ?? volume.writable === 'byDefault';
}

/** `/app/.next/cache` makes `app-next-cache`. */
function volumeName(path: string): string {
  return path
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
    .join('-');
}

function checkPath(scope: IConstruct, prop: string, path: string, name: string): void {
  if (!/^\/[^:]*[^:/]$/.test(path) || path.split('/').includes('..') || volumeName(path) === '' || name.length > 63) {
    throw new InvalidPropError(scope, {
      prop,
      value: path,
      reason: 'not a path where a volume can be mounted.',
      remedy: "Give an absolute path without ':' and '..', with a name that makes at most 63 characters.",
    });
  }
}

function toKeyFiles(
  scope: IConstruct,
  prop: string,
  from: EnvironmentSource,
  { items, optional }: KeyFiles,
): { readonly items?: k8s.KeyToPath[]; readonly optional?: boolean } {
  return {
    ...(items !== undefined && {
      items: items.map(({ key, path, mode }, index) => {
        checkSourceKey(scope, `${prop}.items[${index}].key`, {
          from,
          key,
          ...(optional !== undefined && { optional }),
        });
        checkRelative(scope, `${prop}.items[${index}].path`, path);
        checkMode(scope, `${prop}.items[${index}].mode`, mode);
        return { key, path, ...(mode !== undefined && { mode }) };
      }),
    }),
    ...(optional !== undefined && { optional }),
  };
}

function toProjection(scope: IConstruct, prop: string, source: ProjectedSource): k8s.VolumeProjection {
  if ('from' in source) {
    checkObjectName(scope, `${prop}.from.name`, source.from.name);
    const projection = { name: source.from.name, ...toKeyFiles(scope, prop, source.from, source) };
    return source.from.kind === 'ConfigMap' ? { configMap: projection } : { secret: projection };
  }
  if ('serviceAccountToken' in source) {
    const { path, audience, expiration } = source.serviceAccountToken;
    checkRelative(scope, `${prop}.serviceAccountToken.path`, path);
    const expirationSeconds =
      expiration && wholeSeconds(scope, `${prop}.serviceAccountToken.expiration`, expiration, MIN_EXPIRATION_SECONDS);
    return {
      serviceAccountToken: {
        path,
        ...(audience !== undefined && { audience }),
        ...(expirationSeconds !== undefined && { expirationSeconds }),
      },
    };
  }
  return {
    downwardApi: {
      items: Object.entries(source.downwardApi).map(([path, value]) => {
        const at = `${prop}.downwardApi['${path}']`;
        checkRelative(scope, at, path);
        if ('resource' in value) {
          return { path, resourceFieldRef: toResourceFieldRef(scope, at, value) };
        }
        checkFileField(scope, `${at}.fieldPath`, value.fieldPath);
        return { path, fieldRef: { fieldPath: value.fieldPath } };
      }),
    },
  };
}

const MIN_EXPIRATION_SECONDS = 600;

/** Checks that no two sources of a projected volume write the same file. */
function checkProjectedPaths(scope: IConstruct, prop: string, sources: readonly ProjectedSource[]): void {
  const paths = sources.flatMap((source) =>
    'from' in source
      ? (source.items ?? []).map(({ path }) => path)
      : 'serviceAccountToken' in source
        ? [source.serviceAccountToken.path]
        : Object.keys(source.downwardApi),
  );
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) {
    throw new InvalidPropError(scope, {
      prop: `${prop}.sources`,
      value: twice,
      reason: 'a path given twice, and one file would take the place of the other.',
      remedy: 'Give each file a path of its own.',
    });
  }
}

/** Fields that a file can hold, besides one label or annotation. */
const FILE_FIELDS = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'metadata.labels', 'metadata.annotations'];

function checkFileField(scope: IConstruct, prop: string, fieldPath: string): void {
  if (fieldPath.includes('[')) {
    checkFieldPath(scope, prop, fieldPath);
  } else if (!FILE_FIELDS.includes(fieldPath)) {
    throw new InvalidPropError(scope, {
      prop,
      value: fieldPath,
      reason: 'not a field of a pod that a file can have the value of, and the API server refuses it.',
      remedy: `Use one of ${FILE_FIELDS.join(', ')}, metadata.labels['KEY'] and metadata.annotations['KEY'].`,
    });
  }
}

/** Checks a path within a volume. */
function checkRelative(scope: IConstruct, prop: string, path: string): void {
  if (
    path === '' ||
    path.startsWith('/') ||
    path.includes(':') ||
    path.split('/').includes('..') ||
    path.startsWith('..')
  ) {
    throw new InvalidPropError(scope, {
      prop,
      value: path,
      reason: 'not a path within a volume, and the API server refuses it.',
      remedy: "Give a relative path without '..' and ':'.",
    });
  }
}

function checkMode(scope: IConstruct, prop: string, mode: number | undefined): void {
  if (mode !== undefined) {
    checkInteger(scope, prop, mode, 0, 0o777);
  }
}
