import type { Resource } from '../manifest/manifest';
import { checkInputs } from './check-inputs';
import type { Checked, CheckedViolation, CheckInputs, UnusedObject } from './check-inputs';
import { formatReport, formatResource } from './report';
import type { Report } from './report';
import { toSarif } from './sarif';

/** How the result is written. */
export const FORMATS = ['text', 'json', 'sarif'] as const;
export type Format = (typeof FORMATS)[number];

/** What to check, by what, and how to write it. */
export interface CheckOptions extends CheckInputs {
  readonly format: Format;
  readonly colour: boolean;
}

/** 0: clean, 1: violations, 2: something could not be read. */
export type ExitCode = 0 | 1 | 2;

/** What the program prints, and how it ends. */
export interface CheckResult {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Checks and writes the result in the format that was asked for. */
export function check(options: CheckOptions): CheckResult {
  const checked = checkInputs(options);
  const failed = checked.violations.some(({ report }) => report.violation.severity === 'error');
  const stderr = checked.unreadable
    .map(({ file, line, reason }) => `cannot read ${file}${line === null ? '' : `:${line}`}: ${reason}\n`)
    .join('');
  return { exitCode: stderr !== '' ? 2 : failed ? 1 : 0, stdout: `${write(checked, options)}\n`, stderr };
}

function write(checked: Checked, { format, colour, policies }: CheckOptions): string {
  switch (format) {
    case 'text':
      return writeText(checked, colour);
    case 'json':
      return JSON.stringify(toJson(checked), null, 2);
    case 'sarif':
      return JSON.stringify(toSarif(checked, policies), null, 2);
  }
}

function writeText(checked: Checked, colour: boolean): string {
  const { violations, acknowledged, unused } = checked;
  const report: Report = {
    violations: violations.map((violation) => violation.report),
    acknowledged: acknowledged.map((violation) => ({ ...violation.report, reason: violation.reason ?? '' })),
  };
  const listed = unused === undefined ? '' : `${listOfUnused(unused)}\n`;
  return `${listed}${formatReport(report, colour, `${whatIsJudged(checked)}: `)}`;
}

/** `27 objects in 17 files, judged as one set` */
function whatIsJudged({ objects, files, given }: Checked): string {
  const beside = given === 0 ? '' : ` beside ${given} that ${given === 1 ? 'is' : 'are'} given`;
  return `${count(objects, 'object')} in ${count(files, 'file')}, judged as one set${beside}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function listOfUnused(unused: readonly UnusedObject[]): string {
  const lines = unused.map(({ resource, file, line }) => `  ${formatResource(resource)}  ${file}:${line}\n`);
  return lines.length === 0 ? 'Everything is used by something.\n' : `Used by nothing in the set:\n${lines.join('')}`;
}

/** The violations; where it was asked for what nothing uses, both by name. */
function toJson({ violations, unused }: Checked): unknown {
  const list = violations.map(violationToJson);
  return unused === undefined
    ? list
    : {
        violations: list,
        unused: unused.map(({ resource, file, line }) => ({ resource: plain(resource), file, line })),
      };
}

function violationToJson({ file, line, report: { violation } }: CheckedViolation): object {
  const { policy, severity, message, fix, resource, field } = violation;
  return { policy, severity, message, fix, resource: plain(resource), field, file, line };
}

function plain({ apiVersion, kind, namespace, name }: Resource): Resource {
  return { apiVersion, kind, namespace, name };
}
