import type { IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkSourceKey, type EnvironmentSource } from './config-map';
import { InvalidPropError } from './invalid-prop';
import { checkFieldPath, checkObjectName, checkVariableNames } from './validation';

/**
 * A value that the kubelet knows once the pod runs: its name, labels, addresses.
 * https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
 */
export interface FieldValue {
  /** The field, such as `metadata.name`, `status.podIP` or `metadata.labels['KEY']`. */
  readonly fieldPath: string;
}

/** What a container requests or is limited to. */
export type ContainerResource = `${'requests' | 'limits'}.${'cpu' | 'memory' | 'ephemeral-storage'}`;

/** Units in which the kubelet writes an amount: `1m` for CPU, the others but `1` for bytes. */
export type Divisor = '1' | '1m' | `1${'k' | 'M' | 'G' | 'T' | 'P' | 'E' | 'Ki' | 'Mi' | 'Gi' | 'Ti' | 'Pi' | 'Ei'}`;

/** An amount of a resource of a container, such as its memory limit. A limit that is not set reads as what the node has. */
export interface ResourceValue {
  /** The resource, such as `limits.memory`. */
  readonly resource: ContainerResource;
  /**
   * The container of the pod.
   * @default - the one that reads it
   */
  readonly containerName?: string;
  /**
   * The unit in which the amount is written, rounded up.
   * @default '1' - CPUs, or bytes
   */
  readonly divisor?: Divisor;
}

/** The value of one key of a ConfigMap or Secret. */
export interface KeyValue {
  /** The ConfigMap or Secret. */
  readonly from: EnvironmentSource;
  /** The key. */
  readonly key: string;
  /**
   * Whether the container starts without the variable where object or key is missing; it does not start otherwise.
   * @default false
   */
  readonly optional?: boolean;
}

/**
 * Value of an environment variable: a text, a field of the pod, a resource of a container, or a key of a ConfigMap or Secret. A text may
 * refer to another variable as `$(NAME)`; `$$(NAME)` stands for the text `$(NAME)`.
 */
export type VariableValue = string | FieldValue | ResourceValue | KeyValue;

/** All keys of a ConfigMap or Secret as variables, other than as they are. */
export interface EnvironmentFrom {
  /** The ConfigMap or Secret. */
  readonly from: EnvironmentSource;
  /**
   * What stands before each key in the variable's name.
   * @default - nothing
   */
  readonly prefix?: string;
  /**
   * Whether the container starts where the object is missing; it does not start otherwise.
   * @default false
   */
  readonly optional?: boolean;
}

/** The object that variables are read from, and how. */
export function toEnvironmentFrom(source: EnvironmentSource | EnvironmentFrom): EnvironmentFrom {
  return 'from' in source ? source : { from: source };
}

/**
 * The `envFrom` of a container.
 *
 * @throws InvalidPropError for names that the API server refuses.
 */
export function toEnvFrom(
  scope: IConstruct,
  prop: string,
  sources: readonly (EnvironmentSource | EnvironmentFrom)[],
): k8s.EnvFromSource[] {
  return sources.map(toEnvironmentFrom).map(({ from, prefix, optional }, index) => {
    checkObjectName(scope, `${prop}[${index}].name`, from.name);
    if (prefix !== undefined) {
      checkVariableNames(scope, `${prop}[${index}].prefix`, [prefix]);
    }
    const reference = { name: from.name, ...(optional !== undefined && { optional }) };
    return {
      ...(prefix !== undefined && { prefix }),
      ...(from.kind === 'ConfigMap' ? { configMapRef: reference } : { secretRef: reference }),
    };
  });
}

/**
 * The `env` of a container, in the order given, except that a variable stands after those that its value refers to: the kubelet expands
 * `$(NAME)` only where NAME stands earlier, and otherwise leaves it as it is, without an error.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 *
 * @param environmentFrom what the container reads variables from besides: a variable may refer to the one of its own name there.
 * @throws InvalidPropError for what the API server or the kubelet refuses, and for variables that refer to each other.
 */
export function toEnv(
  scope: IConstruct,
  prop: string,
  environment: Readonly<Record<string, VariableValue>>,
  environmentFrom: readonly (EnvironmentSource | EnvironmentFrom)[],
): k8s.EnvVar[] {
  checkVariableNames(scope, prop, Object.keys(environment));
  return inOrder(scope, prop, environment, environmentFrom.map(toEnvironmentFrom)).map(([name, value]) => {
    const at = `${prop}.${name}`;
    if (typeof value === 'string') {
      return { name, value };
    }
    if ('fieldPath' in value) {
      checkFieldPath(scope, `${at}.fieldPath`, value.fieldPath);
      return { name, valueFrom: { fieldRef: { fieldPath: value.fieldPath } } };
    }
    if ('resource' in value) {
      return { name, valueFrom: { resourceFieldRef: toResourceFieldRef(scope, at, value) } };
    }
    checkObjectName(scope, `${at}.from.name`, value.from.name);
    checkSourceKey(scope, `${at}.key`, value);
    const reference = {
      name: value.from.name,
      key: value.key,
      ...(value.optional !== undefined && { optional: value.optional }),
    };
    return {
      name,
      valueFrom: value.from.kind === 'ConfigMap' ? { configMapKeyRef: reference } : { secretKeyRef: reference },
    };
  });
}

/** A variable with each that it refers to before it. */
function inOrder(
  scope: IConstruct,
  prop: string,
  environment: Readonly<Record<string, VariableValue>>,
  environmentFrom: readonly EnvironmentFrom[],
): (readonly [string, VariableValue])[] {
  const ordered = new Map<string, VariableValue>();
  const visit = (name: string, path: readonly string[]): void => {
    const value = environment[name];
    if (value === undefined || ordered.has(name)) {
      return;
    }
    if (path.includes(name)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.${name}`,
        reason: `refers to itself, through ${[...path.slice(path.indexOf(name)), name].join(' -> ')}: the kubelet would leave $(${name}) as it is.`,
        remedy: 'Break the circle, or write $$(NAME) where the text $(NAME) is meant.',
      });
    }
    for (const reference of referencesOf(value)) {
      if (reference !== name || !environmentFrom.some((source) => mayGive(source, name))) {
        visit(reference, [...path, name]);
      }
    }
    ordered.set(name, value);
  };
  Object.keys(environment).forEach((name) => {
    visit(name, []);
  });
  return [...ordered];
}

function mayGive({ from, prefix = '' }: EnvironmentFrom, variable: string): boolean {
  return from.keys?.some((key) => `${prefix}${key}` === variable) ?? variable.startsWith(prefix);
}

/** The variables that a value refers to: `$(NAME)`, but not `$$(NAME)`. */
function referencesOf(value: VariableValue): string[] {
  return typeof value === 'string'
    ? [...value.matchAll(/\$\$|\$\(([^)]*)\)/g)].flatMap(([, name]) => (name === undefined ? [] : [name]))
    : [];
}

/** A reference to a resource of a container. */
export function toResourceFieldRef(
  scope: IConstruct,
  prop: string,
  { resource, containerName, divisor }: ResourceValue,
): k8s.ResourceFieldSelector {
  if (divisor !== undefined && divisor !== '1' && (divisor === '1m') !== resource.endsWith('.cpu')) {
    throw new InvalidPropError(scope, {
      prop: `${prop}.divisor`,
      value: divisor,
      reason: `not a unit of ${resource}, and the API server refuses it.`,
      remedy: "Use '1' or '1m' for CPU, '1' or a unit of bytes such as '1Mi' for everything else.",
    });
  }
  return {
    resource,
    ...(containerName !== undefined && { containerName }),
    ...(divisor !== undefined && { divisor: k8s.Quantity.fromString(divisor) }),
  };
}
