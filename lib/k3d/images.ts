import { answerOf, complaint, succeeded, Unanswered } from '../host/command';
import { field, listAt, parseJson, textAt, textsAt } from '../manifest/plain-data';
import { shellLine } from '../host/quote';
import type { System } from '../host/system';

type Run = Pick<System, 'run'>;

/** An image as a node lacks it. */
export interface LackingImage {
  readonly image: string;
  readonly node: string;
  /** Whether the node has none by this name, or another than Docker. */
  readonly has: 'none' | 'another';
}

/** What Docker and the nodes have of the images that are in no registry. */
export interface ImageReport {
  /** Those that a node lacks, and Docker has: they can be imported. */
  readonly importable: readonly LackingImage[];
  /** Those that a node lacks, and Docker too: they must be built first. */
  readonly unbuilt: readonly LackingImage[];
}

/**
 * Compares the images that Docker has with those that each node has.
 *
 * @throws Unanswered if Docker or a node cannot be asked.
 */
export async function compareImages(
  images: readonly string[],
  nodes: readonly string[],
  system: Run,
): Promise<ImageReport> {
  const built = new Map<string, string>();
  for (const image of images) {
    const content = await contentInDocker(image, system);
    if (content !== undefined) built.set(image, content);
  }
  const contents = new Map<string, string>();
  const lacking: LackingImage[] = [];
  for (const node of nodes) {
    const ids = await imageIds(node, system);
    for (const image of images) {
      const id = ids.get(fullImageName(image));
      const wanted = built.get(image);
      if (id === undefined) {
        lacking.push({ image, node, has: 'none' });
      } else if (wanted !== undefined) {
        // An id on a node is the hash of what is asked for, so one node's answer holds for all.
        const content = contents.get(id) ?? (await contentOnNode(node, image, system));
        contents.set(id, content);
        if (content !== wanted) lacking.push({ image, node, has: 'another' });
      }
    }
  }
  return {
    importable: lacking.filter(({ image }) => built.has(image)),
    unbuilt: lacking.filter(({ image }) => !built.has(image)),
  };
}

/** The names of the images in a list of what is lacking, each once. */
export function imageNames(lacking: readonly LackingImage[]): readonly string[] {
  return [...new Set(lacking.map(({ image }) => image))];
}

/** What is lacking, for people: an entry for each image, with the nodes. */
export function lackingText(lacking: readonly LackingImage[]): readonly string[] {
  return imageNames(lacking).map((image) => {
    const nodesWith = (has: LackingImage['has']): string =>
      lacking
        .filter((entry) => entry.image === image && entry.has === has)
        .map(({ node }) => node)
        .join(', ');
    const [none, another] = [nodesWith('none'), nodesWith('another')];
    return [
      ...(none === '' ? [] : [`${image} is missing on ${none}`]),
      ...(another === '' ? [] : [`${image} on ${another} is another than Docker has`]),
    ].join('; ');
  });
}

/** How images are built, for people: the folder of each is theirs to know. */
export function buildLines(
  images: readonly string[],
  buildArguments: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly string[] {
  return images.map((image) => {
    const options = (buildArguments.get(image) ?? []).flatMap((argument) => ['--build-arg', argument]);
    return `${shellLine(['docker', 'build', ...options, '-t', image])} FOLDER`;
  });
}

/**
 * The settings of an image that decide how its containers run in a pod, and its labels. Not its time: an image that was
 * built again from the same layers is the same.
 */
const SETTINGS = ['Cmd', 'Entrypoint', 'Env', 'ExposedPorts', 'Labels', 'StopSignal', 'User', 'Volumes', 'WorkingDir'];

/**
 * What an image is, in a form that all stores agree on. They do not on its id: Docker's containerd store has the digest
 * of the manifest there, Docker's older store and the node's containerd that of the configuration.
 */
function contentOf(layers: readonly string[], config: unknown): string {
  const settings = SETTINGS.map((name) => {
    const value = field(config, name);
    const empty =
      value === undefined || value === null || value === '' || (typeof value === 'object' && isEmpty(value));
    // Objects of these settings are flat, and their order means nothing.
    return empty || Array.isArray(value) || typeof value !== 'object'
      ? [name, empty ? null : value]
      : [name, Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))];
  });
  return JSON.stringify({ layers, settings });
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** What Docker has by a name; undefined if it has none. */
async function contentInDocker(image: string, system: Run): Promise<string | undefined> {
  const command = ['docker', 'image', 'inspect', image];
  const result = await system.run(command);
  // The one failure that is an answer.
  if (result.kind === 'exited' && /no such image/i.test(result.stderr)) return undefined;
  if (!succeeded(result)) throw new Unanswered(complaint(command, result));
  const [found] = listAt(parseJson(result.stdout));
  const layers = textsAt(found, 'RootFS', 'Layers');
  if (layers.length === 0) throw new Unanswered(`docker image inspect ${image} told no layers`);
  return contentOf(layers, field(found, 'Config'));
}

/** The ids of a node's images, by name. */
async function imageIds(node: string, system: Run): Promise<ReadonlyMap<string, string>> {
  const answer = parseJson(await answerOf(system, ['docker', 'exec', node, 'crictl', 'images', '-o', 'json']));
  if (!Array.isArray(field(answer, 'images'))) throw new Unanswered(`crictl images on ${node} told no list of images`);
  return new Map(
    listAt(answer, 'images').flatMap((image) => textsAt(image, 'repoTags').map((tag) => [tag, textAt(image, 'id')])),
  );
}

async function contentOnNode(node: string, image: string, system: Run): Promise<string> {
  const command = ['docker', 'exec', node, 'crictl', 'inspecti', '-o', 'json', fullImageName(image)];
  const spec = field(parseJson(await answerOf(system, command)), 'info', 'imageSpec');
  const layers = textsAt(spec, 'rootfs', 'diff_ids');
  if (layers.length === 0) throw new Unanswered(`crictl inspecti ${image} on ${node} told no layers`);
  return contentOf(layers, field(spec, 'config'));
}

/** An image's full name, as container runtimes list it: Docker Hub is implied, and its folder `library`. */
export function fullImageName(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]/.test(first) || first === 'localhost' ? image : `docker.io/${image}`;
}
