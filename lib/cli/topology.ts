import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { Graph } from '../graph';
import { Topology } from '../graph/topology';
import { nearest } from '../manifest/nearest';
import { ObjectReader, type Unreadable } from '../policy/object-reader';
import { callersFolder, readArguments, runCommand } from './command-line';

const NAME = 'npm run -s topology';

const USAGE = `Usage: ${NAME} -- [--of NAME] FILE|DIR|-...

Draws who connects to whom, by what manifests say, as Markdown with Mermaid diagrams, which GitHub shows.

  -       standard input: kubectl kustomize OVERLAY | ${NAME} -- -
  --of    only what one workload, or what stands behind one Service, touches: NAME, or NAMESPACE/NAME where several have it
  --help  this text

Of a folder every .yaml, .yml and .json file is read, at any depth, as kubectl apply -R does it.

Exit code: 0 when it is drawn, 2 when something could not be read (it is named, and the rest is drawn), when there is nothing of that
name, or when it was used wrongly.
`;

/** @throws Error that says what is wrong. */
function parse(args: readonly string[]): {
  readonly values: { readonly of?: string | undefined; readonly help?: boolean | undefined };
  readonly positionals: readonly string[];
} {
  const parsed = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { of: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (parsed.positionals.length === 0 && parsed.values.help !== true) {
    throw new Error('nothing to draw: name a file or a folder, or - for standard input');
  }
  return parsed;
}

/** @throws Error if there is nothing of that name. */
function draw(topology: Topology, name: string | undefined): string {
  if (name === undefined) {
    return topology.toMarkdown();
  }
  const part = topology.of(name);
  if (part === undefined) {
    const meant = nearest(name, topology.names, (known) => known);
    throw new Error(
      `--of ${name}: there is no workload and no Service of that name${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }
  return part;
}

runCommand(NAME, async () => {
  const parsed = readArguments(NAME, USAGE, () => parse(process.argv.slice(2)));
  if (typeof parsed === 'number') return parsed;
  process.chdir(callersFolder('topology'));
  const { values, positionals } = parsed;
  const unreadable: Unreadable[] = [];
  const stdin = positionals.includes('-') ? await buffer(process.stdin) : new Uint8Array();
  const objects = [...new ObjectReader(stdin, unreadable).read(positionals)];
  for (const { file, line, reason } of unreadable) {
    process.stderr.write(`${file}${line === null ? '' : `:${line}`}: ${reason}\n`);
  }
  process.stdout.write(`${draw(new Topology(new Graph(objects)), values.of)}\n`);
  return unreadable.length > 0 ? 2 : 0;
});
