/**
 * The container images of a node, under the names that the manifests use. Each is made of layers, and each layer is built once into
 * the cache, keyed by what it is built from.
 */
import { execFile as execFileCallback } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { catalogue, type SpringServiceSpec } from '../../lib/sportstix/catalogue';
import { local, production } from '../../lib/sportstix/environments';
import { imagesOf } from '../../lib/sportstix/images';
import { toYaml } from '../../lib/synth/yaml';
import { type BinaryName, binary, cacheFolder, progress, reason, seconds } from '../cluster/binaries';

const execFile = promisify(execFileCallback);

const SOURCES = join(__dirname, 'images');
/** Debian's release, and the packages for the images that are more than one program. */
const DEBIAN = { suite: 'bookworm', packages: ['openjdk-17-jre-headless', 'nodejs'] };

/** A part of an image's file system. */
interface Layer {
  readonly name: string;
  /** All that it is built from: files and folders, and what else tells one build from another. */
  readonly sources: readonly string[];
  readonly recipe: unknown;
  /** Builds it into the image's root folder. */
  build(root: string): Promise<void>;
}

/** How an image's process starts, in the words of the OCI image specification. */
interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Env?: readonly string[];
}

/** Where something is in an image layout, in the words of the OCI image specification. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** What the images run on. */
const PLATFORM = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };

/** A layer as it stands in an image. */
interface Blob {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

async function run(command: string, args: readonly string[], folder?: string): Promise<string> {
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, env: process.env };
  return (await execFile(command, args, options)).stdout;
}

/** A system with a Java runtime and Node. */
const debian: Layer = {
  name: 'debian',
  sources: [],
  recipe: DEBIAN,
  async build(root) {
    await run('debootstrap', ['--variant=minbase', `--include=${DEBIAN.packages.join(',')}`, DEBIAN.suite, root]);
    for (const folder of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale']) {
      await rm(join(root, folder), { recursive: true, force: true });
    }
  },
};

/** The broker and its tools, and the documented start of the official image. */
const kafka: Layer = {
  name: 'kafka',
  sources: [join(SOURCES, 'kafka')],
  recipe: '',
  async build(root) {
    await maven('kafka', async (project) => {
      await cp(join(project, 'rootfs'), root, { recursive: true });
      await cp(join(project, 'target', 'libs'), join(root, 'opt/kafka/libs'), { recursive: true });
    });
  },
};

/** The service that stands for the six, and the OpenTelemetry agent. */
const spring: Layer = {
  name: 'spring-service',
  sources: [join(SOURCES, 'spring-service')],
  recipe: '',
  async build(root) {
    await maven('spring-service', async (project) => {
      for (const jar of ['app.jar', 'opentelemetry-javaagent.jar']) {
        await copyInto(root, `app/${jar}`, join(project, 'target', jar));
      }
    });
  },
};

/** What a Spring service uses, in its own configuration: that of the platform gives every service all addresses. */
function springConfig(service: SpringServiceSpec): Layer {
  const yaml = toYaml(applicationYaml(service));
  return {
    name: `${service.name}-config`,
    sources: [],
    recipe: yaml,
    async build(root) {
      await mkdir(join(root, 'app/config'), { recursive: true });
      await writeFile(join(root, 'app/config/application.yml'), yaml);
    },
  };
}

/** In the schema of images/README.md. */
function applicationYaml({ database, redis, kafka: usesKafka }: SpringServiceSpec): object {
  const autoConfigurations = [
    ...(database === undefined ? ['jdbc.DataSourceAutoConfiguration'] : []),
    ...(redis ? [] : ['data.redis.RedisAutoConfiguration']),
    ...(usesKafka ? [] : ['kafka.KafkaAutoConfiguration']),
  ].map((name) => `org.springframework.boot.autoconfigure.${name}`);
  const include = ['readinessState', ...(database === undefined ? [] : ['db']), ...(redis ? ['redis'] : [])];
  return {
    spring: { autoconfigure: { exclude: autoConfigurations } },
    management: { endpoint: { health: { group: { readiness: { include: include.join(', ') } } } } },
  };
}

const frontend: Layer = {
  name: 'frontend',
  sources: [join(SOURCES, 'frontend')],
  recipe: '',
  async build(root) {
    await copyInto(root, 'app/server.cjs', join(SOURCES, 'frontend', 'server.cjs'));
  },
};

/** What stands for klipper-lb. */
const loadBalancer: Layer = {
  name: 'load-balancer',
  sources: [join(SOURCES, 'load-balancer')],
  recipe: '',
  async build(root) {
    await copyInto(root, 'proxy.cjs', join(SOURCES, 'load-balancer', 'proxy.cjs'));
  },
};

/** A program that needs no library. */
async function program(name: BinaryName, kubernetesVersion: string, path: string): Promise<Layer> {
  const file = await binary(name, kubernetesVersion);
  return {
    name,
    sources: [],
    // Its folder in the cache names its version.
    recipe: [file, path],
    async build(root) {
      await copyInto(root, path, file);
      await chmod(join(root, path), 0o755);
    },
  };
}

async function copyInto(root: string, path: string, file: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await copyFile(file, join(root, path));
}

/** Packages a Maven project, in a copy of it. */
async function maven(name: string, use: (project: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(cacheFolder(), 'maven-'));
  try {
    await cp(join(SOURCES, name), folder, { recursive: true });
    await run('mvn', ['--batch-mode', '--quiet', 'package'], folder);
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The image of which k3s' ServiceLB makes pods. */
export const LOAD_BALANCER_IMAGE = 'rancher/klipper-lb:v0.4.13';

/** The name of the official image's own program, for each of the platform's images, and k3s' own, that is one program. */
const PROGRAMS = [
  { name: 'otel/opentelemetry-collector-contrib:0.114.0', program: 'otelcol-contrib', path: '/otelcol-contrib' },
  { name: 'grafana/loki:3.3.2', program: 'loki', path: '/usr/bin/loki' },
  { name: 'grafana/tempo:2.6.1', program: 'tempo', path: '/tempo' },
  { name: 'grafana/grafana:11.4.0', program: 'grafana', path: '/run.sh' },
  { name: 'prom/prometheus:v3.14.0', program: 'prometheus', path: '/bin/prometheus' },
  {
    name: 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1',
    program: 'kube-state-metrics',
    path: '/kube-state-metrics',
  },
  { name: 'registry.k8s.io/pause:3.9', program: 'pause', path: '/pause' },
  { name: 'rancher/mirrored-coredns-coredns:1.15.0', program: 'coredns', path: '/coredns' },
  { name: 'rancher/mirrored-library-traefik:3.5.3', program: 'traefik', path: '/usr/local/bin/traefik' },
] as const;

/** The image of what stands for a program of which the network alone matters. */
export const STAND_IN_IMAGE = 'sportstix.test/stand-in:1.0.0';

/** A version of what stands for the services of production, which it names by their digests. */
export type StandInVersion = '1.0.0' | '1.1.0';

/**
 * Writes all images as one OCI image layout.
 *
 * @param folder which is made; its layers are links into the cache
 * @returns the digest of each version of what stands for the services in production
 */
export async function writeImages(
  folder: string,
  kubernetesVersion: string,
): Promise<Readonly<Record<StandInVersion, string>>> {
  const start = Date.now();
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const manifests: unknown[] = [];
  const write = async (layers: readonly Layer[], config: ImageConfig): Promise<Descriptor> => {
    const blobs = [];
    for (const layer of layers) {
      blobs.push(await blobOf(layer));
    }
    return writeImage(folder, blobs, config);
  };
  const name = (image: Descriptor, reference: string): void => {
    // Names without a registry are Docker Hub's.
    const full = /^[^/]+\./.test(reference) ? reference : `docker.io/${reference}`;
    manifests.push({ ...image, platform: PLATFORM, annotations: { 'io.containerd.image.name': full } });
  };
  const add = async (reference: string, layers: readonly Layer[], config: ImageConfig): Promise<void> => {
    name(await write(layers, config), reference);
  };
  for (const { name, program: binaryName, path } of PROGRAMS) {
    await add(name, [await program(binaryName, kubernetesVersion, path)], { Entrypoint: [path] });
  }
  await add('apache/kafka:3.9.0', [debian, kafka], { Cmd: ['/etc/kafka/docker/run'], User: '1000', WorkingDir: '/' });
  await add(LOAD_BALANCER_IMAGE, [debian, loadBalancer], { Entrypoint: ['node', '/proxy.cjs'] });
  const imageOf = imagesOf(local);
  for (const service of catalogue) {
    await (service.kind === 'spring'
      ? add(imageOf(service), [debian, spring, springConfig(service)], {
          Cmd: ['/bin/sh', '-c', 'exec java $JAVA_OPTS -jar /app/app.jar'],
          User: '1000',
          WorkingDir: '/app',
        })
      : add(imageOf(service), [debian, frontend], {
          Cmd: ['node', '/app/server.cjs'],
          User: String(service.user),
          WorkingDir: '/app',
        }));
  }
  // Beside the program, what a service's image has: a shell, and `sleep` for the hook before its end.
  const standIn = [debian, await program('stand-in', kubernetesVersion, '/stand-in')];
  await add(STAND_IN_IMAGE, standIn, { Entrypoint: ['/stand-in'], User: '1000' });
  const digestOf = async (version: StandInVersion): Promise<string> => {
    const image = await write(standIn, { Entrypoint: ['/stand-in'], User: '1000', Env: [`VERSION=${version}`] });
    for (const { repository } of catalogue) {
      name(image, `${production.images.registry}/${repository}@${image.digest}`);
    }
    return image.digest;
  };
  const digests = { '1.0.0': await digestOf('1.0.0'), '1.1.0': await digestOf('1.1.0') };
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }),
  );
  progress(`${manifests.length} images in ${seconds(start)} s`);
  return digests;
}

/** Unpacks the broker and its tools into a folder, for clients outside of the cluster. */
export async function unpackKafka(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await run('tar', ['--extract', `--file=${(await blobOf(kafka)).path}`, `--directory=${folder}`]);
}

/** Writes an image's configuration and manifest. */
async function writeImage(folder: string, layers: readonly Blob[], config: ImageConfig): Promise<Descriptor> {
  const store = async (mediaType: string, value: unknown): Promise<Descriptor> => {
    const json = JSON.stringify(value);
    const sha256 = createHash('sha256').update(json).digest('hex');
    await writeFile(join(folder, 'blobs', 'sha256', sha256), json);
    return { mediaType, digest: `sha256:${sha256}`, size: Buffer.byteLength(json) };
  };
  for (const { path, digest } of layers) {
    const link = join(folder, 'blobs', 'sha256', digest);
    if (!existsSync(link)) {
      await symlink(path, link);
    }
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: await store('application/vnd.oci.image.config.v1+json', {
      ...PLATFORM,
      config,
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    }),
    layers: layers.map(({ digest, size }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: `sha256:${digest}`,
      size,
    })),
  };
  return store(manifest.mediaType, manifest);
}

/** A layer from the cache, where it is complete or absent; its file is named after its digest. */
async function blobOf(layer: Layer): Promise<Blob> {
  const key = createHash('sha256').update(JSON.stringify([layer.name, layer.recipe, process.arch]));
  for (const source of layer.sources) {
    await addToHash(key, source);
  }
  const folder = join(cacheFolder(), 'layers', `${layer.name}-${key.digest('hex').slice(0, 16)}`);
  if (!existsSync(folder)) {
    await buildLayer(layer, folder);
  }
  const [digest = ''] = await readdir(folder);
  const path = join(folder, digest);
  return { path, digest, size: (await stat(path)).size };
}

async function buildLayer(layer: Layer, folder: string): Promise<void> {
  const start = Date.now();
  progress(`building layer ${layer.name}`);
  await mkdir(dirname(folder), { recursive: true });
  const workspace = await mkdtemp(join(dirname(folder), 'build-'));
  try {
    const [root, result] = [join(workspace, 'root'), join(workspace, 'result')];
    await mkdir(root);
    await mkdir(result);
    await layer.build(root);
    const archive = join(workspace, 'layer.tar');
    await run('tar', [
      '--create',
      `--file=${archive}`,
      '--sort=name',
      '--mtime=@0',
      '--numeric-owner',
      `--directory=${root}`,
      '.',
    ]);
    const sha256 = createHash('sha256');
    await pipeline(createReadStream(archive), sha256);
    await rename(archive, join(result, sha256.digest('hex')));
    await rename(result, folder);
  } catch (error) {
    throw new Error(`layer ${layer.name} could not be built: ${reason(error)}`, { cause: error });
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
  progress(`built layer ${layer.name} in ${seconds(start)} s`);
}

/** Adds a file, or what a folder holds, with its names. */
async function addToHash(hash: Hash, path: string): Promise<void> {
  if ((await stat(path)).isDirectory()) {
    for (const name of (await readdir(path)).sort()) {
      hash.update(name);
      await addToHash(hash, join(path, name));
    }
  } else {
    hash.update(await readFile(path));
  }
}
