import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A flowchart as Mermaid's own parser reads it, with texts as a reader sees them; or why it does not. */
export interface ReadFlowchart {
  readonly error?: string;
  readonly nodes: readonly { readonly id: string; readonly text: string }[];
  readonly boxes: readonly { readonly id: string; readonly title: string; readonly nodes: readonly string[] }[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly text: string }[];
}

/** Reads diagrams in a process of its own: Mermaid is a module that jest cannot load. */
export function readMermaid(texts: readonly string[]): readonly ReadFlowchart[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'read-mermaid.mjs')], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ReadFlowchart[];
}
