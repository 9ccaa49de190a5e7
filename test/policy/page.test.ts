import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descriptionOf } from '../../lib/policy/docs';
import { listOfPolicies, pageOfPolicy } from '../../lib/policy/page';
import { policies, policiesWithOptional } from '../../lib/policy/policies';

const ALL = [...policiesWithOptional().map(({ id }) => id), 'stale-exception'];

describe('the list of policies', () => {
  test('is every policy in a line, those that do not judge too', () => {
    const lines = listOfPolicies(policies(), 'text').trimEnd().split('\n');

    expect(lines.map((line) => line.split(/ +/)[0]).sort()).toEqual(ALL.toSorted());
    expect(lines).toContain(
      'image-tag                  error    An image names a tag or a digest, and the tag is not latest',
    );
    expect(lines).toContain('service-links              warning  No variables for every Service of the namespace');
    expect(lines.at(-1)).toBe(
      'image-mutable-tag          off      An image has no tag that is moved from build to build',
    );
    expect(listOfPolicies(policiesWithOptional(), 'text')).not.toContain(' off ');
  });

  test('says the severities of those that it is given', () => {
    const raised = policies().map((policy) => ({ ...policy, severity: 'error' as const }));

    expect(listOfPolicies(raised, 'text')).not.toContain(' warning ');
  });

  test('is data too', () => {
    const list = JSON.parse(listOfPolicies(policies(), 'json')) as { id: string; enabled: boolean }[];

    expect(list.map(({ id }) => id).sort()).toEqual(ALL.toSorted());
    expect(list.filter(({ enabled }) => !enabled).map(({ id }) => id)).toEqual(['image-digest', 'image-mutable-tag']);
    for (const policy of policies()) {
      expect(list).toContainEqual({ ...descriptionOf(policy), enabled: true });
    }
  });
});

describe('the page of a policy', () => {
  test('says all that there is to say', () => {
    expect(pageOfPolicy('probe-timeout', policies(), 'text')).toMatchInlineSnapshot(`
      "probe-timeout (error): A probe's timeoutSeconds does not exceed its periodSeconds.

      judges:      pod templates
      enforced in: synth, check, API server, constructors
      why:         A probe that may take longer than its period is not asked as often as it says: failures are noticed later than failureThreshold x periodSeconds.
      fix:         Lower timeoutSeconds (default 1) or raise periodSeconds (default 10).
      exception:   acknowledge(construct, 'probe-timeout', 'REASON') in code. It stands as the annotation policy-exception/probe-timeout: REASON on the object, where check finds it; the API server knows it by the exact object, from the next synth on.
      source:      https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes

      As CEL (f is each of what offends):

        of each container (c), at {f}.timeoutSeconds
        none of: (has(c.startupProbe) && ((has(c.startupProbe.timeoutSeconds) ? c.startupProbe.timeoutSeconds : 1) > (has(c.startupProbe.periodSeconds) ? c.startupProbe.periodSeconds : 10)) ? ['startupProbe'] : []) + (has(c.livenessProbe) && ((has(c.livenessProbe.timeoutSeconds) ? c.livenessProbe.timeoutSeconds : 1) > (has(c.livenessProbe.periodSeconds) ? c.livenessProbe.periodSeconds : 10)) ? ['livenessProbe'] : []) + (has(c.readinessProbe) && ((has(c.readinessProbe.timeoutSeconds) ? c.readinessProbe.timeoutSeconds : 1) > (has(c.readinessProbe.periodSeconds) ? c.readinessProbe.periodSeconds : 10)) ? ['readinessProbe'] : [])
        says:   f + ' ' + ('waits longer (timeoutSeconds) than the time between two probes (periodSeconds)')
      "
    `);
  });

  test('says where a policy that does not judge would', () => {
    const page = pageOfPolicy('image-mutable-tag', policies(), 'text');

    expect(page).toContain('enforced in: nothing, until a setting of policies() asks for it\n');
    expect(pageOfPolicy('image-mutable-tag', policiesWithOptional(), 'text')).toContain(
      'enforced in: synth, check, API server, constructors\n',
    );
  });

  test.each(ALL)('of %s has what README says of it, and is data too', (id) => {
    const readme = readFileSync(join(__dirname, '../../lib/policy/README.md'), 'utf8');
    const section = readme.split(`\n### ${id}\n`)[1]?.split('\n##')[0] ?? '';
    const page = pageOfPolicy(id, policiesWithOptional(), 'text');
    const data = JSON.parse(pageOfPolicy(id, policiesWithOptional(), 'json')) as Record<string, unknown>;

    for (const name of ['title', 'severity', 'judges', 'why', 'fix', 'link']) {
      expect(section).toContain(data[name]);
      expect(page).toContain(data[name]);
    }
    expect(page).toContain(data['exception']);
    expect(page.endsWith('\n') && !page.includes('undefined')).toBe(true);
  });

  test('says of everything that is judged what must hold of it, and what is said where it does not', () => {
    const targets = new Map<string, string>();
    for (const { id, rules } of policies().filter(({ unique }) => unique === undefined)) {
      const data = JSON.parse(pageOfPolicy(id, policies(), 'json')) as { rules: Record<string, string>[] };
      const page = pageOfPolicy(id, policies(), 'text');

      expect(data.rules).toEqual(
        rules.map(({ on, field, rule, offenders, subject, message }, index) => {
          const of = data.rules[index]?.['of'] ?? '';
          targets.set(on, of);
          const said = subject === undefined ? message : `${subject} + ' ' + (${message})`;
          return { of, field, message: said, ...(offenders === undefined ? { rule } : { offenders }) };
        }),
      );
      for (const { of = '', field = '', rule, offenders, message = '' } of data.rules) {
        const expression = rule ?? offenders ?? '';
        const shown = expression.length <= 1_000 ? `${expression}\n  says:   ${message}\n` : expression.slice(0, 1_000);
        const place = field === '' ? '' : `, at ${field}`;
        expect(page).toContain(`\n\n  of ${of}${place}\n  ${rule === undefined ? 'none of:' : 'holds: '} ${shown}`);
      }
    }
    expect(Object.fromEntries(targets)).toEqual({
      applied: 'the object, with the annotations that kubectl apply gives it',
      object: 'the object',
      template: 'the metadata of the pods',
      pod: "the pod's spec",
      container: 'each container (c)',
      resourced: 'each container (c) but ephemeral ones',
      longRunning: 'each container (c) that runs until it is stopped',
      unseenContainers: 'each list of containers that nothing judges',
    });
  });

  test('has expressions that can be read, and as data all of them', () => {
    const page = pageOfPolicy('literal-secret', policies(), 'text');
    const { rules } = JSON.parse(pageOfPolicy('literal-secret', policies(), 'json')) as {
      rules: { offenders: string }[];
    };

    expect(page.split('\n').every((line) => line.length < 1_200)).toBe(true);
    expect(page).toContain(`... (${rules[0]?.offenders.length ?? 0} characters; --format json has them all)`);
    expect(rules.map(({ offenders }) => offenders)).toEqual(
      policies()
        .find(({ id }) => id === 'literal-secret')
        ?.rules.map(({ offenders }) => offenders),
    );
  });

  test('of what judges exceptions says that, and that there is none from it', () => {
    const page = pageOfPolicy('stale-exception', policies(), 'text');

    expect(page).toContain('judges:      acknowledged exceptions\n');
    expect(page).toContain('exception:   None: remove what is not needed.\n');
    expect(page).toMatch(/\nsource: .*\n$/);
  });

  test('of a policy about a set says of what no two may have the same', () => {
    expect(pageOfPolicy('duplicate-object', policies(), 'text')).toContain(
      '  of all objects together: no two have the same\n',
    );
  });

  test.each([
    ['image-tags', 'image-tag'],
    ['Image-Tag', 'image-tag'],
    ['probe-jvm', 'probe-no-jvm'],
    ['stale-exceptions', 'stale-exception'],
    ['image-mutable-tags', 'image-mutable-tag'],
  ])('%s is none, and the nearest is %s', (id, nearest) => {
    expect(() => pageOfPolicy(id, policies(), 'text')).toThrow(
      `--explain ${id}: there is no such policy, and the nearest is ${nearest}; --list lists all`,
    );
  });
});
