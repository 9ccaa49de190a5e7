import { dump } from 'js-yaml';
import fc from 'fast-check';
import { check } from '../../lib/policy/check';
import type { ExitCode } from '../../lib/policy/check';
import { Engine } from '../../lib/policy/engine';
import { policies } from '../../lib/policy/policies';
import { WORKLOADS } from '../../lib/manifest/workloads';
import { container, debugContainer, podSpec, workload } from './manifests';
import type { Data } from './manifests';

const POLICIES = policies({ mutableTags: ['dev'] });

function exitCode(text: string): ExitCode {
  const options = { inputs: ['-'], policies: POLICIES, format: 'json', colour: false, exceptions: true } as const;
  const { exitCode: code, stdout } = check({ ...options, stdin: Buffer.from(text) });
  const findings = JSON.parse(stdout) as readonly { readonly message: string }[];
  // What is wrong is said by the rule that found it, and by no title in its stead.
  expect(findings.filter(({ message }) => message.includes('this does not hold'))).toEqual([]);
  return code;
}

const weird = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    '',
    'x',
    0,
    -1,
    1.5,
    1e300,
    [],
    {},
    [null],
    [[]],
    ['x'],
    { x: null },
    '__proto__',
    'constructor',
  ),
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The paths of every value in plain data. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

function replace(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) {
    return by;
  }
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Data) };
  Reflect.set(copy as object, key, replace(Reflect.get(value as object, key), rest, by));
  return copy;
}

const FULL: readonly Data[] = WORKLOADS.map((kind) =>
  workload(kind, {
    ...podSpec(),
    initContainers: [{ ...container('side'), restartPolicy: 'Always', env: [{ name: 'A', value: 'b' }] }],
    ephemeralContainers: [debugContainer('debug')],
    volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: {} }] } }],
  }),
);

/** A good object in which a few values are replaced by whatever. */
const mangled = fc
  .tuple(
    fc.constantFrom(...FULL, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } }),
    fc.array(fc.tuple(fc.nat(), weird), { minLength: 1, maxLength: 3 }),
  )
  .map(([object, changes]) =>
    changes.reduce<unknown>((value, [index, by]) => {
      const paths = pathsOf(value);
      return replace(value, paths[index % paths.length] ?? [], by);
    }, object),
  );

/** A text in which a part is cut out or doubled. */
const cut = fc.tuple(mangled, fc.nat(), fc.nat(60), fc.string({ maxLength: 3 })).map(([object, at, length, by]) => {
  const text = dump(object, { skipInvalid: true });
  const start = at % Math.max(text.length, 1);
  return text.slice(0, start) + by + text.slice(start + length);
});

// 10,000 manifests in all; many at a time, as starting anew takes longer than judging one.
describe('whatever it is given, check answers', () => {
  test('mangled manifests', () => {
    fc.assert(
      fc.property(fc.array(mangled, { minLength: 100, maxLength: 100 }), (objects) => {
        const code = exitCode(objects.map((object) => JSON.stringify(object)).join('\n---\n'));
        const unreadable = objects.some(
          (object) =>
            object !== null &&
            !(
              typeof object === 'object' &&
              [Reflect.get(object, 'kind'), Reflect.get(object, 'apiVersion')].every(
                (text) => typeof text === 'string' && text !== '',
              )
            ),
        );
        expect(code === 2).toBe(unreadable || objects.every((object) => object === null));
      }),
      { numRuns: 60 },
    );
  });

  test('mangled text', () => {
    fc.assert(
      fc.property(fc.array(cut, { minLength: 50, maxLength: 50 }), (texts) => {
        expect([0, 1, 2]).toContain(exitCode(texts.join('\n---\n')));
      }),
      { numRuns: 50 },
    );
  });

  test('any text and any bytes', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[-:#[\]{}&*!|>'"%@`?, \n\tab0-9.~<]{0,40}$/),
    );
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 1 }), ([text = '']) => {
        // No such text is a Kubernetes object.
        expect(exitCode(text)).toBe(2);
      }),
      { numRuns: 1_500 },
    );
  });

  test('a wrong type where a rule looks is a failure, and no pass', () => {
    const engine = new Engine(POLICIES);
    for (const object of FULL) {
      for (const path of pathsOf(object).filter((each) => each.at(-1) === 'containers')) {
        for (const wrong of ['x', 5, true, {}, [5], ['x'], [null]]) {
          const findings = [...engine.evaluate([{ id: 0, manifest: replace(object, path, wrong) }])];

          // What stands in a ControllerRevision has no schema.
          const saying = object['kind'] === 'ControllerRevision' ? 'image-tag' : 'schema';
          expect(findings.some(({ violation }) => violation.policy === saying && violation.severity === 'error')).toBe(
            JSON.stringify(wrong) !== '{}' || findings.length > 0,
          );
          expect(
            findings.some(({ violation }) => violation.isUnjudged === true && object['kind'] !== 'ControllerRevision'),
          ).toBe(false);
        }
      }
    }
  });
});
