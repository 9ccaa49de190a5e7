import { parseQuantity } from '../../lib/manifest/quantity';
import { compile, isCelError } from '../../lib/policy/cel';

const NANO = 1_000_000_000n;

describe('parseQuantity', () => {
  // As k8s.io/apimachinery/pkg/api/resource.ParseQuantity reads them.
  test.each<[string, bigint]>([
    ['0', 0n],
    ['1', NANO],
    ['+1', NANO],
    ['-1', -NANO],
    ['100m', NANO / 10n],
    ['1.5', (3n * NANO) / 2n],
    ['.5', NANO / 2n],
    ['1.', NANO],
    ['007', 7n * NANO],
    ['1n', 1n],
    ['1u', 1000n],
    ['0.5n', 1n],
    ['0.1n', 1n],
    ['-0.1n', -1n],
    ['1k', 1000n * NANO],
    ['1M', 10n ** 6n * NANO],
    ['1G', 10n ** 9n * NANO],
    ['1T', 10n ** 12n * NANO],
    ['1P', 10n ** 15n * NANO],
    ['1E', 10n ** 18n * NANO],
    ['1Ki', 1024n * NANO],
    ['1Mi', 2n ** 20n * NANO],
    ['1Gi', 2n ** 30n * NANO],
    ['1Ti', 2n ** 40n * NANO],
    ['1Pi', 2n ** 50n * NANO],
    ['1Ei', 2n ** 60n * NANO],
    ['1.5Gi', 3n * 2n ** 29n * NANO],
    ['1e3', 1000n * NANO],
    ['1E3', 1000n * NANO],
    ['1e+3', 1000n * NANO],
    ['5e-1', NANO / 2n],
    ['12e-3', 12_000_000n],
    ['8Ei', (2n ** 63n - 1n) * NANO],
    ['100Ei', (2n ** 63n - 1n) * NANO],
    ['100E', 10n ** 20n * NANO],
  ])('%s', (text, nanos) => {
    expect(parseQuantity(text)).toBe(nanos);
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '1GB',
    '1gi',
    '1K',
    '1kb',
    'Mi1',
    '1e',
    '1e3k',
    '1.2.3',
    '0x10',
    '1_000',
    '1,5',
    'one',
    '1mi',
    '1ke3',
    '1e3e3',
    '--1',
    '1e3.5',
  ])('refuses %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  test('takes no time over what nobody means', () => {
    expect(parseQuantity('1e999999999')).toBe(10n ** 1000n * NANO);
    expect(parseQuantity('1e-999999999')).toBe(1n);
    expect(parseQuantity('9'.repeat(1_001))).toBeUndefined();
    expect(parseQuantity('9'.repeat(1_000))).toBe(BigInt('9'.repeat(1_000)) * NANO);
  });
});

describe('the quantity library', () => {
  test.each<[string, unknown]>([
    ["quantity('1Gi').isGreaterThan(quantity('1G'))", true],
    ["quantity('1G').isGreaterThan(quantity('1Gi'))", false],
    ["quantity('1').isGreaterThan(quantity('1000m'))", false],
    ["quantity('999m').isLessThan(quantity('1'))", true],
    ["quantity('1').isLessThan(quantity('1'))", false],
    ["quantity('1').compareTo(quantity('1000m'))", 0n],
    ["quantity('1').compareTo(quantity('2'))", -1n],
    ["quantity('2').compareTo(quantity('1'))", 1n],
    ["quantity('-2').sign()", -1n],
    ["quantity('0').sign()", 0n],
    ["quantity('1500m').asApproximateFloat()", 1.5],
    ["isQuantity('1Gi')", true],
    ["isQuantity('1GB')", false],
    ["quantity('128Mi') == quantity('131072Ki')", true],
  ])('%s is %p', (text, value) => {
    expect(compile(text).run({})).toBe(value);
  });

  test('an error is an error, and no value', () => {
    for (const text of ["quantity('1GB')", 'quantity(1)', "{'a': 1}.sign()", "quantity('1').isLessThan(1)"]) {
      expect(isCelError(compile(text).run({}))).toBe(true);
    }
    expect(compile("quantity('1GB')").run({})).toMatchObject({
      message: expect.stringContaining('"1GB" is no quantity') as unknown,
    });
    expect(compile("{'a': 1}.sign()").run({})).toMatchObject({
      message: expect.stringContaining('not a quantity') as unknown,
    });
  });
});
