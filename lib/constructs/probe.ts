import { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { enforce } from './enforce';
import { checkHttpPath, checkInteger, wholeSeconds } from './validation';
import { checkPort } from './port';
import { InvalidPropError } from './invalid-prop';

/** When a probe runs and what its results mean. */
export interface ProbeTiming {
  /**
   * Wait before the first probe, from the start of the container. Other probes wait for the startup probe too, where there is one
   * (pkg/kubelet/prober/worker.go).
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

/** Timing of some of a container's probes. */
export type ProbeTimings = Readonly<Partial<Record<keyof Probes, ProbeTiming>>>;

/** The three probes of a container. */
export interface Probes {
  /** Until it succeeds the other two do not run; the container is restarted if it never does. */
  readonly startup: Probe;
  /** While it fails, the pod gets no traffic. */
  readonly readiness: Probe;
  /** When it fails, the container is restarted. */
  readonly liveness: Probe;
}

/** Probes with another timing than their own, where one is given. */
export function withTiming(probes: Probes, timings: ProbeTimings): Probes {
  return {
    startup: probes.startup.withTiming(timings.startup ?? {}),
    readiness: probes.readiness.withTiming(timings.readiness ?? {}),
    liveness: probes.liveness.withTiming(timings.liveness ?? {}),
  };
}

/** How a container is asked. */
type Handler = Pick<k8s.Probe, 'httpGet' | 'tcpSocket' | 'grpc' | 'exec'>;

/** A probe of a container: whether it has started, is ready for requests, and is alive. */
export class Probe {
  /** A probe that wants an HTTP status from 200 to 399. */
  public static fromHttpGet(path: string, port: number, timing: ProbeTiming = {}): Probe {
    return new Probe({ httpGet: { path, port: k8s.IntOrString.fromNumber(port) } }, timing, { path, port });
  }

  /** The same over TLS. The kubelet does not look at the certificate. */
  public static fromHttpsGet(path: string, port: number, timing: ProbeTiming = {}): Probe {
    return new Probe({ httpGet: { path, port: k8s.IntOrString.fromNumber(port), scheme: 'HTTPS' } }, timing, {
      path,
      port,
    });
  }

  /** A probe that wants a TCP connection. */
  public static fromTcpSocket(port: number, timing: ProbeTiming = {}): Probe {
    return new Probe({ tcpSocket: { port: k8s.IntOrString.fromNumber(port) } }, timing, { port });
  }

  /**
   * A probe that wants SERVING from gRPC's health checking protocol, without TLS.
   * https://github.com/grpc/grpc/blob/master/doc/health-checking.md
   *
   * @param service which service of the server is asked for, undefined for all of it.
   */
  public static fromGrpc(port: number, service?: string, timing: ProbeTiming = {}): Probe {
    return new Probe({ grpc: { port, ...(service !== undefined && { service }) } }, timing, { port });
  }

  /**
   * A probe that wants a command in the container to end with 0: for a process that listens nowhere, such as one that touches a file each time
   * round. A command that starts a JVM, such as `kafka-topics.sh`, outruns its time-out each time and restarts a healthy process for ever; the
   * policies refuse those that they know.
   */
  public static fromCommand(command: readonly string[], timing: ProbeTiming = {}): Probe {
    return new Probe({ exec: { command: [...command] } }, timing, { command });
  }

  private constructor(
    private readonly handler: Handler,
    private readonly timing: ProbeTiming,
    private readonly target: { readonly port?: number; readonly path?: string; readonly command?: readonly string[] },
  ) {}

  /** The same probe, with another timing where one is given. */
  public withTiming(timing: ProbeTiming): Probe {
    return new Probe(this.handler, { ...this.timing, ...timing }, this.target);
  }

  /**
   * The probe as a Kubernetes object.
   *
   * @param scope construct to name in errors.
   * @param prop name of the prop in errors.
   * @param kind which of the container's probes it is.
   * @param ports the container's ports.
   * @throws InvalidPropError if the port is not one of the container's, the path does not start with `/`, the command is empty, the time-out is
   * longer than the period, a number is out of range, a startup probe allows less time than the policies ask for, or a command starts a JVM.
   */
  public toKube(scope: IConstruct, prop: string, kind: keyof Probes, ports: readonly number[]): k8s.Probe {
    const {
      initialDelay,
      period = Duration.seconds(10),
      timeout = Duration.seconds(1),
      failureThreshold = 3,
    } = this.timing;
    const { port, path, command } = this.target;
    if (port !== undefined) {
      checkPort(scope, `${prop}.port`, port);
    }
    checkInteger(scope, `${prop}.failureThreshold`, failureThreshold, 1);
    const initialDelaySeconds = initialDelay && wholeSeconds(scope, `${prop}.initialDelay`, initialDelay);
    const periodSeconds = wholeSeconds(scope, `${prop}.period`, period, 1);
    const timeoutSeconds = wholeSeconds(scope, `${prop}.timeout`, timeout, 1);
    if (port !== undefined && !ports.includes(port)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.port`,
        value: port,
        reason: `not a port of the container, which has ${ports.join(', ') || 'none'}: the probe would never succeed.`,
        remedy: "Probe one of the container's ports.",
      });
    }
    if (path !== undefined) {
      checkHttpPath(scope, `${prop}.path`, path);
    }
    if (command?.length === 0) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.command`,
        value: command,
        reason: 'no command, and the API server refuses it.',
        remedy: 'Give the program and its arguments.',
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
      policies: ['probe-timeout', 'probe-startup-budget', 'probe-no-jvm'],
      manifest: {
        apiVersion: 'v1',
        kind: 'Pod',
        spec: {
          containers: [
            { name: 'container', [`${kind}Probe`]: { ...(command !== undefined && { exec: { command } }), ...timing } },
          ],
        },
      },
    });
    return { ...this.handler, ...timing };
  }
}
