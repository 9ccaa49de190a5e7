import { isAdmissible } from './admission';
import type { Policy } from './policy';

/** Ids of the policies that constructs ask in their constructors. */
const IN_CONSTRUCTORS = ['image-denied', 'image-tag', 'probe-startup-budget', 'probe-timeout', 'request-within-limit'];

function scopeOf({ scope }: Policy): string {
  switch (scope) {
    case 'workloads':
      return 'pod templates';
    case 'everything':
      return 'all objects together';
    default:
      return scope.kind;
  }
}

function enforcedIn(policy: Policy): string {
  return [
    'synth',
    'check',
    ...(isAdmissible(policy) ? ['API server'] : []),
    ...(IN_CONSTRUCTORS.includes(policy.id) ? ['constructors'] : []),
  ].join(', ');
}

function section(policy: Policy): string {
  return [
    `### ${policy.id}`,
    '',
    `${policy.title}.`,
    '',
    `- Severity: ${policy.severity}. Judges: ${scopeOf(policy)}. Enforced in: ${enforcedIn(policy)}.`,
    `- Why: ${policy.why}`,
    `- Fix: ${policy.fix}`,
    `- Source: <${policy.link}>`,
  ].join('\n');
}

/** A table as Prettier would have it, so that the file is both generated and formatted. */
function table(head: readonly string[], body: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

/** The text of README.md. */
export function documentation(list: readonly Policy[]): string {
  return `${[
    '# Policies',
    '',
    '<!-- Generated from the definitions in policies/ by `npm run docs`; edit those. -->',
    '',
    'Each policy is defined once, in `policies/ID.ts`: the rule and its message are CEL expressions, as in Kubernetes itself. The same',
    'text is evaluated wherever manifests pass:',
    '',
    '- **synth**: `new PolicyPack().apply(scope)` judges every API object below a construct as it will be written, and fails the synth with',
    '  one report.',
    '- **constructors**: `enforce(construct, ...)` refuses a prop where it is given, so that the stack points at the caller.',
    '- **check**: `npm run -s check -- FILE|DIR|-...` judges any YAML, such as what an overlay made of it:',
    '  `kubectl kustomize OVERLAY | npm run -s check -- -`.',
    '- **API server**: `addAdmissionPolicies(chart, ...)` writes a ValidatingAdmissionPolicy and its binding (Kubernetes 1.30 and later).',
    '',
    'An `error` fails; a `warning` is reported. A rule that cannot be evaluated fails.',
    '',
    'Pod templates are those of Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob and Rollout. Containers, init containers',
    'and ephemeral containers are judged; those that run until they are stopped (also restartable init containers) must be probed. What a',
    'controller makes of a template (pods, ReplicaSets, Jobs) is judged through the template.',
    '',
    '**Exceptions** are acknowledged in code, `acknowledge(construct, id, reason)`, for a construct and what is below it. They are listed in',
    'every report and stand on the object as an annotation `policy-exception/ID`; one that nothing needs any more is the error',
    '`stale-exception`. The API server knows them by the exact object, and ignores the annotation.',
    '',
    'The security policies from `host-process` to `run-as-user` are the controls of the "restricted" Pod Security Standard, as of Kubernetes',
    '1.37. Where a control of "baseline" is repeated more strictly in "restricted" (capabilities, seccomp), there is one policy. They are',
    'stricter in one point: a user namespace (`hostUsers: false`) excuses nothing, as clusters before 1.35 may not honour it.',
    '',
    ...table(
      ['id', 'severity', 'what must hold'],
      list.map(({ id, severity, title }) => [`[${id}](#${id})`, severity, title]),
    ),
    '',
    list.map(section).join('\n\n'),
  ].join('\n')}\n`;
}
