import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Graph } from '../graph';
import { type System, thisSystem } from '../host/system';
import { coloured, diagnosesJson, exitCode, plain, summaryText } from '../k3d/doctor';
import { type Terminal, thisTerminal } from '../k3d/terminal';
import { ObjectReader, type Unreadable } from '../policy/object-reader';
import { workloads } from '../policy/policy';
import { Cluster, preflight, requirementsOf } from '../preflight';
import { type Environment, environmentNamed, policyPackOf } from '../sportstix/environments';
import { readArguments } from './command-line';
import { SILENT, textProgress } from './doctor';

const NAME = 'npm run -s preflight';

const USAGE = `Usage: ${NAME} -- ENVIRONMENT [OPTIONS]

Asks a cluster, through kubectl, for what the manifests of dist/ENVIRONMENT need and do not bring: kinds and their versions, controllers,
classes, stores, issuers, nodes, network policies, room in quotas. Changes nothing, and of Secrets reads nothing but the names.

  --context CONTEXT   which cluster, by kubectl's configuration; the current one is the default
  --format text|json  how the diagnoses are printed; text is the default
  --help              this text

Exit code: 0 when all is there, 1 when something is missing, 2 when something could not be found out.
`;

interface Options {
  readonly environment: string;
  readonly context: string | undefined;
  readonly format: 'text' | 'json';
  readonly help: boolean;
}

/** @throws Error that says what is wrong. */
function parseOptions(args: readonly string[], names: readonly string[]): { readonly values: Options } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      context: { type: 'string' },
      format: { type: 'string', default: 'text' },
      help: { type: 'boolean', default: false },
    },
  });
  const { context, format, help } = values;
  if (format !== 'text' && format !== 'json') throw new Error(`--format ${format}: there is text and json.`);
  const [environment = '', ...more] = positionals;
  if (more.length > 0) throw new Error(`${more.join(' ')}: give one environment.`);
  if (environment === '' && !help) {
    throw new Error(`which environment? There are ${names.join(', ')}.`);
  }
  return { values: { environment, context, format, help } };
}

/**
 * Asks a cluster whether it has what an environment's manifests need.
 *
 * @param args the command line's arguments
 * @param outdir folder with a folder for each environment
 * @returns the process' exit code
 * @throws Error if the manifests cannot be read
 */
export async function main(
  args: readonly string[],
  environments: readonly Environment[],
  outdir: string,
  terminal: Terminal = thisTerminal(),
  system: Pick<System, 'run'> = thisSystem(),
): Promise<number> {
  const names = environments.map(({ name }) => name);
  const parsed = readArguments(NAME, USAGE, () => parseOptions(args, names), terminal);
  if (typeof parsed === 'number') return parsed;
  const { environment, context, format } = parsed.values;
  const asked = environmentNamed(environment, environments);
  const requirements = requirementsOf(graphOf(outdir, asked), asked.policies?.oldestKubernetes);
  const text = format === 'text';
  const cluster = new Cluster(system, context);
  const diagnoses = await preflight(requirements, cluster, text ? textProgress(terminal) : SILENT);
  const style = terminal.live ? coloured : plain;
  terminal.write(text ? `\n${summaryText(diagnoses, style)}` : diagnosesJson(diagnoses));
  return exitCode(diagnoses);
}

/** What the environment's manifests hold, as they would be applied. */
function graphOf(outdir: string, environment: Environment): Graph {
  const folder = join(outdir, environment.name, 'manifests');
  if (!existsSync(folder)) throw new Error(`${folder} is missing: npm run synth makes it.`);
  const unreadable: Unreadable[] = [];
  const objects = [...new ObjectReader(new Uint8Array(), unreadable).read([folder])];
  const [wrong] = unreadable;
  if (wrong !== undefined) throw new Error(`${wrong.file}: ${wrong.reason}; npm run synth makes it anew.`);
  return new Graph(objects, workloads(policyPackOf(environment).workloads).kinds);
}
