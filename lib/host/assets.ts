import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The name in package.json of the folder that paths of assets begin at. */
const PROJECT = 'sportstix-cdk8s';

/**
 * The text of a file that is no TypeScript, such as a script: by its path from the project's folder. That folder is looked
 * for above this file, so that the answer is the same wherever a bundle of this code lies below it.
 */
export function readAsset(path: string): string {
  return readFileSync(join(projectFolder(__dirname), path), 'utf8');
}

function projectFolder(folder: string): string {
  if (nameIn(join(folder, 'package.json')) === PROJECT) return folder;
  const parent = dirname(folder);
  if (parent === folder) {
    throw new Error(
      `${__dirname}: no folder above it is that of ${PROJECT}, so its files cannot be read: run it there.`,
    );
  }
  return projectFolder(parent);
}

function nameIn(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const content: unknown = JSON.parse(text);
  return typeof content === 'object' && content !== null && 'name' in content ? content.name : undefined;
}
