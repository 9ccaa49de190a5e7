import { readAsset } from '../host/assets';
import { naming } from '../synth/files';
import { UserError } from '../synth/user-error';
import type { ServiceSpec } from './catalogue';
import type { Environment } from './environment';

/** The images of some services, and where they are said. */
export type EnvironmentOfImages = Pick<Environment, 'images' | 'services'>;

/** What an image is called in the file: a tag, and the digest that it had when it was tested. */
const PINNED = /^\w[\w.-]{0,127}@sha256:[0-9a-f]{64}$/;
const EXAMPLE = '1.4.0@sha256: and 64 hexadecimal digits in lower case';

/** A line of the file: the service, and what its image is called. */
const LINE = /^(?<service>[^:\s#]+): +(?<image>\S.*?) *$/;

/** The images of an environment: a service to its image. */
export function imagesOf({ images, services }: EnvironmentOfImages): (service: ServiceSpec) => string {
  if (images.kind === 'tag') {
    return ({ repository }) => `${repository}:${images.tag}`;
  }
  const { registry, file } = images;
  const pinned = parseImages(
    file,
    naming(file, 'cannot be read', () => readAsset(file)),
    services,
  );
  return ({ name, repository }) => {
    const image = pinned.get(name);
    if (image === undefined) {
      throw missing(file, name);
    }
    return `${registry}/${repository}:${image}`;
  };
}

/**
 * Reads a file of images: lines `SERVICE: VERSION@sha256:DIGEST`, comments and blank ones.
 *
 * @param file its name, for errors.
 * @returns the name of each service to the version and digest of its image.
 * @throws UserError that names file and line if a line is none of these, a version has no digest, a service is not in the catalogue or stands twice,
 * and if one of the services has no line.
 */
export function parseImages(
  file: string,
  text: string,
  services: readonly Pick<ServiceSpec, 'name'>[],
): ReadonlyMap<string, string> {
  const images = new Map<string, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const at = `${file}:${index + 1}`;
    if (isNoEntry(line)) {
      continue;
    }
    const { service = '', image = '' } = LINE.exec(line)?.groups ?? {};
    if (service === '') {
      throw new UserError(`${at}: not a line of an image. Write SERVICE: VERSION@DIGEST, such as auth: ${EXAMPLE}.`);
    }
    checkService(at, service, services);
    checkPinned(`${at}: ${service}`, image);
    if (images.has(service)) {
      throw twice(at, service);
    }
    images.set(service, image);
  }
  for (const { name } of services) {
    if (!images.has(name)) {
      throw missing(file, name);
    }
  }
  return images;
}

/**
 * The text of a file of images with another image of one service, and every other line as it was. A service without a line gets one at the end.
 *
 * @throws UserError if the service is not in the catalogue, stands twice, or the image is no version with a digest.
 */
export function withImage(
  file: string,
  text: string,
  services: readonly Pick<ServiceSpec, 'name'>[],
  { service, image }: { readonly service: string; readonly image: string },
): string {
  checkService(file, service, services);
  checkPinned(service, image);
  const lines = text.split('\n');
  const found = lines.flatMap((line, index) =>
    !isNoEntry(line) && LINE.exec(line)?.groups?.['service'] === service ? [index] : [],
  );
  const [at, another] = found;
  if (another !== undefined) {
    throw twice(`${file}:${another + 1}`, service);
  }
  const entry = `${service}: ${image}`;
  if (at === undefined) {
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${entry}\n`;
  }
  return lines.with(at, entry).join('\n');
}

function isNoEntry(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}

function checkService(at: string, service: string, services: readonly Pick<ServiceSpec, 'name'>[]): void {
  const names = services.map(({ name }) => name);
  if (!names.includes(service)) {
    throw new UserError(
      `${at}: there is no service ${JSON.stringify(service)} in the catalogue, only ${names.join(', ')}.`,
    );
  }
}

function checkPinned(at: string, image: string): void {
  if (!PINNED.test(image)) {
    const what = image.includes('@') ? 'a version with a digest that is none' : 'a version without a digest';
    throw new UserError(
      `${at}: ${image} is ${what}, so that what runs could be another image than what was tested. Write ${EXAMPLE}.`,
    );
  }
}

function twice(at: string, service: string): UserError {
  return new UserError(`${at}: ${service} stands twice, and one of the two would not be used. Remove one.`);
}

function missing(file: string, service: string): UserError {
  return new UserError(
    `${file}: no line for ${service}, so there is no image of it to run. Add one: ${service}: ${EXAMPLE}.`,
  );
}
