import { annotationBytes } from '../../lib/policy/applied';

// The edge itself is compared with kubectl and an API server in test/cluster/admission.test.ts.

const NAME = 'kubectl.kubernetes.io/last-applied-configuration';
const bytes = (json: string): number => NAME.length + json.length + 1;

test('kubectl writes a namespace and an empty map of annotations where there are none', () => {
  const json =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"x","namespace":"default"},"data":{"a":"b"}}';

  expect(annotationBytes({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' } })).toBe(
    bytes(json),
  );
});

test('objects of the cluster have no namespace', () => {
  const json =
    '{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"annotations":{}}}';

  expect(annotationBytes({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' })).toBe(
    bytes(json),
  );
});

test('annotations count twice, for themselves and in the copy, but for an older copy', () => {
  const json =
    '{"apiVersion":"v1","kind":"Secret","metadata":{"annotations":{"a/b":"é"},"creationTimestamp":null,"name":"x","namespace":"n"}}';
  const metadata = { name: 'x', namespace: 'n', creationTimestamp: null, annotations: { 'a/b': 'é', [NAME]: 'old' } };

  expect(annotationBytes({ apiVersion: 'v1', kind: 'Secret', metadata })).toBe(
    // é has two bytes.
    bytes(json) + 1 + 'a/b'.length + 2,
  );
});

test.each([undefined, null, 5, 'text', [], { metadata: 5 }, { metadata: { annotations: null } }])(
  'what is no object has a size all the same: %j',
  (manifest) => {
    expect(annotationBytes(manifest)).toBeGreaterThan(0);
  },
);
