import { checkInputs } from './check-inputs';
import type { Checked, CheckedViolation, CheckInputs } from './check-inputs';
import { formatReport } from './report';
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
      return JSON.stringify(checked.violations.map(toJson), null, 2);
    case 'sarif':
      return JSON.stringify(toSarif(checked, policies), null, 2);
  }
}

function writeText({ objects, violations, acknowledged }: Checked, colour: boolean): string {
  const report: Report = {
    violations: violations.map((violation) => violation.report),
    acknowledged: acknowledged.map((violation) => ({ ...violation.report, reason: violation.reason ?? '' })),
  };
  return formatReport(report, colour, `${objects} object${objects === 1 ? '' : 's'} checked: `);
}

function toJson({ file, line, report: { violation } }: CheckedViolation): object {
  const { policy, severity, message, fix, resource, field } = violation;
  const { apiVersion, kind, namespace, name } = resource;
  return { policy, severity, message, fix, resource: { apiVersion, kind, namespace, name }, field, file, line };
}
