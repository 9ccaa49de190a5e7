import { App, Chart } from 'cdk8s';
import { load } from 'js-yaml';
import { synthesizeCharts } from '../../lib/synth/manifests';
import { toYamlStream } from '../../lib/synth/yaml';

/** The namespace of the charts that {@link synth} makes. */
export const NAMESPACE = 'monitoring';

/** The objects of one chart. */
export class Objects {
  constructor(private readonly manifests: readonly unknown[]) {}

  /** The value at a path in the only object of a kind. */
  public at(kind: string, ...path: readonly (string | number)[]): unknown {
    const matching = this.manifests.filter((manifest) => at(manifest, 'kind') === kind);
    if (matching.length !== 1) {
      throw new Error(`${matching.length} objects of kind ${kind}`);
    }
    return at(matching[0], ...path);
  }

  /** The workload's only container. */
  public container(...path: readonly (string | number)[]): unknown {
    return this.at(this.workloadKind(), 'spec', 'template', 'spec', 'containers', 0, ...path);
  }

  /** The workload's pod. */
  public pod(...path: readonly (string | number)[]): unknown {
    return this.at(this.workloadKind(), 'spec', 'template', 'spec', ...path);
  }

  /** The ConfigMap of a name. */
  public configMap(name: string): unknown {
    const [found] = this.manifests.filter(
      (manifest) => at(manifest, 'kind') === 'ConfigMap' && at(manifest, 'metadata', 'name') === name,
    );
    return found;
  }

  /** The file in the only ConfigMap, parsed. */
  public config(...path: readonly (string | number)[]): unknown {
    const files: unknown[] = Object.values(this.at('ConfigMap', 'data') as Record<string, unknown>);
    expect(files).toHaveLength(1);
    return at(load(String(files[0])), ...path);
  }

  /** Kind of each object, in order. */
  public kinds(): unknown[] {
    return this.manifests.map((manifest) => at(manifest, 'kind'));
  }

  /** What every object has at a path. */
  public each(...path: readonly (string | number)[]): unknown[] {
    return this.manifests.map((manifest) => at(manifest, ...path));
  }

  public toYaml(): string {
    return toYamlStream(this.manifests);
  }

  private workloadKind(): string {
    return String(this.kinds().find((kind) => ['Deployment', 'DaemonSet', 'StatefulSet'].includes(String(kind))));
  }
}

/** Builds constructs in a chart and synthesizes it. */
export function synth(build: (chart: Chart) => unknown): Objects {
  const app = new App();
  build(new Chart(app, 'chart', { namespace: NAMESPACE, labels: { 'app.kubernetes.io/part-of': 'shop' } }));
  return new Objects(synthesizeCharts(app).flatMap(({ manifests }) => manifests));
}

/** The value at a path. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}
