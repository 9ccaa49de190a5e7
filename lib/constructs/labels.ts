import { type ApiObject, Chart, JsonPatch } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { checkLabels, checkLabelValue } from './validation';

/** What an object is part of, in the terms of Kubernetes' recommended labels. */
export interface Component {
  /**
   * Value of the label `app.kubernetes.io/name`.
   * @default - the object's name
   */
  readonly name?: string;
  /**
   * Value of the label `app.kubernetes.io/component`: the object's role, such as `database`.
   * @default - no such label
   */
  readonly component?: string;
}

/** The label that selects a workload's pods: it alone, so that no other label's change needs a new workload. */
export function selectorOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name };
}

/**
 * The recommended labels of an object: the chart's own (such as `app.kubernetes.io/part-of`), then name and component.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 *
 * @throws InvalidPropError for what is no label.
 */
export function labelsOf(
  scope: IConstruct,
  { name, component }: Component & { readonly name: string },
): Record<string, string> {
  checkLabels(scope, 'labels of the chart', Chart.of(scope).labels);
  checkLabelValue(scope, 'name', name);
  if (component !== undefined) {
    checkLabelValue(scope, 'component', component);
  }
  return {
    ...Chart.of(scope).labels,
    ...selectorOf(name),
    ...(component !== undefined && { 'app.kubernetes.io/component': component }),
  };
}

/** The namespace of a construct's objects: its chart's, or `default`. */
export function namespaceOf(scope: IConstruct): string {
  return Chart.of(scope).namespace ?? 'default';
}

/** Takes the namespace from an object that lies in none: cdk8s gives the chart's to every object. */
export function withoutNamespace(apiObject: ApiObject): void {
  if (Chart.of(apiObject).namespace !== undefined) {
    apiObject.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
}
