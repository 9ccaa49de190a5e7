import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Include, JsonPatch, Testing } from 'cdk8s';
import { Construct } from 'constructs';
import { enforce } from '../../lib/constructs/enforce';
import {
  acknowledge,
  annotatedExceptions,
  annotationFor,
  exceptionFor,
  exceptionsOn,
} from '../../lib/policy/exceptions';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { PolicyPack } from '../../lib/policy/pack';
import { policies } from '../../lib/policy/policies';
import { container, get, LABELS, podSpec, renamed, set, silentPodSpec, workload } from './manifests';
import type { Data } from './manifests';

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };

function deployment(changes: Data = {}): Data {
  return workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), ...changes }] });
}

function add(scope: Construct, id: string, manifest: Data): ApiObject {
  const { apiVersion, kind, metadata, ...rest } = manifest;
  return new ApiObject(scope, id, {
    apiVersion: String(apiVersion),
    kind: String(kind),
    metadata: metadata as object,
    ...rest,
  });
}

function app(): { app: App; chart: Chart } {
  const made = Testing.app();
  return { app: made, chart: new Chart(made, 'chart') };
}

const silent = { print: (): void => undefined };

function messages(scope: Construct, pack = new PolicyPack()): string[] {
  return pack
    .judge(scope)
    .violations.map(({ where, violation }) => `${where} ${violation.policy}: ${violation.message}`);
}

describe('a policy pack', () => {
  test('finds what the tree refers to in the tree, or among what is given', () => {
    const tree = app();
    const reads = deployment({ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } }] });
    add(tree.chart, 'web', reads);
    const given = { kind: 'Secret', namespace: 'shop', name: 'login' };
    const missing = 'chart/web reference-object: there is no Secret login in namespace shop';

    expect(messages(tree.app)).toEqual([missing]);
    expect(messages(tree.app, new PolicyPack({ given: [{ ...given, namespace: 'other' }] }))).toEqual([
      `${missing}, but in namespace other`,
    ]);
    expect(messages(tree.app, new PolicyPack({ given: [given] }))).toEqual([]);
    expect(messages(tree.app, new PolicyPack({ given: [{ ...given, keys: ['password'] }] }))).toEqual([]);
    expect(messages(tree.app, new PolicyPack({ given: [{ ...given, keys: ['pasword'] }] }))).toEqual([
      'chart/web reference-key: Secret login has no key password; did you mean pasword?',
    ]);
    acknowledge(tree.chart, 'reference-object', 'made by hand');
    expect(messages(tree.app)).toEqual([]);
  });

  test('passes a tree without violations, and prints nothing', () => {
    const tree = app();
    add(tree.chart, 'web', deployment());
    const printed: string[] = [];

    new PolicyPack().apply(tree.app, { print: (text) => printed.push(text) });

    expect(() => {
      tree.app.synth();
    }).not.toThrow();
    expect(printed).toEqual([]);
  });

  test('fails the synth of cdk8s with one report that names everything', () => {
    const tree = app();
    add(tree.chart, 'web', deployment({ image: 'shop/web:latest', livenessProbe: { exec: { command: ['java'] } } }));
    add(tree.chart, 'db', renamed(deployment({ image: 'bitnami/kafka:4' }), 'db'));

    new PolicyPack().apply(tree.app, silent);

    let report = '';
    try {
      tree.app.synth();
    } catch (error) {
      report = error instanceof Error ? error.message : '';
    }
    expect(report).toMatchInlineSnapshot(`
      "Validation failed with the following errors:
        [] 
      Deployment shop/db  chart/db
        error    image-denied     spec.template.spec.containers[0].image: container "main": image "bitnami/kafka:4" comes from a denied repository (bitnami, bitnamilegacy)
        error    probe-kafka-tcp  spec.template.spec.containers[0].livenessProbe: container "main": livenessProbe of a Kafka broker is not tcpSocket
        error    probe-kafka-tcp  spec.template.spec.containers[0].readinessProbe: container "main": readinessProbe of a Kafka broker is not tcpSocket
        error    probe-kafka-tcp  spec.template.spec.containers[0].startupProbe: container "main": startupProbe of a Kafka broker is not tcpSocket

      Deployment shop/web  chart/web
        error    image-tag     spec.template.spec.containers[0].image: container "main": image "shop/web:latest" has the tag latest
        error    probe-no-jvm  spec.template.spec.containers[0].livenessProbe.exec.command: container "main": livenessProbe starts a JVM

      image-denied: 1 error
        why: Bitnami's versioned images left Docker Hub in August 2025; what is left is paid for or frozen without security fixes, and pods that need it stop at ImagePullBackOff.
        fix: Use the project's official image, such as apache/kafka:3.9.0 for bitnami/kafka, and check its paths, user and variables, which differ.
        see: https://github.com/bitnami/containers/issues/83267

      image-tag: 1 error
        why: What latest stands for changes without a change here, so that two pods of one Deployment may differ and a rollback brings back nothing; and the kubelet pulls it each time, which fails for an image that is in no registry.
        fix: Name a version: image: NAME:1.2.3, or a digest: NAME@sha256:...
        see: https://kubernetes.io/docs/concepts/containers/images/#image-names

      probe-kafka-tcp: 3 errors
        why: Every tool that comes with Kafka is a JVM, too slow and too heavy for a probe; a broker in KRaft mode opens its listener when it is usable, so that the port tells enough.
        fix: Use tcpSocket on the client listener's port for all three probes.
        see: https://kafka.apache.org/documentation/#kraft

      probe-no-jvm: 1 error
        why: A JVM takes seconds of CPU to start, longer than the probe waits: the kubelet kills it, counts a failure and restarts a healthy container for ever (exit code 143).
        fix: Probe the port: tcpSocket, or httpGet or grpc where the server offers health.
        see: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/

      6 policy errors, 0 warnings, 0 acknowledged violations
      "
    `);
  });

  test('fails Testing.synth, also where it is applied to a chart only', () => {
    const tree = app();
    add(tree.chart, 'web', deployment({ image: 'x' }));
    const other = new Chart(tree.app, 'other');
    new PolicyPack().apply(tree.chart, silent);

    expect((): unknown => Testing.synth(tree.chart)).toThrow('image "x" has neither a tag nor a digest');
    expect(messages(other)).toEqual([]);
  });

  test('sees raw objects, included YAML and JSON patches as they will be written', () => {
    const tree = app();
    const file = join(mkdtempSync(join(tmpdir(), 'policy-')), 'x.yaml');
    writeFileSync(file, JSON.stringify(renamed(deployment({ image: 'bitnami/a:1' }), 'included')));
    new Include(tree.chart, 'include', { url: file });
    add(tree.chart, 'web', deployment()).addJsonPatch(
      JsonPatch.replace('/spec/template/spec/containers/0/image', 'patched:latest'),
    );

    expect(messages(tree.app)).toEqual([
      expect.stringContaining('chart/include/'),
      'chart/web image-tag: container "main": image "patched:latest" has the tag latest',
    ]);
  });

  test('takes manifests from whoever keeps them', () => {
    const tree = app();
    add(tree.chart, 'web', deployment());

    const judged = new PolicyPack().judge(tree.app, { manifestOf: () => deployment({ image: 'x' }) });

    expect(judged.violations.map(({ violation }) => violation.policy)).toEqual(['image-tag']);
    expect(judged.failed).toBe(true);
  });

  test('reports warnings, once, without failing', () => {
    const tree = app();
    add(tree.chart, 'web', workload(DEPLOYMENT, { ...podSpec(), enableServiceLinks: true }));
    new Chart(tree.app, 'second');
    const printed: string[] = [];
    new PolicyPack().apply(tree.app, { print: (text) => printed.push(text) });

    tree.app.synth();

    expect(printed).toEqual([expect.stringContaining('warning  service-links')]);
    expect(printed[0]).toContain('0 policy errors, 1 warning, 0 acknowledged violations');
  });

  test('tells what it thinks, whether that fails or not, and prints again what has changed', () => {
    const tree = app();
    add(tree.chart, 'web', workload(DEPLOYMENT, { ...podSpec(), enableServiceLinks: true }));
    const printed: string[] = [];
    const judged: boolean[] = [];
    new PolicyPack().apply(tree.app, {
      print: (text) => printed.push(text),
      onJudged: ({ failed }) => judged.push(failed),
    });

    expect(tree.app.node.validate()).toEqual([]);
    add(tree.chart, 'other', renamed(workload(DEPLOYMENT, { ...podSpec(), enableServiceLinks: true }), 'other'));
    expect(tree.app.node.validate()).toEqual([]);
    add(tree.chart, 'bad', renamed(deployment({ image: 'x' }), 'bad'));
    expect(tree.app.node.validate()).toEqual([expect.stringMatching(/^\n[^]*\n1 policy error, 2 warnings, .*\n$/)]);

    expect(judged).toEqual([false, false, true]);
    expect(printed.map((text) => [text.trimEnd().split('\n').at(-1), text.endsWith('\n')])).toEqual([
      ['0 policy errors, 1 warning, 0 acknowledged violations', true],
      ['0 policy errors, 2 warnings, 0 acknowledged violations', true],
    ]);
  });

  test('prints to standard error unless told otherwise', () => {
    const tree = app();
    add(tree.chart, 'web', workload(DEPLOYMENT, { ...podSpec(), enableServiceLinks: true }));
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);

    try {
      new PolicyPack().apply(tree.app);
      tree.app.node.validate();

      expect(write).toHaveBeenCalledWith(expect.stringContaining('warning  service-links'));
    } finally {
      write.mockRestore();
    }
  });

  test('an environment raises severities and adds rules', () => {
    const tree = app();
    add(
      tree.chart,
      'web',
      workload(DEPLOYMENT, {
        ...podSpec(),
        enableServiceLinks: true,
        containers: [{ ...container('m'), image: 'a:dev' }],
      }),
    );
    const strict = new PolicyPack({
      policies: policies({ mutableTags: ['dev'] }),
      severities: { 'service-links': 'error' },
    });

    expect(new PolicyPack().judge(tree.app).failed).toBe(false);
    expect(messages(tree.app, strict)).toEqual([
      expect.stringContaining('image-mutable-tag'),
      expect.stringContaining('service-links'),
    ]);
    expect(strict.judge(tree.app).violations.every(({ violation }) => violation.severity === 'error')).toBe(true);
    expect(strict.policies.find(({ id }) => id === 'service-links')?.severity).toBe('error');
  });

  test('refuses to lower a severity, and to set one for nothing', () => {
    expect(() => new PolicyPack({ severities: { 'image-tag': 'warning' } })).toThrow(
      'severities: policy "image-tag" is an error and cannot be lowered to a warning, which nobody would have to look at. Acknowledge it on the construct that needs an exception.',
    );
    expect(() => new PolicyPack({ severities: { 'image-tags': 'error' } })).toThrow(
      `severities: there is no policy "image-tags", so nothing would be enforced. The policies are ${policies()
        .map(({ id }) => id)
        .join(', ')}.`,
    );
    expect(() => new PolicyPack({ severities: { 'image-tag': 'error', 'service-links': 'warning' } })).not.toThrow();
  });

  test('fails on containers that nothing judges, unless that is acknowledged, or their kind is registered', () => {
    const widget = { group: 'example.com', version: 'v1', kind: 'Widget', resource: 'widgets', template: 'spec.pod' };
    const spec = { ...podSpec(), containers: [{ ...container('main'), image: 'x' }] };
    const tree = app();
    const object = add(tree.chart, 'widget', {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', labels: LABELS },
      spec: { pod: { metadata: { labels: LABELS }, spec } },
    });

    expect(messages(tree.app)).toEqual([
      'chart/widget unknown-workload: nothing judges the containers of a Widget of example.com/v1',
    ]);
    const pack = new PolicyPack({ workloads: [widget] });
    expect(pack.workloads).toEqual([widget]);
    expect(messages(tree.app, pack)).toEqual([
      'chart/widget image-tag: container "main": image "x" has neither a tag nor a digest',
    ]);
    acknowledge(object, 'unknown-workload', 'looked at by hand');
    expect(new PolicyPack().judge(tree.app)).toMatchObject({ failed: false, violations: [], acknowledged: [{}] });
    expect(() => new PolicyPack({ workloads: [widget, widget] })).toThrow('the place is known already');
  });

  test('refuses the same policy twice', () => {
    expect(() => new PolicyPack({ policies: [...policies(), ...policies()] })).toThrow(
      'policy "schema" is given twice',
    );
  });

  test('finds an object that is defined twice, in two charts', () => {
    const tree = app();
    add(tree.chart, 'a', deployment());
    add(new Chart(tree.app, 'other'), 'b', deployment());

    expect(messages(tree.app)).toEqual(['other/b duplicate-object: the object is defined more than once']);
  });
});

describe('an exception', () => {
  function excepted(policy = 'image-tag'): { app: App; chart: Chart; group: Construct; object: ApiObject } {
    const tree = app();
    const group = new Construct(tree.chart, 'group');
    const object = add(group, 'web', deployment({ image: 'x' }));
    acknowledge(group, policy, 'for a test');
    return { ...tree, group, object };
  }

  test('holds for everything below its construct, is reported and stands on the object', () => {
    const tree = excepted();
    const printed: string[] = [];
    new PolicyPack().apply(tree.app, { print: (text) => printed.push(text) });

    tree.app.synth();

    expect(printed).toEqual([expect.stringContaining('Deployment shop/web  chart/group/web  image-tag: for a test')]);
    expect(get(tree.object.toJson(), 'metadata.annotations')).toEqual({ 'policy-exception/image-tag': 'for a test' });
  });

  test('is listed by the exact object, for the API server', () => {
    const tree = excepted();

    expect(new PolicyPack().judge(tree.app).exceptions).toEqual([
      {
        policy: 'image-tag',
        reason: 'for a test',
        resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
      },
    ]);
  });

  test('tells whoever keeps manifests, once', () => {
    const tree = excepted();
    const annotated: string[] = [];
    const options = { onAnnotated: (object: ApiObject): number => annotated.push(object.node.path) };

    new PolicyPack().judge(tree.app, options);
    new PolicyPack().judge(tree.app, options);

    expect(annotated).toEqual(['chart/group/web']);
  });

  test('holds for nothing beside it, and for no other policy', () => {
    const tree = excepted();
    add(tree.chart, 'beside', renamed(deployment({ image: 'y', imagePullPolicy: 'Always' }), 'beside'));
    add(tree.group, 'inside', renamed(deployment({ image: 'bitnami/x' }), 'inside'));

    expect(messages(tree.app)).toEqual([
      expect.stringContaining('chart/group/inside image-denied'),
      expect.stringContaining('chart/beside image-tag'),
    ]);
  });

  test('that nothing needs any more is an error', () => {
    expect(messages(excepted('probe-no-jvm').app)).toEqual([
      expect.stringContaining('image-tag'),
      'chart/group stale-exception: acknowledges "probe-no-jvm" (for a test), which nothing here violates any more',
    ]);
  });

  test('from a policy that does not exist is an error', () => {
    expect(messages(excepted('image-tags').app)).toContain(
      'chart/group stale-exception: acknowledges "image-tags", and there is no policy of that name',
    );
  });

  test('from a policy of another pack is left to that pack', () => {
    const tree = excepted('image-mutable-tag');
    const strict = new PolicyPack({ policies: policies({ mutableTags: ['x'] }) });
    strict.apply(tree.chart, silent);

    expect(messages(tree.app)).toEqual([expect.stringContaining('image-tag')]);
    expect(messages(tree.chart, strict)).toEqual([
      expect.stringContaining('image-tag'),
      expect.stringContaining('stale-exception'),
    ]);
  });

  test('from a policy of a pack further down is left to that pack', () => {
    const tree = excepted('image-mutable-tag');
    new PolicyPack({ policies: policies({ mutableTags: ['x'] }) }).apply(tree.group, silent);

    expect(messages(tree.app)).toEqual([expect.stringContaining('image-tag')]);
  });

  test('from a policy that no other pack has either is an error', () => {
    const tree = excepted('image-tags');
    new PolicyPack({ policies: policies({ mutableTags: ['x'] }) }).apply(tree.chart, silent);
    tree.chart.node.addMetadata('other', { ids: ['image-tags'] });

    expect(messages(tree.app)).toContain(
      'chart/group stale-exception: acknowledges "image-tags", and there is no policy of that name',
    );
  });

  test('is needed once by each object, however often it violates the policy', () => {
    const tree = app();
    const twice = [container('a'), container('b')].map((each) => ({ ...each, image: 'x' }));
    const manifest = workload(DEPLOYMENT, { ...podSpec(), containers: twice });
    add(tree.chart, 'web', manifest);
    add(tree.chart, 'worker', set(manifest, 'metadata.name', 'worker'));
    acknowledge(tree.chart, 'image-tag', 'for a test');

    const ofOneObject = policies().filter(({ graph }) => graph === undefined);
    const { acknowledged, exceptions, failed, violations } = new PolicyPack({ policies: ofOneObject }).judge(tree.app);

    expect(acknowledged.length).toBe(4);
    expect(exceptions.map(({ resource: { name } }) => name)).toEqual(['web', 'worker']);
    expect([failed, violations]).toEqual([false, []]);
  });

  test('stays on an object that has its annotation already', () => {
    const tree = excepted();
    const annotated: string[] = [];
    const options = { onAnnotated: (object: ApiObject): number => annotated.push(object.node.path) };
    const of = (reason: string): Data =>
      set(deployment({ image: 'x' }), ['metadata', 'annotations', 'policy-exception/image-tag'], reason);

    new PolicyPack().judge(tree.app, { ...options, manifestOf: () => of('for a test') });
    expect(annotated).toEqual([]);

    new PolicyPack().judge(tree.app, { ...options, manifestOf: () => of('for another') });
    expect(annotated).toEqual(['chart/group/web']);
  });

  test('the nearest one counts', () => {
    const tree = excepted();
    acknowledge(tree.object, 'image-tag', 'nearer');

    const judged = new PolicyPack().judge(tree.app);

    expect(judged.acknowledged.map(({ reason }) => reason)).toEqual(['nearer']);
    expect(judged.violations.map(({ where, violation }) => `${where} ${violation.policy}`)).toEqual([
      'chart/group stale-exception',
    ]);
  });

  test('needs a reason, and is given once', () => {
    const tree = excepted();

    expect(() => {
      acknowledge(tree.chart, 'image-tag', ' ');
    }).toThrow('chart: the exception from policy "image-tag" has no reason');
    expect(() => {
      acknowledge(tree.group, 'image-tag', 'again');
    }).toThrow(
      'chart/group: policy "image-tag" is acknowledged twice. Only one of the reasons would be reported. Remove one.',
    );
    acknowledge(tree.group, 'host-path', 'another');
  });

  test('does not hide that a rule cannot be evaluated, not even where it is from the structure that says why', () => {
    const tree = excepted();
    const broken = add(tree.chart, 'broken', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'b' },
      spec: {},
    });
    const ofBroken = (): string[] => messages(tree.app).filter((message) => message.startsWith('chart/broken '));

    expect([...new Set(ofBroken())].filter((message) => !message.includes(' recommended-labels: '))).toEqual([
      'chart/broken schema: Required value',
    ]);
    acknowledge(broken, 'schema', 'a reason');
    expect(ofBroken().filter((message) => message.includes('cannot be judged')).length).toBeGreaterThan(20);
  });
});

test('a judgement names the ServiceAccounts that the API server must know of', () => {
  const tree = app();
  add(tree.chart, 'web', workload(DEPLOYMENT, { ...silentPodSpec(), serviceAccountName: 'x' }));
  for (const name of ['x', 'y']) {
    add(tree.chart, name, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: 'shop' },
      automountServiceAccountToken: false,
    });
  }

  const { violations, tokenlessAccounts } = new PolicyPack().judge(tree.app);

  expect(violations).toEqual([]);
  expect(tokenlessAccounts).toEqual([{ namespace: 'shop', name: 'x' }]);
});

describe('exceptions', () => {
  test('are metadata of their own kind', () => {
    const { chart } = app();
    chart.node.addMetadata('other', { policy: 'image-tag', reason: 'x' });
    chart.node.addMetadata('policy-exception', { policy: 5, reason: 'x' });
    chart.node.addMetadata('policy-exception', { policy: 'image-tag' });
    chart.node.addMetadata('policy-exception', 'image-tag');

    expect(exceptionsOn(chart)).toEqual([]);

    acknowledge(chart, 'image-tag', '  for a test ');
    acknowledge(chart, 'host-path', 'too');

    expect(exceptionsOn(chart)).toEqual([
      { construct: chart, policy: 'image-tag', reason: 'for a test' },
      { construct: chart, policy: 'host-path', reason: 'too' },
    ]);
    expect(exceptionFor(new Construct(chart, 'inner'), 'host-path')?.reason).toBe('too');
    expect(exceptionFor(chart, 'host-ports')).toBeUndefined();
  });

  test('on the root, which has no path, are refused by another name', () => {
    expect(() => {
      acknowledge(app().app, 'image-tag', '');
    }).toThrow(
      'app: the exception from policy "image-tag" has no reason. Whoever reviews it has nothing to judge it by. Say why it must be so.',
    );
  });

  test('leave an annotation, and are read from it', () => {
    const annotations = { [annotationFor('a')]: 'x', [annotationFor('b')]: ' ', [annotationFor('c')]: 5, d: 'y' };

    expect([...annotatedExceptions({ metadata: { annotations } })]).toEqual([['a', 'x']]);
    expect([...annotatedExceptions({ metadata: { annotations: null } })]).toEqual([]);
    expect([...annotatedExceptions({})]).toEqual([]);
  });
});

test('a prop that cannot be used is an error of a name of its own', () => {
  const { chart } = app();
  const words = { prop: 'port', reason: 'is taken.', remedy: 'Take another.' };
  const error = new InvalidPropError(chart, { ...words, value: [1] });

  expect([error.name, error.message]).toEqual(['InvalidPropError', 'chart: port [1]: is taken. Take another.']);
  expect(new InvalidPropError(chart, words).message).toBe('chart: port: is taken. Take another.');
});

describe('enforce', () => {
  test('judges each value by each policy it is asked about', () => {
    const { chart } = app();
    const refuses = (image: string, ids: readonly string[]): boolean => {
      try {
        enforce(chart, { prop: 'image', value: image, policies: ids, manifest: podWith(image) });
        return false;
      } catch (error) {
        return error instanceof InvalidPropError;
      }
    };

    expect(
      [
        ['a:1', 'image-tag'],
        ['a', 'image-tag'],
        ['a:1', 'image-tag'],
        ['a', 'image-denied'],
        ['bitnami/a', 'image-denied'],
        ['a', 'image-tag'],
      ].map(([image = '', id = '']) => refuses(image, [id])),
    ).toEqual([false, true, false, false, true, true]);
  });

  const podWith = (image: unknown): unknown => ({
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { containers: [{ name: 'web', image }] },
  });
  const refuse = (scope: Construct, value: unknown): void => {
    enforce(scope, { prop: 'image', value, policies: ['image-tag', 'image-denied'], manifest: podWith(value) });
  };

  test('names the construct, the prop, its value, what, why and how', () => {
    const { chart } = app();

    expect(() => {
      refuse(chart, 'shop/web:latest');
    }).toThrow(
      /^chart: image "shop\/web:latest": has the tag latest\. What latest .* Name a version: .* \(policy image-tag\)$/,
    );
    expect(() => {
      refuse(chart, 'bitnami/kafka:4');
    }).toThrow(/\(policy image-denied\)$/);
    expect(() => {
      refuse(chart, undefined);
    }).toThrow(/^chart: image: is not named\. What/);
  });

  test('passes what the policies allow', () => {
    expect(() => {
      refuse(app().chart, 'shop/web:1');
    }).not.toThrow();
  });

  test('knows exceptions above the construct', () => {
    const { chart } = app();
    acknowledge(chart, 'image-tag', 'for a test');

    expect(() => {
      refuse(new Construct(chart, 'inner'), 'web');
    }).not.toThrow();
  });

  test('asks the packs above the construct, and those alone', () => {
    const { chart } = app();
    const ids = ['image-tag', 'image-mutable-tag'];
    const refusal = (image: string): string => {
      try {
        enforce(chart, { prop: 'image', value: image, policies: ids, manifest: podWith(image) });
        return '';
      } catch (error) {
        return String(error);
      }
    };
    expect([refusal('a:dev'), refusal('a')]).toEqual(['', expect.stringContaining('(policy image-tag)')]);

    new PolicyPack({ policies: policies({ mutableTags: ['dev'] }).filter(({ id }) => id !== 'image-tag') }).apply(
      chart,
    );

    expect([refusal('a:dev'), refusal('a')]).toEqual([expect.stringContaining('(policy image-mutable-tag)'), '']);
  });

  test('leaves what is only a warning to the report', () => {
    const { chart } = app();
    new PolicyPack({ policies: policies().map((policy) => ({ ...policy, severity: 'warning' })) }).apply(chart);

    expect(() => {
      refuse(chart, 'web');
    }).not.toThrow();
  });
});
