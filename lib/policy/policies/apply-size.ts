import { CONFIG_MAP, CUSTOM_RESOURCE_DEFINITION, SECRET } from '../kinds';
import type { Policy } from '../policy';

/** What an API server takes of annotations, in bytes (TotalAnnotationSizeLimitB of k8s.io/apimachinery/pkg/api/validation). */
export const ANNOTATIONS_LIMIT = 262_144;

export const applySize: Policy = {
  id: 'apply-size',
  title: 'An object is small enough for kubectl apply',
  severity: 'error',
  scope: [CONFIG_MAP, SECRET, CUSTOM_RESOURCE_DEFINITION],
  rules: [
    {
      on: 'applied',
      field: '',
      rule: `annotationBytes <= ${ANNOTATIONS_LIMIT}`,
      message: `'with the copy of the object that kubectl apply puts there, its annotations have ' + string(annotationBytes) + ' bytes; an API server takes ${ANNOTATIONS_LIMIT}'`,
      // Server-side apply makes no such copy, and an API server cannot tell what else will be used.
      beforeApply: true,
    },
  ],
  why: 'kubectl apply keeps a copy of the object in an annotation, and the API server refuses annotations of that size: the object cannot be applied, and with it often nothing that comes after it.',
  fix: 'Split the object, or put large files into an image or a volume; where it must stay, apply it with kubectl apply --server-side and acknowledge this policy.',
  link: 'https://kubernetes.io/docs/reference/using-api/server-side-apply/',
};
