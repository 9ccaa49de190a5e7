import { RE2JS } from '@bufbuild/re2';
import fc from 'fast-check';
import { matchesPattern, toRegExp } from '../../lib/policy/patterns';
import { policies } from '../../lib/policy/policies';
import { SUSPICIOUS_FORM, SUSPICIOUS_NAME } from '../../lib/policy/secrets';

/** The patterns in the policies' expressions, and such as they could have. */
const PATTERNS = [
  ...policies()
    .flatMap(({ rules }) => rules.flatMap(({ rule, offenders }) => [rule ?? '', offenders ?? '']))
    .flatMap((text) =>
      [...text.matchAll(/matches\(("(?:[^"\\]|\\.)*")\)/g)].map(([, literal = '']) => JSON.parse(literal) as string),
    ),
  '(?i)k',
  '(?i)S$',
  '^(?:a|b?)-[x_.-]?$',
  '[a-c]\\.',
  'a|',
  '',
];
const SIMPLE = PATTERNS.filter((pattern) => toRegExp(pattern) !== undefined);

test('patterns that repeat something are left to RE2', () => {
  expect(
    ['a*', 'a+', 'a{2}', 'a{2,}', '(a|b)*', '.', '\\w', '\\b', '[^a]', '(?i:a)', 'a(?i)b', '\\pL'].filter(toRegExp),
  ).toEqual([]);
});

test('the patterns that are looked for most are not', () => {
  expect(SIMPLE).toEqual(expect.arrayContaining([SUSPICIOUS_FORM, SUSPICIOUS_NAME]));
});

test.each([...new Set(PATTERNS)])('%j matches what RE2 says', (pattern) => {
  const compiled = RE2JS.compile(pattern);
  const pieces = fc.constantFrom(
    ...Array.from('aAbckKsS._-/:@$ \n\r\u2028\u212a\u017f\ud800\u{1F600}'),
    ...[
      'password',
      'PASSWD',
      'to\u212aen',
      '\u017fecret',
      'api.key',
      'kafka',
      '/bitnami/',
      'cp-kafka:',
      'gho_',
      'EYj',
      '://',
      'cred',
    ],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      expect(matchesPattern(text, pattern)).toBe(compiled.test(text));
      // And once more, when it is known.
      expect(matchesPattern(text, pattern)).toBe(compiled.test(text));
    }),
    { numRuns: 500 },
  );
});

test('what is no pattern is refused by RE2, whatever JavaScript makes of it', () => {
  for (const pattern of ['a??b)', '(?:', 'a|?', '[b-a]', '^?$??']) {
    const refused = (): boolean => {
      try {
        RE2JS.compile(pattern);
        return false;
      } catch {
        return true;
      }
    };
    if (refused()) {
      expect(() => matchesPattern('a', pattern)).toThrow();
    } else {
      expect(matchesPattern('a', pattern)).toBe(RE2JS.compile(pattern).test('a'));
    }
  }
});
