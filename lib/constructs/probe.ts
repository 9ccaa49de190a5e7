import { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { enforce } from './enforce';
import { checkInteger, wholeSeconds } from './validation';
import { checkPort } from './port';
import { InvalidPropError } from './invalid-prop';

/** When a probe runs and what its results mean. */
export interface ProbeTiming {
  /**
   * Wait before the first probe. It begins once the startup probe, where there is one, has succeeded.
   * @default - none
   */
  readonly initialDelay?: Duration;
  /**
   * Time between two probes.
   * @default Duration.seconds(10) (Kubernetes' own)
   */
  readonly period?: Duration;
  /**
   * How long to wait for an answer; not longer than the period.
   * @default Duration.seconds(1) (Kubernetes' own)
   */
  readonly timeout?: Duration;
  /**
   * How many failures in a row count as one.
   * @default 3 (Kubernetes' own)
   */
  readonly failureThreshold?: number;
}

/** The three probes of a container. */
export interface Probes {
  /** Until it succeeds the other two do not run; the container is restarted if it never does. */
  readonly startup: Probe;
  /** While it fails, the pod gets no traffic. */
  readonly readiness: Probe;
  /** When it fails, the container is restarted. */
  readonly liveness: Probe;
}

/**
 * A probe over the network. There is deliberately no probe that runs a command: a command such as `kafka-topics.sh`
 * starts a JVM each time, outruns its time-out, and restarts a healthy broker for ever.
 */
export class Probe {
  /** A probe that wants an HTTP status from 200 to 399. */
  public static fromHttpGet(path: string, port: number, timing: ProbeTiming = {}): Probe {
    return new Probe(port, timing, { httpGet: { path, port: k8s.IntOrString.fromNumber(port) } }, path);
  }

  /** A probe that wants a TCP connection. */
  public static fromTcpSocket(port: number, timing: ProbeTiming = {}): Probe {
    return new Probe(port, timing, { tcpSocket: { port: k8s.IntOrString.fromNumber(port) } });
  }

  private constructor(
    private readonly port: number,
    private readonly timing: ProbeTiming,
    private readonly handler: Pick<k8s.Probe, 'httpGet' | 'tcpSocket'>,
    private readonly path?: string,
  ) {}

  /**
   * The probe as a Kubernetes object.
   *
   * @param scope construct to name in errors.
   * @param kind which of the container's probes it is.
   * @param ports the container's ports.
   * @throws InvalidPropError if the port is not one of the container's, the path does not start with `/`, the time-out is
   * longer than the period, a number is out of range, or a startup probe allows less time than the policies ask for.
   */
  public toKube(scope: IConstruct, kind: keyof Probes, ports: readonly number[]): k8s.Probe {
    const prop = `probes.${kind}`;
    const {
      initialDelay,
      period = Duration.seconds(10),
      timeout = Duration.seconds(1),
      failureThreshold = 3,
    } = this.timing;
    checkPort(scope, `${prop}.port`, this.port);
    checkInteger(scope, `${prop}.failureThreshold`, failureThreshold, 1);
    const initialDelaySeconds = initialDelay && wholeSeconds(scope, `${prop}.initialDelay`, initialDelay);
    const periodSeconds = wholeSeconds(scope, `${prop}.period`, period, 1);
    const timeoutSeconds = wholeSeconds(scope, `${prop}.timeout`, timeout, 1);
    if (!ports.includes(this.port)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.port`,
        value: this.port,
        reason: `not a port of the container, which has ${ports.join(', ')}: the probe would never succeed.`,
        remedy: "Probe one of the container's ports.",
      });
    }
    if (this.path?.startsWith('/') === false) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.path`,
        value: this.path,
        reason: 'not an absolute path.',
        remedy: "Start it with '/'.",
      });
    }
    const timing = {
      ...(initialDelaySeconds !== undefined && { initialDelaySeconds }),
      ...(this.timing.period !== undefined && { periodSeconds }),
      ...(this.timing.timeout !== undefined && { timeoutSeconds }),
      ...(this.timing.failureThreshold !== undefined && { failureThreshold }),
    };
    enforce(scope, {
      prop,
      value: { period: `${periodSeconds} s`, timeout: `${timeoutSeconds} s`, failureThreshold },
      policies: ['probe-timeout', 'probe-startup-budget'],
      manifest: {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: { containers: [{ name: 'container', [`${kind}Probe`]: timing }] },
      },
    });
    return { ...this.handler, ...timing };
  }
}
