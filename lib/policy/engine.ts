import { createHash } from 'node:crypto';
import type { Path } from '../manifest/plain-data';
import { child, messageOf, valueAt } from '../manifest/plain-data';
import { formatPath, groupOf, resourceOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import type { PodTemplateKind } from '../manifest/workloads';
import { Binder, itemsOf } from './bound-object';
import type { BoundObject, Item } from './bound-object';
import { compile, isCelError, stringsOf } from './cel';
import type { Bindings, CelError, Program } from './cel';
import { Owners } from './owners';
import { passedObjects } from './passed-objects';
import { kindsOf } from './policy';
import type { Policy, Rule, RuleTarget } from './policy';
import { RelatedObjects } from './related';
import type { Violation } from './violation';
import { Verdicts } from './verdicts';
import type { Verdict } from './verdicts';

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

interface CompiledRule {
  readonly on: RuleTarget;
  readonly field: readonly string[];
  /** The verdict on what the bindings hold, or why there is none. */
  readonly verdict: (bindings: Bindings) => Verdict | CelError;
  readonly message: Program;
  readonly verdicts: Verdicts;
}

interface CompiledPolicy {
  readonly policy: Policy;
  readonly rules: readonly CompiledRule[];
  readonly unique: { readonly key: Program; readonly message: Program } | undefined;
}

/**
 * Judges manifests by policies. Compiles each expression once, evaluates what rules share once for each object, and answers for
 * whatever it is given: a rule that cannot be evaluated is a violation, never a pass and never a crash.
 */
export class Engine {
  private readonly policies: readonly CompiledPolicy[];
  private readonly byKind = new Map<string, readonly CompiledPolicy[]>();
  private readonly binder: Binder;
  private identity: string | undefined;

  /**
   * @param policies what to judge by
   * @param registered kinds of custom resources that hold a pod template, to be judged as workloads
   */
  public constructor(
    policies: readonly Policy[],
    private readonly registered: readonly PodTemplateKind[] = [],
  ) {
    this.binder = new Binder(registered);
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
    const all = [...subjects];
    const related = new RelatedObjects(all, this.binder.kinds);
    const seen = new Set<string>();
    const keys = new Map<number, ReadonlySet<string>>();
    const held: Held<Id>[] = [];
    for (const subject of all) {
      const { id, manifest, set } = subject;
      const { position, isOwned } = owners.add(manifest);
      const violations = this.judge(manifest, related.of(subject), seen, set ?? '');
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

  private judge(manifest: unknown, related: readonly unknown[], seen: Set<string>, set: string): readonly Violation[] {
    const resource = resourceOf(manifest);
    if (resource.kind === null || resource.apiVersion === null) {
      return [];
    }
    const digest = this.digestOf(manifest, related);
    const passed = digest === undefined ? undefined : passedObjects.get(digest);
    const inSet = (key: string): string => `${set}\n${key}`;
    if (passed?.every((key) => !seen.has(inSet(key))) === true) {
      passed.forEach((key) => seen.add(inSet(key)));
      return [];
    }
    const keys: string[] = [];
    const violations = this.evaluateObject(manifest, resource, related, (key) => {
      const isFirst = !seen.has(inSet(key));
      keys.push(key);
      seen.add(inSet(key));
      return isFirst;
    });
    if (digest !== undefined && violations.length === 0) {
      passedObjects.set(digest, keys);
    }
    return violations;
  }

  /** What the verdict on an object depends on, in short; undefined for an object that JSON would change. */
  private digestOf(manifest: unknown, related: readonly unknown[]): string | undefined {
    this.identity ??= sha256(JSON.stringify([this.policies.map(({ policy }) => policy), this.registered]));
    try {
      const text = JSON.stringify(related.length === 0 ? manifest : [manifest, related]);
      // It writes null for what it has not, such as infinity.
      return text.includes('null') ? undefined : sha256(this.identity + text);
    } catch {
      return undefined;
    }
  }

  /** @param isFirst whether no object before has the key by which this one must be one of a kind */
  private evaluateObject(
    manifest: unknown,
    resource: Resource,
    related: readonly unknown[],
    isFirst: (key: string) => boolean,
  ): readonly Violation[] {
    const compiled = this.policiesFor(resource.apiVersion ?? '', resource.kind ?? '');
    try {
      const object = this.binder.bind(manifest, resource, related);
      const skipped = this.binder.isTemplateKind(resource.apiVersion, resource.kind) && !object.isWorkload;
      const violations: Violation[] = [];
      for (const entry of compiled) {
        for (const rule of skipped && entry.policy.scope !== 'everything' ? [] : entry.rules) {
          violations.push(...applyRule(entry.policy, rule, object));
        }
        violations.push(...applyUnique(entry, object, isFirst));
      }
      return violations;
    } catch (error) {
      return compiled.map(({ policy }) => failure(policy, resource, messageOf(error)));
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
          ? this.binder.isTemplateKind(apiVersion, kind)
          : kindsOf(scope).some((known) => known.kind === kind && known.group === groupOf(apiVersion));
      });
      this.byKind.set(key, found);
    }
    return found;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
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
  return {
    on,
    field: splitField(field),
    verdict: (bindings) => {
      const result = program.run(bindings);
      return typeof result === 'boolean' ? result : stringsOf(result);
    },
    message: compile(message),
    verdicts: new Verdicts(program.reads),
  };
}

/** `volumes[{f}].hostPath` -> `volumes`, `[{f}]`, `hostPath`. */
function splitField(field: string): readonly string[] {
  return field
    .split('.')
    .filter((part) => part !== '')
    .flatMap((part) => (part.endsWith('[{f}]') ? [part.slice(0, -'[{f}]'.length), '[{f}]'] : [part]));
}

function applyRule(policy: Policy, rule: CompiledRule, object: BoundObject): readonly Violation[] {
  const items = itemsOf(rule.on, object);
  return typeof items === 'string'
    ? [failure(policy, object.resource, items)]
    : items.flatMap((item) => applyToItem(policy, rule, object, item));
}

function applyToItem(policy: Policy, rule: CompiledRule, object: BoundObject, item: Item): readonly Violation[] {
  const verdict = rule.verdicts.on(object, item, () => rule.verdict(item.bindings));
  if (isCelError(verdict)) {
    return [failure(policy, object.resource, verdict.message, item.path)];
  }
  if (typeof verdict === 'boolean') {
    return verdict ? [] : [violation(policy, rule, object, item, item.bindings, '')];
  }
  return verdict.map((f) => violation(policy, rule, object, item, { ...item.bindings, f }, f));
}

function violation(
  policy: Policy,
  rule: CompiledRule,
  object: BoundObject,
  item: Item,
  bindings: Bindings,
  offender: string,
): Violation {
  const message = rule.message.run(bindings);
  const path = locate(object.manifest, item.path, rule.field, offender);
  return {
    ...about(policy, object.resource, path),
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
  object: BoundObject,
  isFirst: (key: string) => boolean,
): readonly Violation[] {
  if (unique === undefined) {
    return [];
  }
  const key = unique.key.run(object.bindings);
  if (typeof key !== 'string') {
    return [failure(policy, object.resource, isCelError(key) ? key.message : 'the key is no text')];
  }
  if (key === '' || isFirst(JSON.stringify([policy.id, key]))) {
    return [];
  }
  const message = unique.message.run(object.bindings);
  return [
    {
      ...about(policy, object.resource, []),
      severity: policy.severity,
      message: typeof message === 'string' ? message : policy.title,
    },
  ];
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
