import { celMap } from '@bufbuild/cel';
import type { CelInput } from '@bufbuild/cel';
import { compile, isCelError, isCelList, stringsOf, toCelObject } from './cel';
import type { Bindings, CelError, CelObject, Program, Read } from './cel';
import type { Path } from '../manifest/plain-data';
import { nearestKind, unseenContainers } from './containers';
import { child, valueAt } from '../manifest/plain-data';
import { formatPath, groupOf, resourceOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import { Owners } from './owners';
import { CONTAINER_LISTS, workloads } from './policy';
import type { Policy, Rule, Severity } from './policy';
import type { PodTemplateKind } from '../manifest/workloads';

/** One thing that is wrong with one object. */
export interface Violation {
  readonly policy: string;
  readonly severity: Severity;
  /** What is wrong. */
  readonly message: string;
  readonly why: string;
  readonly fix: string;
  readonly link: string;
  readonly resource: Resource;
  /** Where in the object, such as `spec.template.spec.containers[0].image`; empty for the object as a whole. */
  readonly field: string;
  readonly path: Path;
}

/** A manifest, as plain data, with what the caller knows it by. */
export interface Subject<Id> {
  readonly id: Id;
  readonly manifest: unknown;
  /**
   * Objects with the same value are applied together, so that none may be defined twice among them.
   * @default all objects are
   */
  readonly set?: string;
}

/** A violation, and whose. */
export interface Finding<Id> {
  readonly id: Id;
  readonly violation: Violation;
  /** Whether the very same is found in the object's owner, so that a report that names the owner need not name this. */
  readonly inherited: boolean;
}

/** Findings of an object that says that another one owns it: they wait until all objects are known. */
interface Held<Id> {
  readonly position: number;
  readonly findings: readonly { readonly id: Id; readonly violation: Violation; readonly key: string | undefined }[];
}

/** Whether a rule holds, or whom it blames. */
type Verdict = boolean | readonly string[];

interface ComparedRead {
  readonly name: string;
  readonly read: Read;
}

interface CompiledRule {
  readonly on: Rule['on'];
  readonly field: readonly string[];
  /** The verdict on what the bindings hold, or why there is none. */
  readonly verdict: (bindings: Bindings) => Verdict | CelError;
  readonly message: Program;
  /** What the verdict depends on; undefined where that is too much to compare. */
  readonly reads: () => readonly ComparedRead[] | undefined;
  /**
   * Verdicts by what they depend on. Workloads of one platform are much alike (the same security context, the same probes), and
   * comparing costs a fraction of evaluating.
   */
  readonly known: Map<string, Verdict>;
}

/** A rule that has seen so many different things will see no equal ones, and comparing them was in vain. */
const MAX_KNOWN = 500;

/** Longer texts (all data of a ConfigMap) are hardly ever equal. */
const MAX_KEY = 2_000;

interface CompiledPolicy {
  readonly policy: Policy;
  readonly rules: readonly CompiledRule[];
  readonly unique: { readonly key: Program; readonly message: Program } | undefined;
}

/** What is judged by one rule: the item itself, and where it stands. */
interface Item {
  readonly bindings: Bindings;
  /** The container as plain data. */
  readonly plain: unknown;
  readonly path: Path;
  readonly prefix: string;
  /** Text of the parts that rules have read so far. */
  readonly texts: Map<string, string>;
}

/** An object on its way through the policies. */
interface Judged {
  readonly resource: Resource;
  readonly manifest: unknown;
  /** Whether its pod template is judged. */
  readonly isWorkload: boolean;
  /** The kinds that are judged as workloads. */
  readonly kinds: readonly PodTemplateKind[];
  readonly object: CelObject;
  readonly variables: ReadonlyMap<string, CelInput>;
  /** For each variable that could not be evaluated, why. */
  readonly unreadable: ReadonlyMap<string, string>;
  readonly bindings: Bindings;
  /** What rules judge in it, found once. */
  readonly items: Map<Rule['on'], readonly Item[] | string>;
  readonly texts: Map<string, string>;
}

/**
 * Judges manifests by policies. Compiles each expression once, evaluates what rules share once for each object, and answers for
 * whatever it is given: a rule that cannot be evaluated is a violation, never a pass and never a crash.
 */
export class Engine {
  private readonly policies: readonly CompiledPolicy[];
  private readonly byKind = new Map<string, readonly CompiledPolicy[]>();
  private readonly kinds: readonly PodTemplateKind[];
  private readonly variables: readonly { readonly name: string; readonly program: Program }[];
  private readonly conditions: readonly Program[];

  /**
   * @param policies what to judge by
   * @param registered kinds of custom resources that hold a pod template, to be judged as workloads
   */
  public constructor(policies: readonly Policy[], registered: readonly PodTemplateKind[] = []) {
    const { kinds, variables, conditions } = workloads(registered);
    this.kinds = kinds;
    this.variables = variables.map(({ name, expression }) => ({ name, program: compile(expression) }));
    this.conditions = conditions.map(({ expression }) => compile(expression));
    const ids = policies.map(({ id }) => id);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) {
      throw new Error(
        `policy "${twice}" is given twice. Exceptions and reports tell policies apart by their id. Leave one out.`,
      );
    }
    this.policies = policies.map((policy) => ({
      policy,
      rules: policy.rules.map(compileRule),
      unique:
        policy.unique === undefined
          ? undefined
          : { key: compile(policy.unique.key), message: compile(policy.unique.message) },
    }));
  }

  /**
   * Every violation, found as they are asked for: by subject in the given order, and for each subject in the order of the policies. Those
   * of objects with an owner come last, as it may be given after them.
   *
   * @param owners is told of every subject
   */
  public *evaluate<Id>(
    subjects: Iterable<Subject<Id>>,
    owners: Owners = new Owners(),
  ): Generator<Finding<Id>, void, undefined> {
    const seen = new Set<string>();
    const keys = new Map<number, ReadonlySet<string>>();
    const held: Held<Id>[] = [];
    for (const { id, manifest, set } of subjects) {
      const { position, isOwned } = owners.add(manifest);
      const violations = this.judge(manifest, seen, set ?? '');
      const findings = violations.map((violation) => ({ id, violation, key: evidenceOf(violation, manifest) }));
      if (findings.length > 0) {
        keys.set(position, new Set(findings.flatMap(({ key }) => key ?? [])));
      }
      if (isOwned) {
        held.push({ position, findings });
      } else {
        for (const violation of violations) {
          yield { id, violation, inherited: false };
        }
      }
    }
    for (const { position, findings } of held) {
      const owner = owners.ownerOf(position);
      const known = owner === undefined ? undefined : keys.get(owner);
      for (const { id, violation, key } of findings) {
        yield { id, violation, inherited: key !== undefined && known?.has(key) === true };
      }
    }
  }

  private judge(manifest: unknown, seen: Set<string>, set: string): readonly Violation[] {
    const resource = resourceOf(manifest);
    if (resource.kind === null || resource.apiVersion === null) {
      return [];
    }
    const compiled = this.policiesFor(resource.apiVersion, resource.kind);
    try {
      const judged = this.open(manifest, resource);
      const skipped = this.workloadOf(resource.apiVersion, resource.kind) !== undefined && !judged.isWorkload;
      const violations: Violation[] = [];
      for (const entry of compiled) {
        for (const rule of skipped && entry.policy.scope !== 'everything' ? [] : entry.rules) {
          violations.push(...applyRule(entry.policy, rule, judged));
        }
        violations.push(...applyUnique(entry, judged, seen, set));
      }
      return violations;
    } catch (error) {
      return compiled.map(({ policy }) => failure(policy, resource, describe(error)));
    }
  }

  private policiesFor(apiVersion: string, kind: string): readonly CompiledPolicy[] {
    const key = `${groupOf(apiVersion)}/${kind}`;
    let found = this.byKind.get(key);
    if (found === undefined) {
      found = this.policies.filter(({ policy: { scope } }) => {
        if (scope === 'everything') {
          return true;
        }
        return scope === 'workloads'
          ? this.workloadOf(apiVersion, kind) !== undefined
          : scope.kind === kind && scope.group === groupOf(apiVersion);
      });
      this.byKind.set(key, found);
    }
    return found;
  }

  private workloadOf(apiVersion: string, kind: string): PodTemplateKind | undefined {
    return this.kinds.find((workload) => workload.kind === kind && workload.group === groupOf(apiVersion));
  }

  private open(manifest: unknown, resource: Resource): Judged {
    const object = toCelObject(manifest);
    const variables = new Map<string, CelInput>();
    const unreadable = new Map<string, string>();
    const bindings = { object: object.value, variables: celMap(variables) };
    const isWorkload =
      this.workloadOf(resource.apiVersion ?? '', resource.kind ?? '') !== undefined &&
      this.conditions.every((condition) => condition.run(bindings) !== false);
    if (isWorkload) {
      for (const { name, program } of this.variables) {
        const value = program.run(bindings);
        if (isCelError(value)) {
          unreadable.set(name, value.message);
        } else {
          variables.set(name, value);
        }
      }
    }
    return {
      resource,
      manifest,
      isWorkload,
      kinds: this.kinds,
      object,
      variables,
      unreadable,
      bindings,
      items: new Map(),
      texts: new Map(),
    };
  }
}

/** The API server sets it on pods of the node's network, and not in the templates that they are made of. */
function withoutDefaultedPort(this: unknown, key: string, value: unknown): unknown {
  return key === 'hostPort' && value === child(this, 'containerPort') ? undefined : value;
}

/** A text that is equal for two objects only if the same is wrong with both: what is said of it, and what stands there. */
function evidenceOf({ policy, severity, message, path }: Violation, manifest: unknown): string | undefined {
  try {
    return JSON.stringify([policy, severity, message, valueAt(manifest, path)], withoutDefaultedPort);
  } catch {
    return undefined;
  }
}

function compileRule({ on, field, rule, offenders, message }: Rule): CompiledRule {
  const expression = rule ?? offenders ?? 'true';
  const program = compile(expression);
  let reads: readonly ComparedRead[] | undefined | null = null;
  return {
    on,
    field: splitField(field),
    verdict: (bindings) => {
      const result = program.run(bindings);
      return typeof result === 'boolean' ? result : stringsOf(result);
    },
    message: compile(message),
    reads: () => (reads === null ? (reads = comparable(program.reads())) : reads),
    known: new Map(),
  };
}

/** How deep a read is compared: finer would compare more often, coarser would find fewer equal. */
const COMPARED_DEPTH = { c: 2, object: 3, variables: 3 } as const;

/** The reads that decide the verdict, or undefined where one of them is a whole object, equal to no other. */
function comparable(reads: readonly Read[]): readonly ComparedRead[] | undefined {
  const cut = new Map<string, ComparedRead>();
  for (const read of reads) {
    const root = read[0];
    if (root === 'c' || root === 'object' || root === 'variables') {
      const part = read.slice(0, COMPARED_DEPTH[root]);
      if (part.length < 2) {
        return undefined;
      }
      cut.set(part.join('.'), { name: part.join('.'), read: part });
    }
  }
  return [...cut.values()];
}

/** A text that is equal for two items only if the rule reads equal things in both; undefined if there is none. */
function keyOf(rule: CompiledRule, judged: Judged, item: Item): string | undefined {
  const reads = rule.reads();
  if (reads === undefined || judged.unreadable.size > 0 || rule.known.size >= MAX_KNOWN) {
    return undefined;
  }
  let key = '';
  for (const { name, read } of reads) {
    const texts = read[0] === 'c' ? item.texts : judged.texts;
    let text = texts.get(name);
    if (text === undefined) {
      text = textOf(plainOf(read, judged, item));
      texts.set(name, text);
    }
    key += text;
  }
  return key.length > MAX_KEY ? undefined : key;
}

function textOf(value: unknown): string {
  return value === undefined ? '\n' : `${JSON.stringify(value)}\n`;
}

function plainOf([root, ...names]: Read, judged: Judged, item: Item): unknown {
  if (root !== 'variables') {
    return valueAt(root === 'c' ? item.plain : judged.manifest, names);
  }
  const [name = '', ...rest] = names;
  const variable = judged.variables.get(name);
  const path = judged.object.pathOf(variable);
  return path === undefined ? variable : valueAt(valueAt(judged.manifest, path), rest);
}

/** `volumes[{f}].hostPath` -> `volumes`, `[{f}]`, `hostPath`. */
function splitField(field: string): readonly string[] {
  return field
    .split('.')
    .filter((part) => part !== '')
    .flatMap((part) => (part.endsWith('[{f}]') ? [part.slice(0, -'[{f}]'.length), '[{f}]'] : [part]));
}

function applyRule(policy: Policy, rule: CompiledRule, judged: Judged): readonly Violation[] {
  let items = judged.items.get(rule.on);
  if (items === undefined) {
    items = itemsOf(rule.on, judged);
    judged.items.set(rule.on, items);
  }
  return typeof items === 'string'
    ? [failure(policy, judged.resource, items)]
    : items.flatMap((item) => applyToItem(policy, rule, judged, item));
}

function applyToItem(policy: Policy, rule: CompiledRule, judged: Judged, item: Item): readonly Violation[] {
  const key = keyOf(rule, judged, item);
  const verdict = (key === undefined ? undefined : rule.known.get(key)) ?? rule.verdict(item.bindings);
  if (isCelError(verdict)) {
    return [failure(policy, judged.resource, verdict.message, item.path)];
  }
  if (key !== undefined) {
    rule.known.set(key, verdict);
  }
  if (typeof verdict === 'boolean') {
    return verdict ? [] : [violation(policy, rule, judged, item, item.bindings, '')];
  }
  return verdict.map((f) => violation(policy, rule, judged, item, { ...item.bindings, f }, f));
}

function violation(
  policy: Policy,
  rule: CompiledRule,
  judged: Judged,
  item: Item,
  bindings: Bindings,
  offender: string,
): Violation {
  const message = rule.message.run(bindings);
  const path = locate(judged.manifest, item.path, rule.field, offender);
  return {
    ...about(policy, judged.resource, path),
    severity: policy.severity,
    message: typeof message === 'string' ? item.prefix + message : policy.title,
  };
}

/** A rule that cannot be evaluated fails, whatever the policy's severity: nobody knows what it would have said. */
function failure(policy: Policy, resource: Resource, reason: string, path: Path = []): Violation {
  return {
    ...about(policy, resource, path),
    severity: 'error',
    message: `cannot be judged (${policy.title}): ${reason}`,
    why: 'A rule that cannot be evaluated says nothing about the object, and the API server would refuse the request.',
    fix: 'Look for a field that is missing or has another type than Kubernetes gives it.',
  };
}

function about(policy: Policy, resource: Resource, path: Path): Omit<Violation, 'severity' | 'message'> {
  return {
    policy: policy.id,
    why: policy.why,
    fix: policy.fix,
    link: policy.link,
    resource,
    field: formatPath(path),
    path,
  };
}

function applyUnique(
  { policy, unique }: CompiledPolicy,
  judged: Judged,
  seen: Set<string>,
  set: string,
): readonly Violation[] {
  if (unique === undefined) {
    return [];
  }
  const key = unique.key.run(judged.bindings);
  if (typeof key !== 'string') {
    return [failure(policy, judged.resource, isCelError(key) ? key.message : 'the key is no text')];
  }
  const entry = JSON.stringify([set, policy.id, key]);
  if (key === '' || !seen.has(entry)) {
    seen.add(entry);
    return [];
  }
  const message = unique.message.run(judged.bindings);
  return [
    {
      ...about(policy, judged.resource, []),
      severity: policy.severity,
      message: typeof message === 'string' ? message : policy.title,
    },
  ];
}

/** What a rule judges in this object, or why that cannot be told. */
function itemsOf(on: Rule['on'], judged: Judged): readonly Item[] | string {
  const { bindings, variables, unreadable, object } = judged;
  switch (on) {
    case 'object':
      return [{ bindings, plain: undefined, path: [], prefix: '', texts: new Map() }];
    case 'template':
    case 'pod': {
      const reason = unreadable.get(on === 'pod' ? 'podSpec' : 'podMetadata');
      const spec = object.pathOf(variables.get('podSpec')) ?? [];
      // A template without metadata has it all the same, and it is empty.
      const metadata = object.pathOf(variables.get('podMetadata')) ?? [...spec.slice(0, -1), 'metadata'];
      return (
        reason ?? [{ bindings, plain: undefined, path: on === 'pod' ? spec : metadata, prefix: '', texts: new Map() }]
      );
    }
    case 'container':
    case 'resourced':
    case 'longRunning': {
      const name = CONTAINER_LISTS[on];
      const list = variables.get(name);
      if (!isCelList(list)) {
        return unreadable.get(name) ?? 'the containers are not a list';
      }
      return [...list].map((c) => {
        const path = object.pathOf(c) ?? [];
        const plain = valueAt(judged.manifest, path);
        const containerName = child(plain, 'name');
        return {
          bindings: { ...bindings, c },
          plain,
          path,
          prefix: `container "${typeof containerName === 'string' ? containerName : ''}": `,
          texts: new Map(),
        };
      });
    }
    case 'unseenContainers': {
      const paths = judged.isWorkload ? [] : unseenContainers(judged.manifest, judged.resource);
      const nearest = paths.length === 0 ? '' : nearestKind(judged.resource, judged.kinds);
      return paths.map((path) => ({
        bindings: { ...bindings, nearest },
        plain: undefined,
        path,
        prefix: '',
        texts: new Map(),
      }));
    }
  }
}

/** Where the field stands, as far as the manifest has it: a field that is missing is named all the same. */
function locate(manifest: unknown, base: Path, field: readonly string[], offender: string): Path {
  const path: (string | number)[] = [...base];
  let at = valueAt(manifest, base);
  for (const part of field) {
    const key = part === '[{f}]' ? indexOfName(at, offender) : part === '{f}' ? offender : part;
    path.push(key);
    at = child(at, key);
  }
  return path;
}

function indexOfName(list: unknown, name: string): number {
  return Array.isArray(list) ? list.findLastIndex((item: unknown) => child(item, 'name') === name) : -1;
}

/** The text of whatever was thrown. */
export function describe(error: unknown): string {
  const message = child(error, 'message');
  return typeof message === 'string' ? message : String(error);
}
