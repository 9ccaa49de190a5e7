import type { Violation } from '../../lib/policy/violation';
import type { Policy } from '../../lib/policy/policy';
import type { CheckedViolation } from '../../lib/policy/check-inputs';
import { toSarif } from '../../lib/policy/sarif';

const POLICIES: readonly Policy[] = ['one', 'two'].map((id) => ({
  id,
  title: `title of ${id}`,
  severity: 'warning',
  scope: 'workloads',
  rules: [{ on: 'object', field: '', rule: 'true', message: "''" }],
  why: `why of ${id}`,
  fix: `fix of ${id}`,
  link: `https://example.com/${id}`,
}));

function checked(file: string, changes: Partial<Violation>, reason?: string): CheckedViolation {
  const violation: Violation = {
    policy: 'two',
    severity: 'error',
    message: 'is wrong',
    why: 'why',
    fix: 'mend it',
    link: 'link',
    resource: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' },
    field: 'spec.x',
    path: ['spec', 'x'],
    ...changes,
  };
  return { file, line: 7, report: { where: file, violation }, ...(reason === undefined ? {} : { reason }) };
}

test('a SARIF log says everything that was found, and by which policies', () => {
  const log = toSarif(
    {
      objects: 2,
      files: 1,
      given: 0,
      violations: [checked('a b/c#.yaml', {})],
      acknowledged: [
        checked(
          'back\\slash',
          {
            policy: 'stale-exception',
            field: '',
            resource: { apiVersion: null, kind: null, namespace: null, name: null },
          },
          'because',
        ),
      ],
      unreadable: [
        { file: 'd', line: 3, reason: 'no kind' },
        { file: 'e', line: null, reason: 'ENOENT' },
      ],
    },
    POLICIES,
  );

  expect(log).toEqual({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sportstix-policy-check',
            rules: [
              ...['one', 'two'].map((id) => ({
                id,
                shortDescription: { text: `title of ${id}` },
                fullDescription: { text: `why of ${id}` },
                help: {
                  text: `fix of ${id}`,
                  markdown: [
                    `title of ${id}.`,
                    '',
                    '- Severity: warning. Judges: pod templates. Enforced in: synth, check, API server.',
                    `- Why: why of ${id}`,
                    `- Fix: fix of ${id}`,
                    `- Source: <https://example.com/${id}>`,
                  ].join('\n'),
                },
                helpUri: `https://example.com/${id}`,
                defaultConfiguration: { level: 'warning' },
              })),
              expect.objectContaining({ id: 'stale-exception', defaultConfiguration: { level: 'error' } }),
            ],
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: false,
            toolExecutionNotifications: [
              {
                level: 'error',
                message: { text: 'cannot read d: no kind' },
                locations: [{ physicalLocation: { artifactLocation: { uri: 'd' }, region: { startLine: 3 } } }],
              },
              {
                level: 'error',
                message: { text: 'cannot read e: ENOENT' },
                locations: [{ physicalLocation: { artifactLocation: { uri: 'e' } } }],
              },
            ],
          },
        ],
        results: [
          {
            ruleId: 'two',
            ruleIndex: 1,
            level: 'error',
            message: { text: 'is wrong. mend it' },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: 'a%20b/c%23.yaml' }, region: { startLine: 7 } },
                logicalLocations: [{ name: 'spec.x', fullyQualifiedName: 'Pod shop/web spec.x' }],
              },
            ],
          },
          {
            ruleId: 'stale-exception',
            ruleIndex: 2,
            level: 'error',
            message: { text: 'is wrong. mend it' },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: 'back/slash' }, region: { startLine: 7 } },
                logicalLocations: [{ name: '', fullyQualifiedName: '' }],
              },
            ],
            suppressions: [{ kind: 'inSource', justification: 'because' }],
          },
        ],
      },
    ],
  });
});
