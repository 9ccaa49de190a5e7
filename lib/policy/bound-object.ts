import { celList, celMap } from '@bufbuild/cel';
import type { CelInput } from '@bufbuild/cel';
import { groupOf } from '../manifest/manifest';
import type { Resource } from '../manifest/manifest';
import { child, valueAt } from '../manifest/plain-data';
import type { Path } from '../manifest/plain-data';
import type { PodTemplateKind } from '../manifest/workloads';
import { annotationBytes } from './applied';
import { compile, isCelError, isCelList, toCelObject } from './cel';
import type { Bindings, CelObject, Program } from './cel';
import { nearestKind, unseenContainers } from './containers';
import { CONTAINER_LISTS, workloads } from './policy';
import type { RuleTarget } from './policy';

/** What is judged by one rule: the item itself, and where it stands. */
export interface Item {
  readonly bindings: Bindings;
  /** The container as plain data. */
  readonly plain: unknown;
  readonly path: Path;
  readonly prefix: string;
  /** Text of the parts that rules have read so far. */
  readonly texts: Map<string, string>;
}

/** An object, with all that the policies' expressions see of it. */
export interface BoundObject {
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
  readonly items: Map<RuleTarget, readonly Item[] | string>;
  /** Text of the parts that rules have read so far. */
  readonly texts: Map<string, string>;
}

const NOTHING = celList([]);

/** Binds objects to the names that expressions see, and evaluates once for each what rules share. */
export class Binder {
  /** The kinds that are judged as workloads. */
  public readonly kinds: readonly PodTemplateKind[];
  private readonly variables: readonly { readonly name: string; readonly program: Program }[];
  private readonly conditions: readonly Program[];

  /** @param registered kinds of custom resources that hold a pod template, to be judged as workloads */
  public constructor(registered: readonly PodTemplateKind[]) {
    const { kinds, variables, conditions } = workloads(registered);
    this.kinds = kinds;
    this.variables = variables.map(({ name, expression }) => ({ name, program: compile(expression) }));
    this.conditions = conditions.map(({ expression }) => compile(expression));
  }

  /** Whether objects of a kind hold a pod template. */
  public isTemplateKind(apiVersion: string | null, kind: string | null): boolean {
    return this.kinds.some((known) => known.kind === kind && known.group === groupOf(apiVersion ?? ''));
  }

  /** @throws RangeError where the manifest contains itself, or is nested so deep that the stack ends. */
  public bind(manifest: unknown, resource: Resource, related: readonly unknown[] = []): BoundObject {
    const object = toCelObject(manifest);
    const variables = new Map<string, CelInput>([
      ['related', related.length === 0 ? NOTHING : celList(related.map((each) => toCelObject(each).value))],
    ]);
    const unreadable = new Map<string, string>();
    const bindings = { object: object.value, variables: celMap(variables) };
    const isWorkload =
      this.isTemplateKind(resource.apiVersion, resource.kind) &&
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
      // It stands nowhere in the manifest, where the text of others is taken from.
      texts: new Map(related.length === 0 ? [['variables.related', '']] : []),
    };
  }
}

/** What rules on `target` judge in an object, or why that cannot be told. */
export function itemsOf(target: RuleTarget, object: BoundObject): readonly Item[] | string {
  let items = object.items.get(target);
  if (items === undefined) {
    items = findItems(target, object);
    object.items.set(target, items);
  }
  return items;
}

function findItems(target: RuleTarget, bound: BoundObject): readonly Item[] | string {
  const { bindings, variables, unreadable, object } = bound;
  switch (target) {
    case 'applied':
      return [
        {
          bindings: { ...bindings, annotationBytes: BigInt(annotationBytes(bound.manifest)) },
          plain: undefined,
          path: [],
          prefix: '',
          texts: new Map(),
        },
      ];
    case 'object':
      return [{ bindings, plain: undefined, path: [], prefix: '', texts: new Map() }];
    case 'template':
    case 'pod': {
      const reason = unreadable.get(target === 'pod' ? 'podSpec' : 'podMetadata');
      const spec = object.pathOf(variables.get('podSpec')) ?? [];
      // A template without metadata has it all the same, and it is empty.
      const metadata = object.pathOf(variables.get('podMetadata')) ?? [...spec.slice(0, -1), 'metadata'];
      return (
        reason ?? [
          { bindings, plain: undefined, path: target === 'pod' ? spec : metadata, prefix: '', texts: new Map() },
        ]
      );
    }
    case 'container':
    case 'resourced':
    case 'longRunning': {
      const name = CONTAINER_LISTS[target];
      const list = variables.get(name);
      if (!isCelList(list)) {
        return unreadable.get(name) ?? 'the containers are not a list';
      }
      return [...list].map((c) => {
        const path = object.pathOf(c) ?? [];
        const plain = valueAt(bound.manifest, path);
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
      const paths = bound.isWorkload ? [] : unseenContainers(bound.manifest, bound.resource);
      const nearest = paths.length === 0 ? '' : nearestKind(bound.resource, bound.kinds);
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
