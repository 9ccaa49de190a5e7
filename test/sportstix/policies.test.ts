import { type Environment, environmentNamed, policyPackOf } from '../../lib/sportstix/environments';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { example, placeholderSecrets, withoutCluster } from './example';

/** Why an environment cannot be synthesized; empty where it can. */
function refusal(change: Partial<Environment>): string {
  try {
    renderEnvironment({ ...example, ...change }, placeholderSecrets(example));
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("an environment's policies", () => {
  test('hold at the props of constructs', () => {
    const repository = example.services[0]?.repository ?? '';

    expect(refusal({})).toBe('');
    expect(refusal({ policies: { deniedRepositories: [repository.split('/')[0] ?? ''] } })).toMatch(
      /: image "[^"]*": .*denied repository.*\(policy image-denied\)$/,
    );
    expect(refusal({ images: { kind: 'tag', tag: 'main' }, policies: { mutableTags: ['main'] } })).toMatch(
      /\(policy image-mutable-tag\)$/,
    );
  });

  test('hold for the whole tree, and in the API server', () => {
    const labels = ['app.kubernetes.io/name', 'example.com/team'];

    const severities = { 'recommended-labels': 'error' } as const;

    expect(refusal({ policies: { severities } })).toBe('');
    expect(refusal({ policies: { labels, severities } })).toContain('the label example.com/team is missing');
    const admission = (policies: NonNullable<Environment['policies']>): string =>
      renderEnvironment({ ...example, policies }, placeholderSecrets(example)).others.get('admission/policies.k8s.yaml')
        ?.content ?? '';
    expect(admission({ deniedRepositories: ['example.com'] })).toContain('example.com');
    expect(admission({})).not.toContain('example.com');
    expect(admission({ mutableTags: ['nightly'] })).toContain('image-mutable-tag');
  });

  test('let Kafka be reached from outside for the reason that is given, which stands on the Service', () => {
    const externalListener = {
      addresses: [{ host: 'kafka.example.com', port: 9094 }],
      reason: 'Partners read from it.',
    };
    const environment: Environment = {
      ...withoutCluster(example),
      entrance: { ...example.entrance, host: 'shop.example.com' },
      kafka: { ...example.kafka, externalListener },
    };
    const { manifests } = renderEnvironment(environment, placeholderSecrets(example));

    expect(manifests.get('kafka.k8s.yaml')).toContain('policy-exception/service-exposed: Partners read from it.');
  });

  test('are found by its name, and an unknown name is told the known ones', () => {
    const other = { ...example, name: 'other' };

    expect(environmentNamed('other', [example, other])).toBe(other);
    expect(() => environmentNamed('oter', [example, other])).toThrow(
      `there is no environment "oter", only ${example.name}, other.`,
    );
  });

  test('refuse a lowered severity, and one of no policy', () => {
    expect(refusal({ policies: { severities: { 'image-tag': 'warning' } } })).toContain('cannot be lowered');
    expect(refusal({ policies: { severities: { 'image-tags': 'error' } } })).toContain(
      'there is no policy "image-tags"',
    );
  });

  test('count images as imported by the tag that the environment gives them, where its cluster is made here', () => {
    const pullPolicy = (change: Partial<Environment>): string =>
      JSON.stringify(policyPackOf({ ...example, ...change }).policies.find(({ id }) => id === 'image-pull-policy'));
    expect(pullPolicy({ images: { kind: 'tag', tag: 'nightly' } })).toContain('nightly');
    expect(pullPolicy({ images: { kind: 'tag', tag: 'nightly' } })).not.toContain(example.images.tag);
    // @ts-expect-error -- what is left out is undefined.
    expect(pullPolicy({ images: { kind: 'tag', tag: 'nightly' }, cluster: undefined })).not.toContain('nightly');
  });
});
