import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { Engine } from './engine';
import { child } from '../manifest/plain-data';
import type { Resource } from '../manifest/manifest';
import { annotationFor, exceptionFor, exceptionsOn, pathOf, uselessException } from './exceptions';
import type { Exception } from './exceptions';
import { givenManifest } from './given';
import type { GivenObject } from './given';
import type { Policy, Severity } from './policy';
import { WORKLOADS } from '../manifest/workloads';
import type { WorkloadKind } from '../manifest/workloads';
import { Owners } from './owners';
import { policies as defaultPolicies } from './policies';
import { tokenlessAccounts } from './related';
import type { ServiceAccount } from './related';
import { formatReport, wantsColour } from './report';
import type { Report, ReportedException, ReportedViolation } from './report';

/** Which policies, and how seriously. */
export interface PolicyPackProps {
  /**
   * The policies to judge by.
   * @default policies(), all of them
   */
  readonly policies?: readonly Policy[];
  /**
   * Severities by policy id. They can only be raised: what lowers a policy is an exception, on the construct that needs it.
   * @default each policy's own
   */
  readonly severities?: Readonly<Record<string, Severity>>;
  /**
   * Kinds of custom resources that hold a pod template, to be judged as workloads.
   * @default [] those of Kubernetes and Argo Rollouts alone
   */
  readonly workloads?: readonly WorkloadKind[];
  /**
   * What is in the cluster already, and not in the tree, so that the tree may refer to it: a Secret that somebody makes by hand, a
   * StorageClass.
   * @default [] the tree holds all that it refers to
   */
  readonly given?: readonly GivenObject[];
}

/** How a pack reads and reports a tree. */
export interface ApplyOptions {
  /**
   * The manifest of an object as it will be written.
   * @default the object's own toJson
   */
  readonly manifestOf?: (object: ApiObject) => unknown;
  /**
   * Manifests of what is applied before the tree, beside what is given to the pack.
   * @default []
   */
  readonly given?: readonly unknown[];
  /**
   * Told of each object that got an annotation while it was judged, for whoever keeps manifests.
   * @default nobody is told
   */
  readonly onAnnotated?: (object: ApiObject) => void;
  /**
   * Told what the pack thinks of the tree, each time that it is judged.
   * @default nobody is told
   */
  readonly onJudged?: (judgement: Judgement) => void;
  /**
   * Where warnings and exceptions go when nothing fails.
   * @default standard error
   */
  readonly print?: (report: string) => void;
}

/** An exception that an object needs, named so that a cluster can tell the object. */
export interface ObjectException {
  readonly policy: string;
  readonly reason: string;
  readonly resource: Resource;
}

/** What a pack thinks of a tree. */
export interface Judgement extends Report {
  /** Whether the synth fails. */
  readonly failed: boolean;
  /** Each acknowledged exception for each object that needs it, once. */
  readonly exceptions: readonly ObjectException[];
  /** ServiceAccounts that switch the token off for workloads which do not say so themselves. */
  readonly tokenlessAccounts: readonly ServiceAccount[];
}

/** Metadata of the scope that a pack is applied to: the ids of its policies. */
const METADATA = 'policy-pack';

/** The packs that are applied to a scope itself. */
const applied = new WeakMap<IConstruct, PolicyPack[]>();

/** Policies as an environment wants them, to apply to a part of its tree. */
export class PolicyPack {
  /** The policies, with the severities of this pack. */
  public readonly policies: readonly Policy[];
  /** The kinds that are judged as workloads besides the known ones. */
  public readonly workloads: readonly WorkloadKind[];
  /** What is in the cluster already. */
  public readonly given: readonly GivenObject[];
  private readonly engine: Engine;

  public constructor(props: PolicyPackProps = {}) {
    const given = props.policies ?? defaultPolicies();
    const severities = props.severities ?? {};
    const unknown = Object.keys(severities).find((id) => !given.some((policy) => policy.id === id));
    if (unknown !== undefined) {
      throw new Error(
        `severities: there is no policy "${unknown}", so nothing would be enforced. The policies are ${idsOf(given)}.`,
      );
    }
    this.policies = given.map((policy) => ({ ...policy, severity: raise(policy, severities[policy.id]) }));
    this.workloads = props.workloads ?? [];
    this.given = props.given ?? [];
    this.engine = new Engine(this.policies, this.workloads);
  }

  /** The packs that judge a construct: those applied to it, or to a scope above it. */
  public static of(construct: IConstruct): readonly PolicyPack[] {
    return construct.node.scopes.flatMap((scope) => applied.get(scope) ?? []);
  }

  /**
   * Judges everything below `scope` whenever it is synthesized or validated; violations fail that, all of them in one report. Constructs that
   * are made below it from now on refuse props by the same policies.
   */
  public apply(scope: IConstruct, options: ApplyOptions = {}): void {
    applied.set(scope, [...(applied.get(scope) ?? []), this]);
    scope.node.addMetadata(METADATA, { ids: this.policies.map(({ id }) => id) });
    let printed = '';
    scope.node.addValidation({
      validate: () => {
        const judgement = this.judge(scope, options);
        options.onJudged?.(judgement);
        if (judgement.failed) {
          return [`\n${formatReport(judgement, wantsColour(process.stderr))}\n`];
        }
        const worthTelling = judgement.violations.length + judgement.acknowledged.length > 0;
        const report = worthTelling ? `${formatReport(judgement, wantsColour(process.stderr))}\n` : '';
        // App.synth of cdk8s validates again for every chart.
        if (report !== printed) {
          printed = report;
          (options.print ?? ((text) => process.stderr.write(text)))(report);
        }
        return [];
      },
    });
  }

  /**
   * Judges everything below `scope` as it will be written, and annotates the objects that need an exception.
   */
  public judge(scope: IConstruct, options: ApplyOptions = {}): Judgement {
    const manifestOf = options.manifestOf ?? ((object: ApiObject): unknown => object.toJson());
    const constructs = scope.node.findAll();
    const subjects = constructs
      .filter((construct) => ApiObject.isApiObject(construct))
      .map((object) => ({
        id: object,
        manifest: manifestOf(object),
        isExcused: (policy: string) => exceptionFor(object, policy) !== undefined,
      }));
    const manifests = new Map(subjects.map(({ id, manifest }) => [id, manifest]));

    const violations: ReportedViolation[] = [];
    const acknowledged: ReportedException[] = [];
    const used = new Set<string>();
    const needed = new Map<string, ObjectException>();
    // Whoever applies them is no controller: the API server judges each, whatever it says of its owner.
    const given = [...this.given.map(givenManifest), ...(options.given ?? [])];
    for (const { id: object, violation } of this.engine.evaluate(subjects, new Owners(), given)) {
      const where = pathOf(object);
      const exception = exceptionFor(object, violation.policy);
      if (exception === undefined) {
        violations.push({ where, violation });
        continue;
      }
      const { policy, reason } = exception;
      used.add(keyOf(exception));
      acknowledged.push({ where, violation, reason });
      const need = JSON.stringify([where, policy]);
      if (!needed.has(need)) {
        needed.set(need, { policy, reason, resource: violation.resource });
        annotate(object, manifests.get(object), exception, options.onAnnotated);
      }
    }
    violations.push(...this.uselessExceptions(scope, constructs, used));
    return {
      violations,
      acknowledged,
      failed: violations.some(({ violation }) => violation.severity === 'error'),
      exceptions: [...needed.values()],
      tokenlessAccounts: tokenlessAccounts(subjects, [...WORKLOADS, ...this.workloads]),
    };
  }

  /** Exceptions that nothing needs, or that are from a policy which does not exist. */
  private uselessExceptions(
    scope: IConstruct,
    constructs: readonly IConstruct[],
    used: ReadonlySet<string>,
  ): readonly ReportedViolation[] {
    const ids = new Set(this.policies.map(({ id }) => id));
    return constructs.flatMap(exceptionsOn).flatMap((exception): ReportedViolation[] => {
      const known = ids.has(exception.policy);
      if (used.has(keyOf(exception)) || (!known && isKnownToOthers(scope, exception))) {
        return [];
      }
      const message = known
        ? `acknowledges "${exception.policy}" (${exception.reason}), which nothing here violates any more`
        : `acknowledges "${exception.policy}", and there is no policy of that name`;
      return [{ where: pathOf(exception.construct), violation: uselessException(message) }];
    });
  }
}

/** Whether another pack, applied further up or further down, has the policy. */
function isKnownToOthers(scope: IConstruct, { construct, policy }: Exception): boolean {
  return [...scope.node.scopes, ...construct.node.scopes]
    .flatMap((each) => each.node.metadata)
    .some(({ type, data }) => {
      const ids = type === METADATA ? child(data, 'ids') : undefined;
      return Array.isArray(ids) && ids.includes(policy);
    });
}

function keyOf({ construct, policy }: Exception): string {
  return JSON.stringify([construct.node.path, policy]);
}

function annotate(
  object: ApiObject,
  manifest: unknown,
  { policy, reason }: Exception,
  onAnnotated: ApplyOptions['onAnnotated'],
): void {
  const annotation = annotationFor(policy);
  if (child(child(child(manifest, 'metadata'), 'annotations'), annotation) !== reason) {
    object.metadata.addAnnotation(annotation, reason);
    onAnnotated?.(object);
  }
}

function raise(policy: Policy, severity: Severity | undefined): Severity {
  if (severity === 'warning' && policy.severity === 'error') {
    throw new Error(
      `severities: policy "${policy.id}" is an error and cannot be lowered to a warning, which nobody would have to look at. Acknowledge it on the construct that needs an exception.`,
    );
  }
  return severity ?? policy.severity;
}

function idsOf(list: readonly Policy[]): string {
  return list.map(({ id }) => id).join(', ');
}
