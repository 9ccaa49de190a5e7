import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Graph } from '../../lib/graph';
import { compare } from '../../lib/plan/compare';
import type { CompareOptions } from '../../lib/plan/compare';
import type { Comparison } from '../../lib/plan/model';
import { readYaml } from '../../lib/policy/yaml';

/** A graph of the objects of a text of YAML. */
export function graphOf(text: string): Graph {
  return new Graph(
    [...readYaml(text)].map((part) => {
      if ('reason' in part) throw new Error(`line ${part.line}: ${part.reason}`);
      return { manifest: part.value };
    }),
  );
}

/** What differs between two texts of YAML. */
export function compareTexts(old: string, current: string, options?: CompareOptions): Comparison {
  return compare(graphOf(old), graphOf(current), options);
}

/** The manifests of an environment as they once were: an edit of the catalogue is none of what is tested here. */
export function manifestsOf(environment: 'local' | 'production'): string {
  return readFileSync(join(__dirname, 'golden', `${environment}.yaml`), 'utf8');
}

/** Manifests as text, to be edited. */
export class Manifests {
  private documents: readonly string[];

  public constructor(text: string) {
    this.documents = text.split(/^---\n/m).filter((document) => document.trim() !== '');
  }

  public get text(): string {
    return this.documents.join('---\n');
  }

  /** The text of an object: `Deployment auth`. */
  public object(which: string): string {
    const found = this.documents.filter((document) => isObject(document, which));
    const [only] = found;
    if (only === undefined || found.length > 1) throw new Error(`${found.length} objects are ${which}`);
    return only;
  }

  /** Replaces a text of an object, each time that it stands there. */
  public replace(which: string, text: string, by: string): this {
    const old = this.object(which);
    if (!old.includes(text)) throw new Error(`${which} has no ${text}`);
    this.documents = this.documents.map((document) => (document === old ? document.replaceAll(text, by) : document));
    return this;
  }

  public remove(which: string): this {
    const old = this.object(which);
    this.documents = this.documents.filter((document) => document !== old);
    return this;
  }

  public add(document: string): this {
    this.documents = [...this.documents, document];
    return this;
  }

  /** The objects that are labelled as a service's. */
  public objectsOf(service: string): readonly string[] {
    return this.documents.filter((document) => document.includes(`\n    app.kubernetes.io/name: ${service}\n`));
  }

  public removeAll(documents: readonly string[]): this {
    this.documents = this.documents.filter((document) => !documents.includes(document));
    return this;
  }
}

function isObject(document: string, which: string): boolean {
  const [kind = '', name = ''] = which.split(' ');
  return document.includes(`\nkind: ${kind}\nmetadata:\n  name: ${name}\n`);
}
