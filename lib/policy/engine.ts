import { createHash } from 'node:crypto';
import type { Path } from '../manifest/plain-data';
import { addTo, child, messageOf, valueAt } from '../manifest/plain-data';
import type { Graph } from '../graph';
import { formatPath, groupOf, resourceOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import type { PodTemplateKind } from '../manifest/workloads';
import { Binder, itemsOf } from './bound-object';
import type { BoundObject, Item } from './bound-object';
import { compile, indexesOf, isCelError, stringsOf, toCelObject } from './cel';
import type { Bindings, CelError, CelObject, Program } from './cel';
import { graphOf } from './given';
import { Owners } from './owners';
import { judgedObjects } from './judged-objects';
import type { KeptViolation } from './judged-objects';
import { kindsOf, unmet } from './policy';
import type { Policy, Rule, RuleTarget } from './policy';
import { RelatedObjects } from './related';
import { duplicateFault, Structure } from './schema/structure';
import type { StructureFault } from './schema/structure';
import type { Violation } from './violation';
import { Verdicts } from './verdicts';
import type { Offender, Verdict } from './verdicts';

/** A manifest, as plain data, with what the caller knows it by. */
export interface Subject<Id> {
  readonly id: Id;
  readonly manifest: unknown;
  /**
   * Objects with the same value are applied together, so that none may be defined twice among them.
   * @default all objects are
   */
  readonly set?: string;
  /**
   * Fields that the text of the object gives twice, of which the manifest holds the last.
   * @default [] it comes from no text
   */
  readonly duplicates?: readonly Path[];
  /**
   * Whether an exception covers the object.
   * @default none does
   */
  readonly isExcused?: (policy: string) => boolean;
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

/** What is known of an object besides itself. */
interface Surroundings {
  /** The schemas of the kinds; undefined where no policy asks for them. */
  readonly structure: Structure | undefined;
  /** The objects that decide about it together with itself. */
  readonly related: readonly unknown[];
}

interface CompiledRule {
  readonly on: RuleTarget;
  readonly field: readonly string[];
  /** The verdict on what the bindings hold, or why there is none. */
  readonly verdict: (bindings: Bindings, object: CelObject) => Verdict | CelError;
  /** Of what, where that is said apart, and what is wrong. */
  readonly message: readonly Program[];
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
  private readonly structural: Policy | undefined;
  /** The one that finds containers which no other judges. */
  private readonly unseen: Policy | undefined;
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
    this.structural = policies.find(({ structure }) => structure !== undefined);
    this.unseen = policies.find(({ rules }) => rules.some(({ on }) => on === 'unseenContainers'));
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
   * @param given manifests of what is in the cluster already: subjects may refer to it, and it is not judged
   */
  public *evaluate<Id>(
    subjects: Iterable<Subject<Id>>,
    owners: Owners = new Owners(),
    given: Iterable<unknown> = [],
  ): Generator<Finding<Id>, void, undefined> {
    // All of them first: what an object is judged with may stand behind it.
    const all = [...subjects];
    const inGraph = this.graphViolations(all, given);
    const related = new RelatedObjects(all, this.binder.kinds);
    const seen = new Set<string>();
    const keys = new Map<number, ReadonlySet<string>>();
    const held: Held<Id>[] = [];
    const judged = this.structural?.structure;
    const structure =
      judged === undefined
        ? undefined
        : new Structure(
            all.map(({ manifest }) => manifest),
            judged.oldest,
          );
    for (const subject of all) {
      const { id, manifest, set, duplicates, isExcused } = subject;
      const { position, isOwned } = owners.add(manifest);
      const violations = this.settle(
        [
          ...this.duplicateViolations(manifest, duplicates),
          ...this.judge(manifest, { structure, related: related.of(subject) }, seen, set ?? ''),
          ...(inGraph.get(manifest) ?? []),
        ],
        isExcused,
      );
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

  /** What the policies about the graph find, by manifest. None of it is kept: it depends on all the others. */
  private graphViolations(
    subjects: readonly { readonly manifest: unknown }[],
    given: Iterable<unknown>,
  ): ReadonlyMap<unknown, readonly Violation[]> {
    const found = new Map<unknown, Violation[]>();
    let graph: Graph | undefined;
    for (const { policy } of this.policies) {
      if (policy.graph === undefined) {
        continue;
      }
      graph ??= graphOf(
        subjects.map(({ manifest }) => manifest),
        given,
        this.binder.kinds,
      );
      for (const { object, path, message, excerpt } of policy.graph(graph)) {
        if (!object.isGiven) {
          const violation = {
            ...about(policy, object.resource, path),
            severity: policy.severity,
            message,
            ...(excerpt !== undefined && { excerpt }),
          };
          addTo(found, object.manifest, violation);
        }
      }
    }
    return found;
  }

  private duplicateViolations(manifest: unknown, duplicates: readonly Path[] = []): readonly Violation[] {
    const policy = this.structural;
    return policy === undefined
      ? []
      : duplicates.map((path) => structureViolation(policy, resourceOf(manifest), duplicateFault(path)));
  }

  /**
   * Leaves out that an object, or its containers, could not be judged where its structure says why. A fault that is excused says nothing to
   * anybody: an exception from the structure must be no way past the other policies.
   */
  private settle(violations: readonly Violation[], isExcused?: (policy: string) => boolean): readonly Violation[] {
    const structural = this.structural?.id;
    if (structural === undefined || isExcused?.(structural) === true) {
      return violations;
    }
    const faults = violations.filter(
      ({ policy, severity, isUnjudged }) => policy === structural && severity === 'error' && isUnjudged !== true,
    );
    const isUnknown = faults.some(({ field }) => field === 'kind' || field === 'apiVersion');
    return violations.filter(
      ({ policy, isUnjudged }) =>
        !(faults.length > 0 && isUnjudged === true) && !(isUnknown && policy === this.unseen?.id),
    );
  }

  private judge(manifest: unknown, surroundings: Surroundings, seen: Set<string>, set: string): readonly Violation[] {
    const resource = resourceOf(manifest);
    if (resource.kind === null || resource.apiVersion === null) {
      return [];
    }
    const digest = this.digestOf(manifest, resource, surroundings);
    const known = digest === undefined ? undefined : judgedObjects.get(digest);
    const inSet = (key: string): string => `${set}\n${key}`;
    if (known?.keys.every((key) => !seen.has(inSet(key))) === true) {
      known.keys.forEach((key) => seen.add(inSet(key)));
      return known.violations.flatMap((kept) => this.restore(kept, resource));
    }
    const keys: string[] = [];
    const violations = this.evaluateObject(manifest, resource, surroundings, (key) => {
      const isFirst = !seen.has(inSet(key));
      keys.push(key);
      seen.add(inSet(key));
      return isFirst;
    });
    if (digest !== undefined && violations.every((violation) => this.mayKeep(violation))) {
      judgedObjects.set(digest, {
        keys,
        violations: violations.map(({ policy, severity, message, fault, path }) => ({
          ...{ policy, severity, message, path },
          ...(fault !== undefined && { fault }),
        })),
      });
    }
    return violations;
  }

  private restore(kept: KeptViolation, resource: Resource): readonly Violation[] {
    return this.policies
      .filter(({ policy }) => policy.id === kept.policy)
      .map(({ policy }) => ({ ...about(policy, resource, kept.path), ...kept }));
  }

  /** Nothing is kept of a secret, nor of what may be one, nor what is wrong with an object only beside others. */
  private mayKeep({ policy: id, isUnjudged }: Violation): boolean {
    const found = this.policies.find(({ policy }) => policy.id === id)?.policy;
    return isUnjudged !== true && found?.findsSecrets !== true && found?.unique === undefined;
  }

  /** What the verdict on an object depends on, in short; undefined for an object that JSON would change. */
  private digestOf(manifest: unknown, resource: Resource, { structure, related }: Surroundings): string | undefined {
    this.identity ??= sha256(JSON.stringify([this.policies.map(({ policy }) => policy), this.registered]));
    const schema = structure?.sourceOf(resource.apiVersion ?? '', resource.kind ?? '') ?? '';
    try {
      const text = JSON.stringify(related.length === 0 ? manifest : [manifest, related]);
      // It writes null for what it has not, such as infinity.
      return text.includes('null') ? undefined : sha256(this.identity + schema + text);
    } catch {
      return undefined;
    }
  }

  /** @param isFirst whether no object before has the key by which this one must be one of a kind */
  private evaluateObject(
    manifest: unknown,
    resource: Resource,
    { structure, related }: Surroundings,
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
        if (entry.policy.structure !== undefined) {
          violations.push(...applyStructure(entry.policy, structure, object));
        }
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

/** Stands in a field for an item of the list before it. */
const ITEM = '[{f}]';

function compileRule({ on, field, rule, offenders, subject, message }: Rule): CompiledRule {
  const expression = rule ?? offenders ?? 'true';
  const program = compile(expression);
  const parts = splitField(field);
  return {
    on,
    field: parts,
    verdict: (bindings, object) => {
      const result = program.run(bindings);
      if (typeof result === 'boolean') {
        return result;
      }
      return parts.includes(ITEM) ? indexesOf(result, object) : stringsOf(result);
    },
    message: (subject === undefined ? [message] : [subject, message]).map(compile),
    verdicts: new Verdicts(program.reads),
  };
}

/** `volumes[{f}].hostPath` -> `volumes`, `[{f}]`, `hostPath`. */
function splitField(field: string): readonly string[] {
  return field
    .split('.')
    .filter((part) => part !== '')
    .flatMap((part) => (part.endsWith(ITEM) ? [part.slice(0, -ITEM.length), ITEM] : [part]));
}

function applyRule(policy: Policy, rule: CompiledRule, object: BoundObject): readonly Violation[] {
  const items = itemsOf(rule.on, object);
  return typeof items === 'string'
    ? [failure(policy, object.resource, items)]
    : items.flatMap((item) => applyToItem(policy, rule, object, item));
}

function applyToItem(policy: Policy, rule: CompiledRule, object: BoundObject, item: Item): readonly Violation[] {
  const verdict = rule.verdicts.on(object, item, () => rule.verdict(item.bindings, object.object));
  if (isCelError(verdict)) {
    return [failure(policy, object.resource, verdict.message, item.path)];
  }
  if (typeof verdict === 'boolean') {
    return verdict ? [] : [violation(policy, rule, object, item)];
  }
  return verdict.map((offender) => violation(policy, rule, object, item, offender));
}

function violation(
  policy: Policy,
  rule: CompiledRule,
  object: BoundObject,
  item: Item,
  offender?: Offender,
): Violation {
  const path = [...item.path, ...rule.field.map((part) => (part === ITEM || part === '{f}' ? (offender ?? '') : part))];
  const f =
    typeof offender === 'number'
      ? toCelObject(valueAt(object.manifest, path.slice(0, item.path.length + rule.field.indexOf(ITEM) + 1))).value
      : offender;
  const bindings = f === undefined ? item.bindings : { ...item.bindings, f };
  const texts = rule.message.map((part) => part.run(bindings));
  const parts = texts.every((text) => typeof text === 'string') ? texts : [unmet(policy)];
  const fault = parts.at(-1) ?? '';
  const message = item.prefix + parts.join(' ');
  return {
    ...about(policy, object.resource, path),
    severity: policy.severity,
    message,
    ...(message === fault ? {} : { fault }),
  };
}

function applyStructure(policy: Policy, structure: Structure | undefined, object: BoundObject): readonly Violation[] {
  try {
    const faults = structure?.faultsIn(object.manifest) ?? [];
    return faults.map((fault) => structureViolation(policy, object.resource, fault));
  } catch (error) {
    return [failure(policy, object.resource, messageOf(error))];
  }
}

function structureViolation(policy: Policy, resource: Resource, fault: StructureFault): Violation {
  return { ...about(policy, resource, fault.path), severity: fault.severity, message: fault.message };
}

/** A rule that cannot be evaluated fails, whatever the policy's severity: nobody knows what it would have said. */
function failure(policy: Policy, resource: Resource, reason: string, path: Path = []): Violation {
  return {
    ...about(policy, resource, path),
    severity: 'error',
    isUnjudged: true,
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
      message: typeof message === 'string' ? message : unmet(policy),
    },
  ];
}
