import { NAMESPACE_NAME_LABEL } from '../graph/selectors';
import { child, listAt, textAt, textsAt } from '../manifest/plain-data';

/** A LabelSelector as `kubectl -l` takes it; empty where it selects everything. */
export function selectorText(selector: unknown): string {
  const labels = Object.entries(child(selector, 'matchLabels') ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = listAt(selector, 'matchExpressions').map((expression) => {
    const key = textAt(expression, 'key');
    const values = textsAt(expression, 'values');
    switch (textAt(expression, 'operator')) {
      case 'In':
        return values.length === 1 ? `${key}=${values.join()}` : `${key} in (${values.join()})`;
      case 'NotIn':
        return `${key} notin (${values.join()})`;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return key;
    }
  });
  return [...labels, ...expressions].join(',');
}

/** The name of the one namespace that a selector is about; undefined where it goes by other labels. */
export function namespaceOf(selector: unknown): string | undefined {
  const entries = Object.entries(child(selector, 'matchLabels') ?? {});
  const [[key, value] = []] = entries;
  return entries.length === 1 &&
    listAt(selector, 'matchExpressions').length === 0 &&
    key === NAMESPACE_NAME_LABEL &&
    typeof value === 'string'
    ? value
    : undefined;
}
