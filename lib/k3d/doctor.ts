import { shellLine } from '../host/quote';
import type { System } from '../host/system';

/** A change that mends a problem, can be undone, and loses nothing. */
export interface Fix {
  /** The commands, in their order; without `sudo`. */
  readonly commands: readonly (readonly string[])[];
  /** The command line that undoes it. */
  readonly undo: string;
}

/**
 * The commands of several fixes, each once: a command comes after everything that comes before it in any of them, such as a
 * restart after what it is for.
 */
export function commandsOf(fixes: readonly Fix[]): readonly (readonly string[])[] {
  const commands = new Map(
    fixes.flatMap((fix) => fix.commands.map((command) => [shellLine(command), command] as const)),
  );
  const before = (line: string): readonly string[] =>
    fixes.flatMap((fix) => {
      const lines = fix.commands.map(shellLine);
      return lines.slice(0, Math.max(lines.indexOf(line), 0));
    });
  const ordered: (readonly string[])[] = [];
  while (commands.size > 0) {
    const lines = [...commands.keys()];
    // Two fixes that want it the other way round are taken in their order.
    const next = lines.find((line) => before(line).every((other) => !commands.has(other))) ?? lines[0] ?? '';
    ordered.push(commands.get(next) ?? []);
    commands.delete(next);
  }
  return ordered;
}

/** What a check came to. */
export type Result =
  | { readonly status: 'ok'; readonly found: string }
  | {
      readonly status: 'problem';
      /** What is so, and should not be. */
      readonly found: string;
      /** Why it matters. */
      readonly why: string;
      /** Command lines that mend it, or where there is no such command, what to do. */
      readonly remedy: readonly string[];
      /** Only where the remedy is safe and can be undone. */
      readonly fix?: Fix;
    }
  | {
      readonly status: 'could-not-run';
      /** What kept it from running. */
      readonly found: string;
      readonly remedy: readonly string[];
    };

/** One thing that is looked at. Checks stand in the order in which things would fail. */
export interface Check {
  readonly section: string;
  readonly name: string;
  /**
   * `host` checks look at what `up` needs; `running` checks at what a cluster has lost that ran before; `cluster` checks at
   * what `up` makes.
   */
  readonly phase: 'host' | 'running' | 'cluster';
  run(): Promise<Result>;
}

/** A check, and what it came to. */
export interface Diagnosis {
  readonly check: Check;
  readonly result: Result;
}

/** Told what happens, as it happens. */
export interface Progress {
  start(check: Check): void;
  finish(diagnosis: Diagnosis): void;
}

/** Runs the checks one after the other. A check that throws is one that could not run: nobody is shown a stack trace. */
export async function runChecks(checks: readonly Check[], progress: Progress): Promise<readonly Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const check of checks) {
    progress.start(check);
    const result = await check.run().catch((error: unknown): Result => ({
      status: 'could-not-run',
      found: error instanceof Error ? error.message : String(error),
      remedy: [],
    }));
    const diagnosis = { check, result };
    diagnoses.push(diagnosis);
    progress.finish(diagnosis);
  }
  return diagnoses;
}

/** 1 when something must be mended, or else 2 when a check could not run, or else 0. */
export function exitCode(diagnoses: readonly Diagnosis[]): 0 | 1 | 2 {
  const has = (status: Result['status']): boolean => diagnoses.some((diagnosis) => diagnosis.result.status === status);
  return has('problem') ? 1 : has('could-not-run') ? 2 : 0;
}

/** The command as root would run it. */
export function asRoot(system: System, command: readonly string[]): readonly string[] {
  return system.root ? command : ['sudo', ...command];
}

/** A remedy for somebody who is not root; the command line can be copied. */
export function sudo(...command: readonly string[]): string {
  return shellLine(['sudo', ...command]);
}

/** How text is emphasized: on terminals only. */
export type Style = (kind: 'heading' | 'ok' | 'problem' | 'warning' | 'faint', text: string) => string;

const CODES = { heading: '1', ok: '32', problem: '31', warning: '33', faint: '2' } as const;

export const plain: Style = (_, text) => text;
export const coloured: Style = (kind, text) => `\u001b[${CODES[kind]}m${text}\u001b[0m`;

const MARKS = { ok: '√', problem: '×', 'could-not-run': '‼' } as const;
const STYLES = { ok: 'ok', problem: 'problem', 'could-not-run': 'warning' } as const;

/** One diagnosis as text: a line, and below it, where something is to be done, why and what. */
export function diagnosisText({ check, result }: Diagnosis, style: Style): string {
  const line = `${style(STYLES[result.status], MARKS[result.status])} ${check.name}`;
  if (result.status === 'ok') return `${line} ${style('faint', `(${result.found})`)}\n`;
  const remedy = result.remedy.length === 0 ? [] : ['what to do:', ...result.remedy.map((step) => `  ${step}`)];
  const details = [result.found, ...(result.status === 'problem' ? [result.why] : []), ...remedy];
  return [line, ...details.map((detail) => `    ${detail}`), ''].join('\n');
}

/** A section's heading, as it stands above its diagnoses. */
export function sectionText(section: string, style: Style): string {
  return `${style('heading', section)}\n${style('faint', '-'.repeat(section.length))}\n`;
}

/** The last line. */
export function summaryText(diagnoses: readonly Diagnosis[], style: Style): string {
  const count = (status: Result['status']): number =>
    diagnoses.filter((diagnosis) => diagnosis.result.status === status).length;
  const total = `${diagnoses.length} checks`;
  switch (exitCode(diagnoses)) {
    case 0:
      return style('ok', `${total}: all is well\n`);
    case 1:
      return style('problem', `${total}: ${count('problem')} to mend, ${count('could-not-run')} could not run\n`);
    case 2:
      return style('warning', `${total}: ${count('could-not-run')} could not run, nothing to mend was found\n`);
  }
}

/** The diagnoses as JSON, for programs. */
export function diagnosesJson(diagnoses: readonly Diagnosis[]): string {
  const sections = [...new Set(diagnoses.map((diagnosis) => diagnosis.check.section))].map((name) => ({
    name,
    checks: diagnoses
      .filter((diagnosis) => diagnosis.check.section === name)
      .map(({ check, result }) => ({ name: check.name, ...result })),
  }));
  return `${JSON.stringify({ exitCode: exitCode(diagnoses), sections }, undefined, 2)}\n`;
}
