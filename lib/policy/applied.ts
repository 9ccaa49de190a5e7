import { child } from '../manifest/plain-data';
import { CUSTOM_RESOURCE_DEFINITION } from './kinds';

/** Where `kubectl apply` keeps what it applied last, to tell next time which fields were removed. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Characters that Go's encoder escapes in JSON, and JavaScript's does not, each to six bytes (https://pkg.go.dev/encoding/json#HTMLEscape). */
const ESCAPED_IN_GO = /[<>&\u2028\u2029]/g;

/**
 * The bytes that an object's annotations come to, keys and values, once `kubectl apply` has added its own: the object as JSON, without that
 * annotation itself. This is what the API server counts
 * (https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go).
 */
export function annotationBytes(manifest: unknown): number {
  const given: unknown = child(child(manifest, 'metadata'), 'annotations');
  const annotations: Record<string, unknown> = { ...(typeof given === 'object' ? given : {}) };
  Reflect.deleteProperty(annotations, LAST_APPLIED);
  const isNamespaced = child(manifest, 'kind') !== CUSTOM_RESOURCE_DEFINITION.kind;
  const metadata = { ...(isNamespaced && { namespace: 'default' }), ...objectAt(manifest, 'metadata'), annotations };
  // kubectl sets the namespace, and leaves an empty map of annotations; a line break ends the text.
  const applied = goJsonBytes({ ...objectAt(manifest), metadata }) + 1;
  return Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + utf8Bytes(key) + utf8Bytes(String(value)),
    LAST_APPLIED.length + applied,
  );
}

function goJsonBytes(value: unknown): number {
  const text = JSON.stringify(value);
  return [...text.matchAll(ESCAPED_IN_GO)].reduce((sum, [escaped]) => sum + 6 - utf8Bytes(escaped), utf8Bytes(text));
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text);
}

function objectAt(value: unknown, key?: string): object {
  const found = key === undefined ? value : child(value, key);
  return typeof found === 'object' && found !== null ? found : {};
}
