import type { IConstruct } from 'constructs';
import { InvalidPropError } from './invalid-prop';

// https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports (an IANA service name)
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

/** Checks a list of ports: at least one, names and numbers valid and given once. */
export function checkPorts(scope: IConstruct, prop: string, ports: readonly NamedPort[]): void {
  if (ports.length === 0) {
    throw new InvalidPropError(scope, {
      prop,
      value: ports,
      reason: 'no port: a Service without one connects nobody.',
      remedy: 'Name at least one port.',
    });
  }
  const seen = new Set<string | number>();
  for (const [index, { name, port }] of ports.entries()) {
    checkPort(scope, `${prop}[${index}].port`, port);
    if (name.length > 15 || !PORT_NAME.test(name)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}[${index}].name`,
        value: name,
        reason: 'not a port name (an IANA service name), and the API server refuses it.',
        remedy: "Use at most 15 lower-case letters, digits and single '-', with at least one letter.",
      });
    }
    for (const value of [name, port]) {
      if (seen.has(value)) {
        throw new InvalidPropError(scope, {
          prop: `${prop}[${index}]`,
          value,
          reason: 'given twice; names and numbers of ports are unique within an object.',
          remedy: 'Remove one, or give it a name and number of its own.',
        });
      }
      seen.add(value);
    }
  }
}
