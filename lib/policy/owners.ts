import { child } from '../manifest/plain-data';
import { groupOf, resourceOf } from '../manifest/manifest';

/** An object that another one can own, as far as is needed to find it again. */
interface Known {
  /** What its owner must be; undefined where it names none. */
  readonly owner: { readonly name: string; readonly uid: string | undefined } | undefined;
  readonly uid: string | undefined;
}

/**
 * Which objects of an input are owned by which others. What an object says of its owner is anybody's word, so nothing may follow from it
 * but that both are looked at together.
 */
export class Owners {
  private readonly objects: Known[] = [];
  private readonly byName = new Map<string, number[]>();

  /** Takes the next object, and says which one that is and whether it names an owner. */
  public add(manifest: unknown): { readonly position: number; readonly isOwned: boolean } {
    const position = this.objects.length;
    const { apiVersion, kind, namespace, name } = resourceOf(manifest);
    const owner = ownerIn(manifest, namespace);
    this.objects.push({ owner, uid: text(child(child(manifest, 'metadata'), 'uid')) });
    const key = nameOf(apiVersion, kind, namespace, name);
    const same = this.byName.get(key);
    if (same === undefined) {
      this.byName.set(key, [position]);
    } else {
      same.push(position);
    }
    return { position, isOwned: owner !== undefined };
  }

  /**
   * The object that owns the one at `position`; of several of that name the first. None for objects that own each other in a circle, of
   * which none would be looked at for itself.
   */
  public ownerOf(position: number): number | undefined {
    const owner = this.namedBy(position);
    const passed = new Set<number>();
    for (let at = owner; at !== undefined && !passed.has(at); at = this.namedBy(at)) {
      if (at === position) {
        return undefined;
      }
      passed.add(at);
    }
    return owner;
  }

  private namedBy(position: number): number | undefined {
    const owner = this.objects[position]?.owner;
    const candidates = owner === undefined ? [] : (this.byName.get(owner.name) ?? []);
    return candidates.find((candidate) => {
      const uid = this.objects[candidate]?.uid;
      return owner?.uid === undefined || uid === undefined || owner.uid === uid;
    });
  }
}

/** The controller that an object names; there can be one. A controller owns nothing outside of its namespace. */
function ownerIn(manifest: unknown, namespace: string | null): Known['owner'] {
  const references = child(child(manifest, 'metadata'), 'ownerReferences');
  const list: readonly unknown[] = Array.isArray(references) ? references : [];
  const reference = list.find((each) => child(each, 'controller') === true);
  const [apiVersion, kind, name] = ['apiVersion', 'kind', 'name'].map((field) => text(child(reference, field)));
  return apiVersion === undefined || kind === undefined || name === undefined
    ? undefined
    : { name: nameOf(apiVersion, kind, namespace, name), uid: text(child(reference, 'uid')) };
}

function nameOf(apiVersion: string | null, kind: string | null, namespace: string | null, name: string | null): string {
  return JSON.stringify([groupOf(apiVersion ?? ''), kind, namespace, name]);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
