import { setTimeout as sleep } from 'node:timers/promises';
import { App, Chart } from 'cdk8s';
import { synthesizeCharts } from '../lib/synth/manifests';
import { UserError } from '../lib/synth/user-error';
import { toYamlStream } from '../lib/synth/yaml';

/** Milliseconds that {@link until} waits: what comes at all comes sooner, on a slow and busy machine too. */
const PATIENCE = 15 * 60_000;

/**
 * Looks again and again until there is something, or something holds, and returns what it saw: what is looked at once more may be
 * otherwise by then.
 *
 * @param what for the error
 * @param describe says how things are instead, for the error
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  describe: () => Promise<string> = () => Promise.resolve(''),
): Promise<Exclude<T, undefined | false>> {
  for (const end = Date.now() + PATIENCE; ;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) {
      return seen as Exclude<T, undefined | false>;
    }
    if (Date.now() > end) {
      throw new Error(`not within ${PATIENCE / 60_000} minutes: ${what}\n${await describe()}`);
    }
    await sleep(500);
  }
}

/** An API object as it is written. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/**
 * Expects a call to be refused in one line that its reader can mend without reading the code, with everything as it was.
 *
 * @param state all that must not change
 */
export function expectRefusal(call: () => unknown, message: string | RegExp, state: () => unknown): void {
  const before = state();
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(UserError);
  expect((thrown as Error).message).toMatch(message);
  expect((thrown as Error).message).not.toContain('\n');
  expect(state()).toEqual(before);
}

/** A chart of an app of its own, in namespace `shop`, part of `shop`. */
export function testChart(): Chart {
  return new Chart(new App(), 'test', { namespace: 'shop', labels: { 'app.kubernetes.io/part-of': 'shop' } });
}

/** What a chart is synthesized to. */
export function synthesized(chart: Chart): Manifest[] {
  return synthesizeCharts(App.of(chart)).flatMap(({ manifests }) => manifests as Manifest[]);
}

/** The one object of a kind and name. */
export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found.length !== 1 || found[0] === undefined) {
    const all = manifests.map((manifest) => `${manifest.kind}/${manifest.metadata.name}`).join(', ');
    throw new Error(`There are ${found.length} objects ${kind}/${name} among ${all}.`);
  }
  return found[0];
}

/** Manifests as a reviewer reads them, for a snapshot. */
export function asYaml(manifests: readonly Manifest[]): string {
  return toYamlStream(manifests);
}

/** The pod template of a workload. */
export function podTemplateOf(workload: Manifest): PodTemplateManifest {
  return (workload['spec'] as { template: PodTemplateManifest }).template;
}

/** The only container of a workload. */
export function containerOf(workload: Manifest): ContainerManifest {
  const { containers } = podTemplateOf(workload).spec;
  if (containers.length !== 1 || containers[0] === undefined) {
    throw new Error(`${workload.metadata.name} has ${containers.length} containers.`);
  }
  return containers[0];
}

/** The variables of a container that have a literal value. */
export function environmentOf(workload: Manifest): Record<string, unknown> {
  return Object.fromEntries(
    (containerOf(workload).env ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom]),
  );
}

export interface PodTemplateManifest {
  readonly metadata: Manifest['metadata'];
  readonly spec: { readonly containers: readonly ContainerManifest[]; readonly [field: string]: unknown };
}

export interface ContainerManifest {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly [field: string]: unknown;
}
