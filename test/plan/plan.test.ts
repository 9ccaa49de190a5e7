import fc from 'fast-check';
import { Graph } from '../../lib/graph';
import { compare } from '../../lib/plan/compare';
import { formatPlans, plansToJson } from '../../lib/plan/report';
import type { TitledPlan } from '../../lib/plan/report';
import { plan, summaryOf } from '../../lib/plan/plan';
import type { Rule } from '../../lib/plan/model';
import { MOST_CHARACTERS, plansToMarkdown } from '../../lib/plan/markdown';
import { compareTexts } from './manifests';

function configMap(name: string, value: string, annotations = '{}'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "${name}", namespace: shop, annotations: ${annotations} }\ndata: { key: ${JSON.stringify(value)} }\n`;
}

/** Everything that changes is dangerous by one kind, and worth a look by another. */
const RULES: readonly Rule[] = [
  () => [{ kind: 'restart', severity: 'warning', message: 'It restarts.', field: ['data', 'key'], source: 'a file' }],
  () => [{ kind: 'data-loss', severity: 'danger', message: 'It is gone.', field: [], source: 'https://example.org/a' }],
];

function titled(old: string, current: string, rules = RULES): TitledPlan {
  return { ...plan(compareTexts(old, current), rules), title: '', from: 'old', to: 'new', leftOut: [] };
}

const CHANGED = titled(configMap('a', 'x'), configMap('a', 'z'));

describe('consequences', () => {
  it('stand with their change, the worst first', () => {
    expect(CHANGED.changes[0]?.consequences.map(({ kind }) => kind)).toEqual(['data-loss', 'restart']);
    expect(summaryOf([CHANGED])).toEqual({
      create: 0,
      update: 1,
      delete: 0,
      rename: 0,
      danger: 1,
      warning: 1,
      acknowledged: 0,
    });
  });

  it('are acknowledged by an annotation of the new object', () => {
    const acknowledged = titled(
      configMap('a', 'x'),
      configMap('a', 'z', '{ plan-acknowledge/data-loss: we have a copy }'),
    );

    expect(summaryOf([acknowledged])).toMatchObject({ danger: 0, warning: 1, acknowledged: 1 });
    expect(acknowledged.useless).toEqual([]);
    expect(formatPlans([acknowledged], false)).toContain('because: we have a copy');
    expect(plansToMarkdown([acknowledged])).toContain('*Acknowledged (danger): we have a copy*');
  });

  it('are acknowledged by an annotation of the object that is deleted, and by none that is taken away', () => {
    const old = configMap('a', 'x', '{ plan-acknowledge/data-loss: we have a copy }');

    expect(summaryOf([titled(old, configMap('b', 'other'))]).acknowledged).toBe(1);
    expect(summaryOf([titled(old, configMap('a', 'x'))])).toMatchObject({ danger: 1, acknowledged: 0 });
  });

  it.each([
    { what: 'no reason', annotation: 'plan-acknowledge/data-loss: " "', problem: 'it gives no reason' },
    {
      what: 'a kind that there is not',
      annotation: 'plan-acknowledge/dataloss: yes it is',
      problem: 'there is no such kind',
    },
    {
      what: 'a kind that does not happen',
      annotation: 'plan-acknowledge/refused: we know',
      problem: 'nothing in this plan needs it',
    },
  ])('are not acknowledged by an annotation with $what, which is said', ({ annotation, problem }) => {
    const useless = titled(configMap('a', 'x'), configMap('a', 'z', `{ ${annotation} }`));

    expect(summaryOf([useless])).toMatchObject({ danger: 1, acknowledged: 0 });
    expect(useless.useless).toEqual([
      expect.objectContaining({ problem: expect.stringContaining(problem) as unknown }),
    ]);
    expect(formatPlans([useless], false)).toContain(problem);
    expect(plansToMarkdown([useless])).toContain(problem);
  });

  it('leave no acknowledgement behind that nobody sees', () => {
    const stale = configMap('a', 'x', '{ plan-acknowledge/data-loss: last year }');

    expect(titled(stale, stale).useless).toHaveLength(1);
  });
});

describe('text', () => {
  it('has each object with its fields and consequences, and the numbers last', () => {
    expect(formatPlans([CHANGED], false)).toBe(`old -> new

ConfigMap shop/a  changed
    data.key: x -> z
  danger  data-loss: It is gone.
      https://example.org/a
  warning  restart: It restarts.
      data.key, a file

1 changed: 1 danger, 1 warning
`);
  });

  it('shows of long texts the lines that differ', () => {
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    const text = formatPlans(
      [titled(configMap('a', lines.join('\n')), configMap('a', lines.with(20, 'another').join('\n')))],
      false,
    );

    expect(text).toContain('    data.key:\n      - line 20\n      + another\n');
    expect(text).not.toContain('line 21');
  });

  it('holds nothing that a terminal would take for a command', () => {
    const name = 'a\\u001b[2J';
    expect(formatPlans([titled(configMap(name, 'x'), configMap(name, '\u001b[2J'))], false)).not.toContain('\u001b');
  });
});

describe('JSON', () => {
  it('has the shape that is documented', () => {
    expect(JSON.parse(JSON.stringify(plansToJson([CHANGED])))).toEqual({
      changes: [
        {
          action: 'update',
          object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' },
          fields: [{ path: 'data.key', old: 'x', new: 'z' }],
          consequences: [
            {
              kind: 'data-loss',
              severity: 'danger',
              message: 'It is gone.',
              field: '',
              source: 'https://example.org/a',
            },
            { kind: 'restart', severity: 'warning', message: 'It restarts.', field: 'data.key', source: 'a file' },
          ],
        },
      ],
      summary: { create: 0, update: 1, delete: 0, rename: 0, danger: 1, warning: 1, acknowledged: 0 },
      useless: [],
      leftOut: [],
    });
  });

  it('names the items of lists as their merge keys do', () => {
    const deployment = (image: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: { containers: [{ name: b, image: c }, { name: web, image: "${image}" }] } } }\n`;
    expect(plansToJson([titled(deployment('d:1'), deployment('d:2'))])).toMatchObject({
      changes: [{ fields: [{ path: 'spec.template.spec.containers[name=web].image', old: 'd:1', new: 'd:2' }] }],
    });
  });
});

describe('Markdown', () => {
  it('begins with what there is, and leaves dangers open', () => {
    const lines = plansToMarkdown([CHANGED]).split('\n');

    expect(lines.slice(0, 6)).toEqual([
      '<!-- sportstix plan -->',
      '',
      '## Plan: 1 danger, 1 warning',
      '',
      '1 changed (`old` → `new`)',
      '',
    ]);
    expect(lines).not.toContain('<details>');
  });

  it('folds what is not dangerous', () => {
    const harmless = titled(configMap('a', 'x'), configMap('a', 'z'), RULES.slice(0, 1));

    expect(plansToMarkdown([harmless])).toContain('<details><summary>1 change, 1 warning</summary>');
  });

  it('says of each environment what changes, and shows those that do', () => {
    const same = { ...titled(configMap('a', 'x'), configMap('a', 'x')), title: 'staging' };
    const markdown = plansToMarkdown([{ ...CHANGED, title: 'production' }, same]);

    expect(markdown).toContain(
      '**production**: 1 changed (`old` → `new`)  \n**staging**: no object differs (`old` → `new`)',
    );
    expect(markdown).toContain('### production');
    expect(markdown).not.toContain('### staging');
  });

  // Everything that a manifest could hold to look like something else.
  const HOSTILE = '`` ``` </details> <img src=x> | [a](http://b) @somebody #1 **b** \\`';

  it('takes nothing from manifests for Markdown, HTML, a person or an issue', () => {
    const rule: Rule = () => [
      { kind: 'reach', severity: 'danger', message: HOSTILE, field: ['data', HOSTILE], source: HOSTILE },
    ];
    const value = `${HOSTILE}\n\`\`\`\`\n${HOSTILE}`;
    const hostile = titled(
      configMap(
        'a',
        'x',
        `{ "${HOSTILE.replaceAll('\\', '\\\\')}": "1", plan-acknowledge/reach: ${JSON.stringify(HOSTILE)} }`,
      ),
      configMap('a', value, `{ plan-acknowledge/reach: ${JSON.stringify(HOSTILE)} }`),
      [rule],
    );
    const text = withoutCode(plansToMarkdown([{ ...hostile, leftOut: [HOSTILE] }]));

    expect(text).not.toMatch(/(?<!\\)<img|@somebody|#1\b|(?<!\\)\[a|(?<!\\)\|/);
    expect(text.match(/(?<!\\)<\/?details>/g)).toEqual(['<details>', '</details>']);
  });

  it('is never longer than a comment may be, and leaves out what is least severe', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `name-${index}`);
    const [last = ''] = names.slice(-1);
    const rule: Rule = ({ new: object }) => {
      const isLast = object?.resource.name === last;
      return [
        {
          kind: 'reach',
          severity: isLast ? 'danger' : 'info',
          message: `It matters: ${String(isLast)}.`,
          field: [],
          source: 'a file',
        },
      ];
    };
    const [old, current] = ['x', 'z'].map((value) => names.map((name) => configMap(name, value)).join('---\n'));
    const markdown = plansToMarkdown([titled(old ?? '', current ?? '', [rule])]);

    expect(markdown.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(markdown.length).toBeGreaterThan(MOST_CHARACTERS * 0.9);
    expect(markdown).toContain('It matters: true.');
    expect(markdown).toMatch(
      /> Left out, since a comment holds no more: \d+ changes of no danger, the fields of \d+ changes/,
    );
    expect(markdown.trimEnd().endsWith('</details>')).toBe(true);
  });

  it('is cut where dangers alone are too many, and where names are long', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `name-${index}-${'x'.repeat(200)}`);
    const all = names.map((name) => configMap(name, 'x')).join('---\n');
    const markdown = plansToMarkdown([titled('', all)]);

    expect(markdown.length).toBeLessThanOrEqual(MOST_CHARACTERS);
    expect(markdown).toMatch(/> Left out, .*: \d+ changes with a danger/);
  });
});

describe('a Secret', () => {
  const secret = (name: string, part: string): string =>
    `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name}, namespace: shop }\n${part}\n`;
  const data = (value: string): string => `data: { password: ${Buffer.from(value).toString('base64')} }`;
  const reader = (name: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\nspec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: web, image: "web:1", envFrom: [{ secretRef: { name: ${name} } }] }] } } }\n`;

  it.each([
    { what: 'created', old: '', new: secret('a', data('hunter2-new')) },
    {
      what: 'changed',
      old: secret('a', data('hunter2-old')),
      new: secret('a', 'stringData: { password: hunter2-new }'),
    },
    { what: 'deleted', old: secret('a', data('hunter2-old')), new: '' },
    { what: 'renamed', old: secret('a', data('hunter2-old')), new: secret('b', data('hunter2-old')) },
    {
      what: 'of another kind of value',
      old: secret('a', 'data: [hunter2-old]'),
      new: secret('a', 'data: hunter2-new'),
    },
  ])('that is $what shows nothing of its values in any format', ({ old, new: current }) => {
    const [before, after] = [
      [reader('a'), old],
      [reader('b'), current],
    ].map((texts) => texts.filter((text) => text !== '').join('---\n'));
    const comparison = compareTexts(before ?? '', after ?? '');
    const plans = [{ ...plan(comparison), title: '', from: 'old', to: 'new', leftOut: [] }];
    const written = [formatPlans(plans, false), plansToMarkdown(plans), JSON.stringify(plansToJson(plans))];

    expect(comparison.changes.length).toBeGreaterThan(1);
    for (const text of written) {
      expect(text).toContain('Secret');
      for (const value of ['hunter2-old', 'hunter2-new']) {
        expect(text).not.toContain(value);
        expect(text).not.toContain(Buffer.from(value).toString('base64'));
      }
    }
  });
});

describe('plans of any plain data', () => {
  const objects = fc.record({
    apiVersion: fc.constantFrom(
      'v1',
      'apps/v1',
      'batch/v1',
      'networking.k8s.io/v1',
      'kafka.strimzi.io/v1',
      'argoproj.io/v1alpha1',
    ),
    kind: fc.constantFrom(
      'Secret',
      'Deployment',
      'StatefulSet',
      'Service',
      'NetworkPolicy',
      'KafkaTopic',
      'Rollout',
      'Job',
    ),
    metadata: fc.record({ name: fc.constantFrom('a', 'b'), annotations: fc.jsonValue(), labels: fc.jsonValue() }),
    spec: fc.oneof(
      fc.jsonValue(),
      fc.record({
        replicas: fc.jsonValue(),
        selector: fc.jsonValue(),
        template: fc.record({
          metadata: fc.jsonValue(),
          spec: fc.record({ containers: fc.jsonValue(), volumes: fc.jsonValue() }),
        }),
        ports: fc.jsonValue(),
        ingress: fc.jsonValue(),
      }),
    ),
    data: fc.jsonValue(),
  });

  it('are made and written without a crash, by all rules', () => {
    fc.assert(
      fc.property(fc.array(objects, { maxLength: 4 }), fc.array(objects, { maxLength: 4 }), (a, b) => {
        const [old, current] = [a, b].map((manifests) => new Graph(manifests.map((manifest) => ({ manifest }))));
        if (old === undefined || current === undefined) throw new Error('two graphs');
        const plans = [{ ...plan(compare(old, current)), title: '', from: 'old', to: 'new', leftOut: [] }];
        formatPlans(plans, true);
        JSON.stringify(plansToJson(plans));
        expect(plansToMarkdown(plans).length).toBeLessThanOrEqual(MOST_CHARACTERS);
      }),
    );
  });
});

/** Markdown without its code, as CommonMark finds it: blocks between fences, and spans between runs of backticks of one length. */
function withoutCode(markdown: string): string {
  const outside: string[] = [];
  let fence = '';
  for (const line of markdown.split('\n')) {
    const [, run = ''] = /^(`{3,})/.exec(line) ?? [];
    if (fence === '') {
      fence = run;
      outside.push(run === '' ? line : '');
    } else if (run.length >= fence.length && line.trim() === run) {
      fence = '';
    }
  }
  return outside.join('\n').replace(/(?<![`\\])(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
}
