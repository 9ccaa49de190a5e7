import { createHash } from 'node:crypto';
import { ApiObject, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { declareConnections } from './connections';
import type { ContainerProps } from './container';
import { type Component, metadataOf, selectorOf } from './labels';
import { podTemplate, type PodProps } from './pod-template';
import { serviceAccount } from './service-account';
import { checkInteger, checkName, wholeSeconds } from './validation';
import { withTemplate } from './workload';
import { PatchableConstruct } from './patch';

/** What is said of a Job, whether it runs once or by a schedule. */
export interface JobRunProps
  extends
    Omit<Component, 'name'>,
    // Its pods answer nobody, and end by themselves.
    Omit<PodProps, 'preStop' | 'probeTiming'>,
    Pick<ContainerProps, 'image' | 'resources'> {
  /**
   * What happens to a container that has failed: `OnFailure` starts it again in its pod, `Never` makes another pod, so that the log of the one
   * that failed can still be read.
   * @default 'Never'
   */
  readonly restartPolicy?: 'Never' | 'OnFailure';
  /**
   * How many failures there may be before the Job has failed.
   * @default 6 (Kubernetes' own)
   */
  readonly backoffLimit?: number;
  /**
   * How long the Job may run, over all its pods: they are ended then, and the Job has failed.
   * @default - for ever
   */
  readonly activeDeadline?: Duration;
  /**
   * When the Job is removed, with its pods and their logs, after it has finished. A Job that was removed is made, and runs, again where its
   * manifest is applied again.
   * @default - never; a CronJob removes old ones itself
   */
  readonly ttlAfterFinished?: Duration;
  /**
   * How many pods must succeed.
   * @default 1
   */
  readonly completions?: number;
  /**
   * How many pods run at the same time.
   * @default 1
   */
  readonly parallelism?: number;
}

/** Props of {@link Job}. */
export interface JobProps extends JobRunProps {
  /**
   * Whether the Job's name ends with a hash of what it does, so that a changed Job is another Job, which runs, beside the old one.
   *
   * Without, the name stays, and the API server refuses a changed Job as long as the old one is there: its template cannot change. Then run
   * `kubectl delete job NAME` before `kubectl apply`, or let {@link ttlAfterFinished} remove it. With, each content runs once, as the
   * migrations of each release do; give {@link ttlAfterFinished}, or apply with `--prune`, so that old ones do not stay. What a `patch` changes
   * is not in the hash.
   * @default false
   */
  readonly nameSuffixHash?: boolean;
}

/** Hexadecimal digits of a hash in a name. */
const HASH_LENGTH = 10;

/**
 * A process that runs once and ends, such as the migrations of a database before a rollout: a Job and a ServiceAccount without token. The pods
 * are as hardened as those of every workload, and have neither ports nor probes.
 *
 * `kubectl apply` makes it beside everything else and waits for nothing: whoever rolls out waits for it first, with
 * `kubectl wait --for=condition=complete job/NAME`, or orders it before the rest (a Helm or Argo CD hook is an annotation: see
 * {@link Component.annotations}).
 */
export class Job extends PatchableConstruct {
  /** Name of the Job: the construct's id, and the hash where one is asked for. */
  public readonly name: string;
  /** The Job. */
  public readonly job: ApiObject;
  /** The ServiceAccount; undefined where the pods use one that exists. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id);
    const { nameSuffixHash = false } = props;
    checkName(this, 'id', id, nameSuffixHash ? 63 - 1 - HASH_LENGTH : 63);

    const named = { ...props, name: id };
    const { name: serviceAccountName, object } = serviceAccount(this, named);
    this.serviceAccount = object;
    const spec = jobSpec(this, named, serviceAccountName);
    this.name = nameSuffixHash ? `${id}-${hashOf(spec)}` : id;
    this.job = new ApiObject(this, 'Job', {
      ...k8s.KubeJob.GVK,
      metadata: metadataOf(this, named, this.name),
      spec,
    });
    // Jobs of one id share their network policy, whatever hash their names end with.
    const { connectsTo = [], discovers = [] } = props;
    declareConnections(this.job, { name: id, selector: selectorOf(id), connectsTo, discovers });
  }
}

function hashOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, HASH_LENGTH);
}

/** A Job's spec as it will be written. */
export function jobSpec(
  scope: Construct,
  props: JobRunProps & { readonly name: string },
  serviceAccountName: string,
): Readonly<Record<string, unknown>> {
  const { backoffLimit, completions, parallelism, activeDeadline, ttlAfterFinished } = props;
  for (const [prop, value] of Object.entries({ backoffLimit, completions, parallelism })) {
    if (value !== undefined) {
      checkInteger(scope, prop, value, prop === 'backoffLimit' ? 0 : 1);
    }
  }
  const activeDeadlineSeconds = activeDeadline && wholeSeconds(scope, 'activeDeadline', activeDeadline, 1);
  const ttlSecondsAfterFinished = ttlAfterFinished && wholeSeconds(scope, 'ttlAfterFinished', ttlAfterFinished);
  const template = podTemplate(scope, {
    user: 1000,
    restartPolicy: 'Never',
    terminationGracePeriod: Duration.seconds(30),
    ...props,
    ports: [],
    serviceAccountName,
  });
  const spec = {
    ...(backoffLimit !== undefined && { backoffLimit }),
    ...(completions !== undefined && { completions }),
    ...(parallelism !== undefined && { parallelism }),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
    ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
  };
  return withTemplate(scope, spec, template);
}
