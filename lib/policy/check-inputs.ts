import { dirname } from 'node:path';
import { formatPath, resourceOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import type { Path } from '../manifest/plain-data';
import type { PodTemplateKind } from '../manifest/workloads';
import { Engine } from './engine';
import type { Subject } from './engine';
import { annotatedExceptions, uselessException } from './exceptions';
import { givenManifest, graphOf } from './given';
import type { GivenObject } from './given';
import { duplicatesBelow, ObjectReader } from './object-reader';
import type { Origin, Unreadable } from './object-reader';
import { Owners } from './owners';
import { workloads } from './policy';
import type { Policy } from './policy';
import { compareText } from './report';
import type { Report } from './report';
import { unusedIn } from './unused';

/** What to check, and by what. */
export interface CheckInputs {
  /** Files, folders, and `-` for standard input. */
  readonly inputs: readonly string[];
  /** What came on standard input. */
  readonly stdin: Uint8Array;
  readonly policies: readonly Policy[];
  /** Whether the exceptions that objects carry as annotations hold. */
  readonly exceptions: boolean;
  /**
   * Kinds of custom resources that hold a pod template, to be judged as workloads.
   * @default [] those of Kubernetes and Argo Rollouts alone
   */
  readonly workloads?: readonly PodTemplateKind[];
  /**
   * What is in the cluster already: files, folders, and `-` for standard input. It may be referred to, and is not judged.
   * @default [] the inputs hold all that they refer to
   */
  readonly given?: readonly string[];
  /**
   * Further manifests of what is in the cluster already.
   * @default []
   */
  readonly givenObjects?: readonly GivenObject[];
  /**
   * Whether to find what nothing uses.
   * @default false
   */
  readonly unused?: boolean;
}

/** An object that nothing uses. */
export interface UnusedObject {
  readonly resource: Resource;
  readonly file: string;
  readonly line: number;
}

/** A violation as the JSON and SARIF formats have it. */
export interface CheckedViolation {
  readonly file: string;
  readonly line: number;
  readonly report: Report['violations'][number];
  /** Why it is acknowledged, if it is. */
  readonly reason?: string;
}

/** What was found in the input, before it is written in some format. */
export interface Checked {
  readonly objects: number;
  /** How many files they are from; standard input is one. */
  readonly files: number;
  /** How many objects are given. */
  readonly given: number;
  readonly violations: readonly CheckedViolation[];
  readonly acknowledged: readonly CheckedViolation[];
  readonly unreadable: readonly Unreadable[];
  /** Undefined where nobody asked. */
  readonly unused?: readonly UnusedObject[];
}

const ANNOTATIONS: Path = ['metadata', 'annotations'];

/** An object that carries exceptions. */
interface Excused {
  readonly resource: Resource;
  readonly file: string;
  /** Where the exceptions stand. */
  readonly line: number;
  /** Why each policy need not hold. */
  readonly reasons: ReadonlyMap<string, string>;
  /** The policies that it violates. */
  readonly used: Set<string>;
}

/** Judges all objects in the inputs. */
export function checkInputs(options: CheckInputs): Checked {
  const { inputs, stdin, policies, exceptions, workloads: registered } = options;
  const unreadable: Unreadable[] = [];
  const violations: CheckedViolation[] = [];
  const acknowledged: CheckedViolation[] = [];
  const owners = new Owners();
  /** By position in the input. */
  const excused = new Map<number, Excused>();
  const reader = new ObjectReader(stdin, unreadable);
  const origins = [...reader.read(inputs)];
  // What is judged as well is left out: it is read already.
  const given = [
    ...(options.givenObjects ?? []).map(givenManifest),
    ...[...reader.read(options.given ?? [])].map(({ manifest }) => manifest),
  ];

  function* subjects(): Generator<Subject<{ origin: Origin; position: number }>, void, undefined> {
    for (const [position, origin] of origins.entries()) {
      const { manifest, file, document, base } = origin;
      const reasons = exceptions ? annotatedExceptions(manifest) : new Map<string, string>();
      if (reasons.size > 0) {
        const line = lineOf(origin, ANNOTATIONS);
        excused.set(position, { resource: resourceOf(manifest), file, line, reasons, used: new Set() });
      }
      yield {
        id: { origin, position },
        manifest,
        set: file === '-' ? '-' : dirname(file),
        duplicates: duplicatesBelow(document, base),
        isExcused: (policy) => reasons.has(policy),
      };
    }
  }

  const engine = new Engine(policies, registered);
  for (const { id, violation, inherited } of engine.evaluate(subjects(), owners, given)) {
    const own = excused.get(id.position);
    const reason = own?.reasons.get(violation.policy);
    own?.used.add(violation.policy);
    if (inherited) {
      continue;
    }
    if (reason === undefined) {
      violations.push(place(id.origin, violation));
    } else {
      acknowledged.push({ ...place(id.origin, violation), reason });
    }
  }
  for (const [position, { resource, file, line, reasons, used }] of excused) {
    const owner = owners.ownerOf(position);
    for (const [policy, reason] of reasons) {
      const known = policies.some(({ id }) => id === policy);
      // A controller hands annotations on to what it makes, whether that needs them or not.
      const handedOn = owner !== undefined && excused.get(owner)?.reasons.get(policy) === reason;
      if (known && !used.has(policy) && !handedOn) {
        const message = `its annotation acknowledges "${policy}" (${reason}), which it does not violate any more`;
        const violation = { ...uselessException(message, resource), path: ANNOTATIONS, field: formatPath(ANNOTATIONS) };
        violations.push({ file, line, report: { where: file, line, violation } });
      }
    }
  }
  return {
    objects: origins.length,
    files: new Set(origins.map(({ file }) => file)).size,
    given: given.length,
    violations: violations.toSorted(compare),
    acknowledged: acknowledged.toSorted(compare),
    unreadable,
    ...(options.unused === true && { unused: unusedAmong(origins, given, registered) }),
  };
}

function unusedAmong(
  origins: readonly Origin[],
  given: readonly unknown[],
  registered: readonly PodTemplateKind[] | undefined,
): readonly UnusedObject[] {
  const byManifest = new Map(origins.map((origin) => [origin.manifest, origin]));
  const graph = graphOf([...byManifest.keys()], given, workloads(registered).kinds);
  return unusedIn(graph)
    .flatMap(({ manifest, resource }): UnusedObject[] => {
      const origin = byManifest.get(manifest);
      return origin === undefined ? [] : [{ resource, file: origin.file, line: lineOf(origin, []) }];
    })
    .toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line);
}

function place(origin: Origin, violation: CheckedViolation['report']['violation']): CheckedViolation {
  const line = lineOf(origin, violation.path, violation.excerpt);
  return { file: origin.file, line, report: { where: origin.file, line, violation } };
}

function lineOf({ document, base }: Origin, path: Path, excerpt?: string): number {
  return document.lineOf([...base, ...path], excerpt);
}

function compare(a: CheckedViolation, b: CheckedViolation): number {
  const [left, right] = [a.report.violation, b.report.violation];
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    compareText(left.policy, right.policy) ||
    compareText(left.field, right.field) ||
    compareText(left.message, right.message)
  );
}
