import { parseArgs } from 'node:util';
import { checks, fixCommand, type LocalSetup } from '../k3d/checks';
import {
  coloured,
  commandsOf,
  exitCode,
  diagnosisText,
  diagnosesJson,
  plain,
  runChecks,
  sectionText,
  summaryText,
  type Check,
  type Diagnosis,
  type Fix,
  type Progress,
  type Style,
} from '../k3d/doctor';
import { shellLine } from '../host/quote';
import { ERASE_LINE, thisTerminal, type Terminal } from '../k3d/terminal';
import { readArguments } from './command-line';

const USAGE = `Usage: npm run -s doctor [-- OPTIONS]

Looks at this machine and the cluster in the order in which things would fail, and says what to do. Changes nothing.

  --format text|json  how the diagnoses are printed; text is the default
  --fix               then applies the fixes that are safe and can be undone, after showing them and asking
  --yes               with --fix: does not ask
  --help              this text

Exit code: 0 when all is well, 1 when something must be mended, 2 when a check could not run.
`;

interface Options {
  readonly format: 'text' | 'json';
  readonly fix: boolean;
  readonly yes: boolean;
  readonly help: boolean;
}

/** @throws Error that says what is wrong. */
function parseOptions(args: readonly string[]): { readonly values: Options } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      format: { type: 'string', default: 'text' },
      fix: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { format } = values;
  if (format !== 'text' && format !== 'json') throw new Error(`--format ${format}: there is text and json.`);
  if (values.yes && !values.fix) throw new Error('--yes answers what --fix asks: give both.');
  return { values: { ...values, format } };
}

/** Prints each diagnosis as it comes; on a live terminal also which check runs. */
export function textProgress(terminal: Terminal): Progress {
  const style: Style = terminal.live ? coloured : plain;
  let section = '';
  return {
    start(check: Check): void {
      if (check.section !== section) {
        terminal.write(`${section === '' ? '' : '\n'}${sectionText(check.section, style)}`);
        section = check.section;
      }
      if (terminal.live) terminal.write(style('faint', `… ${check.name}`));
    },
    finish(diagnosis: Diagnosis): void {
      terminal.write(`${terminal.live ? ERASE_LINE : ''}${diagnosisText(diagnosis, style)}`);
    },
  };
}

/** Prints nothing. */
export const SILENT: Progress = { start: () => undefined, finish: () => undefined };

function fixesOf(diagnoses: readonly Diagnosis[]): readonly Fix[] {
  return diagnoses.flatMap(({ result }) =>
    result.status === 'problem' && result.fix !== undefined ? [result.fix] : [],
  );
}

/** Shows the fixes, asks, and runs them. False where nothing was changed. */
async function applyFixes(
  setup: LocalSetup,
  fixes: readonly Fix[],
  yes: boolean,
  terminal: Terminal,
): Promise<boolean> {
  const commands = commandsOf(fixes).map((command) => fixCommand(setup.system, command));
  const undo = [...new Set(fixes.map((fix) => fix.undo))];
  terminal.error(
    [
      '',
      'To be run:',
      ...commands.map((line) => `  ${shellLine(line)}`),
      'Undone by:',
      ...undo.map((line) => `  ${line}`),
      '',
    ].join('\n'),
  );
  if (!yes && !(await terminal.confirm('Run these commands?'))) {
    terminal.error('Nothing was changed. (Without a terminal to ask on, add --yes.)\n');
    return false;
  }
  for (const command of commands) {
    terminal.error(`$ ${shellLine(command)}\n`);
    const code = await terminal.execute(command);
    if (code !== 0) {
      terminal.error(`That ended with exit code ${code}; the rest was not run.\n`);
      break;
    }
  }
  return true;
}

/**
 * Runs the doctor.
 *
 * @param setup what to look at: the composition root makes it from an environment.
 * @param args the command line's arguments.
 * @returns the process' exit code.
 */
export async function main(
  setup: LocalSetup,
  args: readonly string[],
  terminal: Terminal = thisTerminal(),
): Promise<number> {
  const parsed = readArguments('npm run -s doctor', USAGE, () => parseOptions(args), terminal);
  if (typeof parsed === 'number') return parsed;
  const options = parsed.values;
  const text = options.format === 'text';
  const examine = (): Promise<readonly Diagnosis[]> => runChecks(checks(setup), text ? textProgress(terminal) : SILENT);
  const style = terminal.live ? coloured : plain;
  let diagnoses = await examine();
  const fixes = options.fix ? fixesOf(diagnoses) : [];
  if (fixes.length > 0 && (await applyFixes(setup, fixes, options.yes, terminal))) {
    if (text) terminal.write('\n');
    diagnoses = await examine();
  }
  terminal.write(text ? `\n${summaryText(diagnoses, style)}` : diagnosesJson(diagnoses));
  return exitCode(diagnoses);
}
