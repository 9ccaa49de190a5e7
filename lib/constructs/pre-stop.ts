import { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { checkPort } from './port';
import { checkHttpPath, wholeSeconds } from './validation';

/** What Kubernetes does to stop a container, with the action that 1.28's types do not know. */
export type PreStopHandler = k8s.LifecycleHandler & { readonly sleep?: { readonly seconds: number } };

/**
 * What happens in a container after it was told to stop and before its process is: it goes on serving meanwhile, so that every load
 * balancer has taken it out by then. It counts against the grace period.
 * https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
 */
export class PreStop {
  /** Nothing: the process is told to stop at once. */
  public static none(): PreStop {
    return new PreStop(Duration.seconds(0), () => undefined);
  }

  /** The image's own `sleep` command, which the image must have. */
  public static sleepCommand(duration: Duration): PreStop {
    return new PreStop(duration, (seconds) => ({ exec: { command: ['sleep', String(seconds)] } }));
  }

  /**
   * Kubernetes' own sleep, which needs nothing of the image: on by default from Kubernetes 1.30. An older API server leaves it out, and
   * refuses the container then, as its preStop does nothing.
   */
  public static sleep(duration: Duration): PreStop {
    return new PreStop(duration, (seconds) => ({ sleep: { seconds } }), { minimum: 1 });
  }

  /**
   * A request to the container, which is told to stop once it has answered.
   *
   * @param duration how long the answer may take.
   */
  public static httpGet(path: string, port: number, duration: Duration): PreStop {
    return new PreStop(duration, () => ({ httpGet: { path, port: k8s.IntOrString.fromNumber(port) } }), { path, port });
  }

  private constructor(
    /** How long it takes, at most. */
    public readonly duration: Duration,
    private readonly handler: (seconds: number) => PreStopHandler | undefined,
    private readonly constraints: { readonly minimum?: number; readonly path?: string; readonly port?: number } = {},
  ) {}

  /**
   * The preStop hook as a Kubernetes object, undefined for none.
   *
   * @param prop name of the prop in errors.
   * @param gracePeriod how long the pod may take to stop.
   * @param ports the container's ports.
   * @throws InvalidPropError if it takes as long as the grace period or longer, or asks a path or port that is none.
   */
  public toKube(
    scope: IConstruct,
    prop: string,
    gracePeriod: Duration,
    ports: readonly number[],
  ): PreStopHandler | undefined {
    const { minimum = 0, path, port } = this.constraints;
    const seconds = wholeSeconds(scope, prop, this.duration, minimum);
    if (seconds > 0 && seconds >= gracePeriod.toSeconds()) {
      throw new InvalidPropError(scope, {
        prop,
        value: this.duration.toHumanString(),
        reason: `not shorter than the grace period of ${gracePeriod.toHumanString()}, so the container would be killed before it is told to stop.`,
        remedy: 'Shorten it or lengthen terminationGracePeriod.',
      });
    }
    if (port !== undefined) {
      checkPort(scope, `${prop}.port`, port);
      if (!ports.includes(port)) {
        throw new InvalidPropError(scope, {
          prop: `${prop}.port`,
          value: port,
          reason: `not a port of the container, which has ${ports.join(', ') || 'none'}: nobody would answer.`,
          remedy: "Ask one of the container's ports.",
        });
      }
    }
    if (path !== undefined) {
      checkHttpPath(scope, `${prop}.path`, path);
    }
    return this.handler(seconds);
  }
}
