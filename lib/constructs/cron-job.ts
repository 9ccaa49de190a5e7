import { ApiObject, type Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { declareConnections } from './connections';
import { type JobRunProps, jobSpec } from './job';
import { metadataOf, selectorOf } from './labels';
import { checkSchedule, checkTimeZone } from './schedule';
import { serviceAccount } from './service-account';
import { checkInteger, checkName, wholeSeconds } from './validation';
import { PatchableConstruct } from './patch';

/** Props of {@link CronJob}. */
export interface CronJobProps extends JobRunProps {
  /**
   * When a Job is made, as cron writes it: minute (0-59), hour (0-23), day of the month (1-31), month (1-12 or jan-dec) and day of the week
   * (0-6 or sun-sat), each `*`, a number, a range, or a list of these, with a step (`*` and `/15`, for example) where one is wanted; or
   * `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
   * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
   */
  readonly schedule: string;
  /**
   * Time zone of the schedule, such as `Asia/Seoul`.
   * @default - that of the cluster's controller manager, which is mostly UTC
   */
  readonly timeZone?: string;
  /**
   * What happens when the last Job still runs: the new one is left out (`Forbid`), runs beside it (`Allow`, Kubernetes' own) or in its
   * place (`Replace`).
   * @default 'Forbid'
   */
  readonly concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace';
  /**
   * How late a Job may be made that was not made in time: 10 seconds or more, as the controller looks every 10 seconds. After more than 100 that
   * were missed and have no such deadline, none is made any more.
   * @default - however late
   */
  readonly startingDeadline?: Duration;
  /**
   * How many Jobs that have succeeded are kept.
   * @default 3 (Kubernetes' own)
   */
  readonly successfulJobsHistoryLimit?: number;
  /**
   * How many Jobs that have failed are kept.
   * @default 1 (Kubernetes' own)
   */
  readonly failedJobsHistoryLimit?: number;
  /**
   * Whether no Job is made for the time being.
   * @default false
   */
  readonly suspend?: boolean;
}

/** A process that runs by a schedule: a CronJob and a ServiceAccount without token. A change of it holds from the next Job on. */
export class CronJob extends PatchableConstruct {
  /** Name of the CronJob: the construct's id. */
  public readonly name: string;
  /** The CronJob. */
  public readonly cronJob: ApiObject;
  /** The ServiceAccount; undefined where the pods use one that exists. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: CronJobProps) {
    super(scope, id);
    const { schedule, timeZone, startingDeadline, successfulJobsHistoryLimit, failedJobsHistoryLimit } = props;
    checkName(this, 'id', id, 52); // its Jobs' names are longer by 11 characters
    checkSchedule(this, 'schedule', schedule);
    if (timeZone !== undefined) {
      checkTimeZone(this, 'timeZone', timeZone);
    }
    for (const [prop, limit] of Object.entries({ successfulJobsHistoryLimit, failedJobsHistoryLimit })) {
      if (limit !== undefined) {
        checkInteger(this, prop, limit, 0);
      }
    }
    const startingDeadlineSeconds =
      startingDeadline && wholeSeconds(this, 'startingDeadline', startingDeadline, MIN_STARTING_DEADLINE);
    this.name = id;

    const named = { ...props, name: id };
    const metadata = metadataOf(this, named);
    const { annotations, labels } = metadata;
    const { name: serviceAccountName, object } = serviceAccount(this, named);
    this.serviceAccount = object;
    this.cronJob = new ApiObject(this, 'CronJob', {
      ...k8s.KubeCronJob.GVK,
      metadata,
      spec: {
        schedule,
        ...(timeZone !== undefined && { timeZone }),
        concurrencyPolicy: props.concurrencyPolicy ?? 'Forbid',
        ...(startingDeadlineSeconds !== undefined && { startingDeadlineSeconds }),
        ...(successfulJobsHistoryLimit !== undefined && { successfulJobsHistoryLimit }),
        ...(failedJobsHistoryLimit !== undefined && { failedJobsHistoryLimit }),
        ...(props.suspend !== undefined && { suspend: props.suspend }),
        jobTemplate: {
          metadata: { labels, ...(annotations !== undefined && { annotations }) },
          spec: jobSpec(this, named, serviceAccountName),
        },
      },
    });
    const { connectsTo = [], discovers = [] } = props;
    declareConnections(this.cronJob, { selector: selectorOf(id), connectsTo, discovers });
  }
}

/** The controller looks every 10 seconds, and would miss what may be late by less. */
const MIN_STARTING_DEADLINE = 10;
