import { type ApiObject, Chart, JsonPatch } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { InvalidPropError } from './invalid-prop';
import { checkAnnotations, checkLabels, checkLabelValue } from './validation';

/** What an object is part of, in the terms of Kubernetes' recommended labels, and what else is written on it. */
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
  /**
   * Further labels of every object of the construct, its pods included. They override the chart's.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Annotations of every object of the construct; pods have annotations of their own.
   * @default - none
   */
  readonly annotations?: Readonly<Record<string, string>>;
}

const NAME_LABEL = 'app.kubernetes.io/name';
const COMPONENT_LABEL = 'app.kubernetes.io/component';

/** The label that selects a workload's pods: it alone, so that no other label's change needs a new workload. */
export function selectorOf(name: string): Record<string, string> {
  return { [NAME_LABEL]: name };
}

/**
 * The recommended labels of an object: the chart's own (such as `app.kubernetes.io/part-of`), those of the props, then name and component.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 *
 * @throws InvalidPropError for what is no label, and for labels that follow from other props.
 */
export function labelsOf(
  scope: IConstruct,
  { name, component, labels = {} }: Component & { readonly name: string },
): Record<string, string> {
  checkLabels(scope, 'labels of the chart', Chart.of(scope).labels);
  checkLabelValue(scope, 'name', name);
  if (component !== undefined) {
    checkLabelValue(scope, 'component', component);
  }
  checkFurtherLabels(scope, 'labels', labels);
  return {
    ...Chart.of(scope).labels,
    ...labels,
    ...selectorOf(name),
    ...(component !== undefined && { [COMPONENT_LABEL]: component }),
  };
}

/** Name, labels and annotations of an object. */
export interface Metadata {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The metadata of an object of a construct.
 *
 * @param name the object's name, where it is not that of the label.
 * @throws InvalidPropError for labels and annotations that the API server would refuse.
 */
export function metadataOf(
  scope: IConstruct,
  props: Component & { readonly name: string },
  name: string = props.name,
): Metadata {
  const { annotations = {} } = props;
  checkAnnotations(scope, 'annotations', annotations);
  return {
    name,
    labels: labelsOf(scope, props),
    ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
  };
}

/** Checks labels that are added to those of a construct: valid, and none that it sets itself. */
export function checkFurtherLabels(scope: IConstruct, prop: string, labels: Readonly<Record<string, string>>): void {
  checkLabels(scope, prop, labels);
  for (const key of [NAME_LABEL, COMPONENT_LABEL]) {
    if (Object.hasOwn(labels, key)) {
      throw new InvalidPropError(scope, {
        prop,
        value: key,
        reason:
          key === NAME_LABEL
            ? 'the label by which pods are selected; with another value they would not be found.'
            : 'a label that follows from another prop.',
        remedy: key === NAME_LABEL ? 'Leave it out: it is the name of the construct.' : 'Give it as component.',
      });
    }
  }
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
