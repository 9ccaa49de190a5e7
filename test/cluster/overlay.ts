import type { ServiceSpec } from '../../lib/sportstix/catalogue';
import { local } from '../../lib/sportstix/environments';
import { imagesOf } from '../../lib/sportstix/images';
import { toYaml } from '../../lib/synth/yaml';

/** The services that are Deployments; the controller of the others runs in no test here. */
const [first, second] = local.services.filter(({ canary }) => canary === undefined);
if (first === undefined || second === undefined) {
  throw new Error('The catalogue has no two services that are Deployments, which the overlay changes.');
}

/** What an overlay changes, as README shows it: one image tag, one number of replicas, one setting. */
export const changed: {
  readonly tagged: { readonly service: ServiceSpec; readonly from: string; readonly to: string };
  readonly scaled: { readonly service: ServiceSpec; readonly from: number; readonly to: number };
  readonly setting: { readonly name: string; readonly from: string; readonly to: string };
} = {
  tagged: { service: first, from: imagesOf(local)(first), to: `${first.repository}:1.4.2` },
  scaled: { service: second, from: local.scaling.replicas, to: local.scaling.replicas + 1 },
  setting: { name: 'OTEL_TRACES_SAMPLER', from: 'parentbased_always_on', to: 'always_off' },
};

/** The overlay of a base: content of its kustomization.yaml. */
export function overlayOf(base: string): string {
  const { tagged, scaled, setting } = changed;
  return toYaml({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [base],
    images: [{ name: tagged.service.repository, newTag: '1.4.2' }],
    replicas: [{ name: scaled.service.name, count: scaled.to }],
    patches: [
      {
        target: { kind: 'ConfigMap', name: 'sportstix-common' },
        patch: toYaml([{ op: 'replace', path: `/data/${setting.name}`, value: setting.to }]),
      },
    ],
  });
}
