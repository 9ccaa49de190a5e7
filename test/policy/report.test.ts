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
    ['the line', reported('a', { ...named('z'), policy: 'z' }, 9), reported('a', { ...named('a'), policy: 'a' }, 10)],
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
    const report = { ...none, violations: [reported('a', {}, 3), reported('b', { severity: 'warning' }, 12)] };

    expect(formatReport(report, true)).toBe(
      [
        '\u001b[1mPod shop/web\u001b[0m',
        '  \u001b[2ma:3 \u001b[0m  \u001b[31merror  \u001b[0m  p  \u001b[2mf:\u001b[0m m',
        '  \u001b[2mb:12\u001b[0m  \u001b[33mwarning\u001b[0m  p  \u001b[2mf:\u001b[0m m',
        '',
        '\u001b[1mp\u001b[0m: 1 error, 1 warning',
        '  why: why',
        '  fix: fix',
        '\u001b[2m  see: link\u001b[0m',
        '',
        '1 policy error, 1 warning, 0 acknowledged violations',
      ].join('\n'),
    );
  });
});

describe('the text of a report', () => {
  test('says of an object in a line each what is wrong, and of a policy once why and how', () => {
    const db = { ...RESOURCE, name: 'db' };
    const failure = { why: 'nobody knows', fix: 'look' };
    const violations = [
      reported('a', { field: 'x' }, 7),
      reported('b', { field: '', policy: 'longer', why: 'other' }, 2),
      reported('a', { resource: db }, 5),
      reported('a', { resource: db, severity: 'warning' }, 30),
      // The engine's own failure of a policy has another reason than the policy has, and the same for all.
      reported('a', { ...failure, message: 'cannot be judged' }, 9),
      reported('a', { ...failure, policy: 'q', message: 'cannot be judged' }, 9),
    ];
    const acknowledged = [
      { ...reported('a', {}, 5), reason: 'r' },
      { ...reported('a', { policy: 'z', why: 'z' }, 5), reason: 'r' },
    ];

    expect(formatReport({ violations, acknowledged }, false, '2 objects: ')).toBe(
      [
        'Pod shop/db',
        '  a:5   error    p  f: m',
        '  a:30  warning  p  f: m',
        '',
        'Pod shop/web',
        '  a:7  error    p       x: m',
        '  a:9  error    p       f: cannot be judged',
        '  a:9  error    q       f: cannot be judged',
        '  b:2  error    longer  m',
        '',
        'Acknowledged exceptions:',
        '  Pod shop/web  a  p: r',
        '  Pod shop/web  a  z: r',
        '',
        'longer: 1 error',
        '  why: other',
        '  fix: fix',
        '  see: link',
        '',
        'p: 2 errors, 1 warning, 1 acknowledged',
        '  why: why',
        '  fix: fix',
        '  see: link',
        '',
        'p: 1 error; q: 1 error',
        '  why: nobody knows',
        '  fix: look',
        '  see: link',
        '',
        'z: 1 acknowledged',
        '',
        '2 objects: 5 policy errors, 1 warning, 2 acknowledged violations',
      ].join('\n'),
    );
  });

  test('without files, tells objects apart by where they are made', () => {
    const violations = [reported('chart/b'), reported('chart/a'), reported('chart/a', { policy: 'q' })];

    expect(
      formatReport({ ...none, violations }, false)
        .split('\n')
        .slice(0, 6),
    ).toEqual([
      'Pod shop/web  chart/a',
      '  error    p  f: m',
      '  error    q  f: m',
      '',
      'Pod shop/web  chart/b',
      '  error    p  f: m',
    ]);
  });

  test('tells objects of different groups and names apart', () => {
    const of = (changes: Partial<typeof RESOURCE>): ReportedViolation =>
      reported('a', { resource: { ...RESOURCE, ...changes } }, 1);
    const objects = [{}, { apiVersion: 'x/v1' }, { kind: 'Job' }, { namespace: 'n' }, { name: 'm' }];
    const headings = (violations: readonly ReportedViolation[]): number =>
      formatReport({ ...none, violations }, false).match(/^(Pod|Job) /gm)?.length ?? 0;

    expect(headings(objects.map(of))).toBe(objects.length);
    expect(headings([of({}), of({ apiVersion: 'v2' })])).toBe(1);
  });

  test('is no longer for each finding, however many there are', () => {
    const violations = Array.from({ length: 3_000 }, (_, index) =>
      reported(`f${index % 10}`, { policy: `p${index % 7}`, why: `w${index % 7}`, field: `x[${index}]` }, index),
    );
    const lines = formatReport({ ...none, violations }, false).split('\n');

    expect(lines.length).toBe(1 + 3_000 + 1 + 7 * 5 + 1);
    expect(lines.filter((line) => line.startsWith('  why: ')).length).toBe(7);
    expect(formatReport({ ...none, violations: violations.toReversed() }, false).split('\n')).toEqual(lines);
  });

  test('holds nothing that a terminal obeys, and no line but its own', () => {
    const evil = 'a\u001b[2J\nb\u009b1m\u2028';
    const violation = reported(evil, { message: evil, field: evil, resource: { ...RESOURCE, name: evil } }, 1);
    const text = formatReport({ violations: [violation], acknowledged: [{ ...violation, reason: evil }] }, false);

    // eslint-disable-next-line no-control-regex
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
    expect(text.split('\n').length).toBe(12);
    expect(text).toContain('Pod shop/a\\u001b[2J\\nb\\u009b1m\\u2028');
  });

  test('lists exceptions once for each object and policy, and only where there are some', () => {
    const acknowledged = ['b', 'a', 'b'].map((name) => ({ ...reported(name), reason: 'because' }));

    expect(formatReport({ ...none, acknowledged }, false)).toBe(
      [
        'Acknowledged exceptions:',
        '  Pod shop/web  a  p: because',
        '  Pod shop/web  b  p: because',
        '',
        'p: 3 acknowledged',
        '',
        '0 policy errors, 0 warnings, 3 acknowledged violations',
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
    ).toMatch(/^a\n/);
  });
});
