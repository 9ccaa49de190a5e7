import type { IConstruct } from 'constructs';
import { InvalidPropError } from './invalid-prop';

// An IANA service name (IsValidPortName in k8s.io/apimachinery/pkg/util/validation): what a container's port needs, and an Ingress that names a
// Service's.
const PORT_NAME = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;

/** Checks a port number: 1 to 65535. */
export function checkPort(scope: IConstruct, prop: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > 65535) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a port: ports are whole numbers from 1 to 65535.',
      remedy: 'Give the port on which the process listens.',
    });
  }
}

/** A port with a name. */
export interface NamedPort {
  /** Name of the port: an IANA service name, at most 15 lower-case letters, digits and `-`, with at least one letter. */
  readonly name: string;
  /** Number of the port: 1 to 65535. */
  readonly port: number;
}

/** A protocol over IP that Kubernetes' ports know. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** Checks the name of a port: an IANA service name. */
export function checkPortName(scope: IConstruct, prop: string, value: string): void {
  if (value.length > 15 || !PORT_NAME.test(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a port name (an IANA service name), and the API server refuses it in a container and in an Ingress.',
      remedy: "Use at most 15 lower-case letters, digits and single '-', with at least one letter.",
    });
  }
}

/** Checks a list of ports: at least one, names and numbers valid and given once (a number once for each protocol). */
export function checkPorts(
  scope: IConstruct,
  prop: string,
  ports: readonly (NamedPort & { readonly protocol?: Protocol })[],
): void {
  if (ports.length === 0) {
    throw new InvalidPropError(scope, {
      prop,
      value: ports,
      reason: 'no port: a Service without one connects nobody.',
      remedy: 'Name at least one port.',
    });
  }
  const seen = new Set<string>();
  for (const [index, { name, port, protocol = 'TCP' }] of ports.entries()) {
    checkPort(scope, `${prop}[${index}].port`, port);
    checkPortName(scope, `${prop}[${index}].name`, name);
    for (const [key, value] of [
      [name, name],
      [`${port}/${protocol}`, port],
    ] as const) {
      if (seen.has(key)) {
        throw new InvalidPropError(scope, {
          prop: `${prop}[${index}]`,
          value,
          reason: 'given twice; names and numbers of ports are unique within an object.',
          remedy: 'Remove one, or give it a name and number of its own.',
        });
      }
      seen.add(key);
    }
  }
}
