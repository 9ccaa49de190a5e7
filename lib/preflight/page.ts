import type { Graph, GraphObject } from '../graph';
import { shellLine } from '../host/quote';
import { isKubernetesGroup } from '../manifest/manifest';
import { field, groupBy, textAt } from '../manifest/plain-data';
import { namesOf, type Requirement } from './model';
import { resourceNameOf } from './products';
import { requirementsOf } from './requirements';

/** The annotation by which Argo CD knows an object's wave: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/ */
export const SYNC_WAVE = 'argocd.argoproj.io/sync-wave';

/** Kinds whose objects say in one condition whether they work, by group and kind; in the order in which they come to. */
const DONE: ReadonlyMap<string, string> = new Map([
  ['external-secrets.io/ExternalSecret', 'condition=Ready'],
  ['kafka.strimzi.io/Kafka', 'condition=Ready'],
  ['kafka.strimzi.io/KafkaTopic', 'condition=Ready'],
  ['kafka.strimzi.io/KafkaUser', 'condition=Ready'],
  ['batch/Job', 'condition=Complete'],
  ['apps/Deployment', 'condition=Available'],
  ['argoproj.io/Rollout', 'jsonpath={.status.phase}=Healthy'],
  ['cert-manager.io/Certificate', 'condition=Ready'],
  ['gateway.networking.k8s.io/Gateway', 'condition=Programmed'],
]);

/**
 * What the cluster of an environment needs, and how the environment is applied, as Markdown.
 *
 * @param name of the environment
 * @param folder of its manifests, from the project's folder
 * @param oldestKubernetes the oldest minor version that they are for
 */
export function clusterPage(name: string, folder: string, graph: Graph, oldestKubernetes?: string): string {
  const objects = graph.objects.filter(({ isGiven }) => !isGiven);
  return `# ${name}: what its cluster needs, and how it is applied

Generated from the manifests; do not edit. This asks a cluster for all of it, changes nothing, and says what to do:

    npm run -s preflight -- ${name} --context CONTEXT

## What must be there first

In this order. What is in the manifests themselves is not listed.

${table(requirementsOf(graph, oldestKubernetes))}

## Apply

    kubectl apply -f ${folder}

The namespaces come first, by the names of the files. What waits for what an operator makes, such as pods for their Secrets, starts by itself as
soon as that is there. Applied again, nothing changes.
${waves(folder, objects)}
Each of these ends when what it names works:

${doneCommands(objects)
  .map((line) => `    ${line}\n`)
  .join('')}`;
}

function table(requirements: readonly Requirement[]): string {
  const rows = requirements.map(({ what, neededBy, command, remedy, condition }) => [
    what,
    // Everything needs Kubernetes.
    condition.type === 'version' || condition.type === 'kubernetes' ? 'everything' : namesOf(neededBy),
    `\`${shellLine(command)}\``,
    remedy,
  ]);
  const header = ['what', 'who needs it', 'what shows it', 'if it is not there'];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cellText).join(' | ')} |`).join('\n');
}

function cellText(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** What Argo CD needs to know, and in which order it goes by the manifests. */
function waves(folder: string, objects: readonly GraphObject[]): string {
  const byWave = groupBy(
    objects,
    ({ manifest }) => textAt(field(manifest, 'metadata', 'annotations'), SYNC_WAVE) || '0',
  );
  const order =
    byWave.size < 2
      ? ''
      : ` Its waves, by the annotation \`${SYNC_WAVE}\`:\n\n${[...byWave]
          .toSorted(([a], [b]) => Number(a) - Number(b))
          .map(([wave, some]) => `- ${wave}: ${kindsOf(some)}`)
          .join('\n')}`;
  return `
Argo CD: an Application whose \`source.path\` is \`${folder}\`.${order}
`;
}

function kindsOf(objects: readonly GraphObject[]): string {
  return [...new Set(objects.map(({ resource }) => resource.kind ?? ''))].toSorted().join(', ');
}

function doneCommands(objects: readonly GraphObject[]): readonly string[] {
  return [...DONE].flatMap(([key, condition]) => {
    const some = objects.filter(({ group, resource }) => `${group}/${resource.kind ?? ''}` === key);
    const namespaces = [...new Set(some.map(({ namespace }) => namespace))].toSorted();
    return namespaces.map((namespace) => {
      const [group = '', kind = ''] = key.split('/');
      const resource = resourceNameOf(isKubernetesGroup(group) ? '' : group, kind);
      return shellLine(['kubectl', 'wait', resource, '--all', '-n', namespace, `--for=${condition}`, '--timeout=10m']);
    });
  });
}
