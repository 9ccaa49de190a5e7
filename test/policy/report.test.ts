import { compareText, formatReport, formatResource, sortReport, wantsColour } from '../../lib/policy/report';
import type { ReportedViolation } from '../../lib/policy/report';
import type { Violation } from '../../lib/policy/violation';

const RESOURCE = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' };

function reported(where: string, changes: Partial<Violation> = {}, line?: number): ReportedViolation {
  return {
    where,
    ...(line === undefined ? {} : { line }),
    violation: {
      policy: 'p',
      severity: 'error',
      message: 'm',
      why: 'why',
      fix: 'fix',
      link: 'link',
      resource: RESOURCE,
      field: 'f',
      path: [],
      ...changes,
    },
  };
}

const none = { violations: [], acknowledged: [] };

describe('the order of a report', () => {
  const named = (name: string): Partial<Violation> => ({ resource: { ...RESOURCE, name } });

  test.each<[string, ReportedViolation, ReportedViolation]>([
    ['where it is', reported('a', { ...named('z'), policy: 'z' }), reported('b', { ...named('a'), policy: 'a' })],
    ['the object', reported('a', { ...named('a'), policy: 'z' }), reported('a', { ...named('b'), policy: 'a' })],
    ['the policy', reported('a', { policy: 'a', field: 'z' }), reported('a', { policy: 'b', field: 'a' })],
    ['the field', reported('a', { field: 'a', message: 'z' }), reported('a', { field: 'b', message: 'a' })],
    ['the message', reported('a', { message: 'a' }), reported('a', { message: 'b' })],
  ])('is by %s, before what follows', (_, first, second) => {
    const excused = [second, first].map((each) => ({ ...each, reason: 'r' }));
    const sorted = sortReport({ violations: [second, first], acknowledged: excused });

    expect(sorted.violations).toEqual([first, second]);
    expect(sorted.acknowledged.map(({ violation }) => violation)).toEqual([first.violation, second.violation]);
  });

  test('takes numbers in a text by value, also where they have many digits', () => {
    expect(compareText('f[9]', 'f[10]')).toBeLessThan(0);
    expect(compareText('f[10]', 'f[9]')).toBeGreaterThan(0);
    expect(compareText('f[19]', 'f[20]')).toBeLessThan(0);
    expect(compareText('f[2].a', 'f[2].b')).toBeLessThan(0);
    expect(compareText('f[2]', 'f[2].b')).toBeLessThan(0);
    expect(compareText('b', 'aa')).toBeGreaterThan(0);
    expect(compareText('bb', 'c')).toBeLessThan(0);
  });
});

describe('colours', () => {
  const given = process.env['NO_COLOR'];

  afterEach(() => {
    if (given === undefined) {
      Reflect.deleteProperty(process.env, 'NO_COLOR');
    } else {
      process.env['NO_COLOR'] = given;
    }
  });

  test('are for terminals that do not ask for none', () => {
    Reflect.deleteProperty(process.env, 'NO_COLOR');
    expect([{ isTTY: true }, { isTTY: false }, {}].map(wantsColour)).toEqual([true, false, false]);

    process.env['NO_COLOR'] = '';
    expect(wantsColour({ isTTY: true })).toBe(true);

    process.env['NO_COLOR'] = '1';
    expect(wantsColour({ isTTY: true })).toBe(false);
  });

  test('tell errors from warnings, and what is said from where it is', () => {
    const report = { ...none, violations: [reported('a', {}, 3), reported('b', { severity: 'warning' })] };

    expect(formatReport(report, true)).toBe(
      [
        '1 policy error, 1 warning, 0 acknowledged violations',
        '',
        '\u001b[1ma  Pod shop/web\u001b[0m',
        '  \u001b[31merror\u001b[0m \u001b[1mp\u001b[0m',
        '    \u001b[2ma:3\u001b[0m f: m',
        '    why: why',
        '    fix: fix',
        '',
        '\u001b[1mb  Pod shop/web\u001b[0m',
        '  \u001b[33mwarning\u001b[0m \u001b[1mp\u001b[0m',
        '    f: m',
        '    why: why',
        '    fix: fix',
      ].join('\n'),
    );
  });
});

describe('the text of a report', () => {
  test('says once for each object and policy why and how', () => {
    const violations = [
      reported('a', { field: 'x' }),
      reported('a', { field: '' }),
      reported('a', { policy: 'q', why: 'other' }),
      // The engine's own failure of a policy has another reason than the policy has.
      reported('a', { why: 'cannot be judged' }),
    ];

    expect(formatReport({ ...none, violations }, false)).toBe(
      [
        '4 policy errors, 0 warnings, 0 acknowledged violations',
        '',
        'a  Pod shop/web',
        '  error p',
        '    m',
        '    why: why',
        '    fix: fix',
        '  error p',
        '    f: m',
        '    why: cannot be judged',
        '    fix: fix',
        '  error p',
        '    x: m',
        '    why: why',
        '    fix: fix',
        '  error q',
        '    f: m',
        '    why: other',
        '    fix: fix',
      ].join('\n'),
    );
  });

  test('lists exceptions once for each object and policy, and only where there are some', () => {
    const excused = (name: string): object => ({ ...reported(name), reason: 'because' });
    const acknowledged = [excused('b'), excused('a'), excused('b')].map((each) => ({
      ...reported('x'),
      reason: '',
      ...each,
    }));

    expect(formatReport({ ...none, acknowledged }, false)).toBe(
      [
        '0 policy errors, 0 warnings, 3 acknowledged violations',
        '',
        'Acknowledged exceptions:',
        '  a  Pod shop/web  p: because',
        '  b  Pod shop/web  p: because',
      ].join('\n'),
    );
    expect(formatReport(none, false)).toBe('0 policy errors, 0 warnings, 0 acknowledged violations');
  });

  test('names an object as far as it says who it is', () => {
    expect(formatResource(RESOURCE)).toBe('Pod shop/web');
    expect(formatResource({ ...RESOURCE, namespace: null })).toBe('Pod web');
    expect(formatResource({ ...RESOURCE, name: null })).toBe('Pod shop/(no name)');
    expect(formatResource({ ...RESOURCE, kind: null })).toBe('');
    expect(
      formatReport({ ...none, violations: [reported('a', { resource: { ...RESOURCE, kind: null } })] }, false),
    ).toContain('\na\n');
  });
});
