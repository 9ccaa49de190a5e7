import { listAt, textAt } from '../manifest/plain-data';

/** The images of pods, without tag and digest. */
export function imagesIn(podSpec: unknown): readonly string[] {
  return listAt(podSpec, 'containers').map((container) =>
    textAt(container, 'image')
      .replace(/@.*$/, '')
      .replace(/:[^/:]*$/, ''),
  );
}
