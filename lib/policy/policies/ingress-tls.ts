import { celStrings } from '../cel';
import { INGRESS } from '../kinds';
import { isSet, valueOr } from '../policy';
import type { Policy } from '../policy';

/** Annotations by which controllers find a certificate without the field `tls`. */
const CERTIFICATES = [
  'alb.ingress.kubernetes.io/certificate-arn',
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'networking.gke.io/managed-certificates',
  'traefik.ingress.kubernetes.io/router.tls',
];

const ELSEWHERE = `has(object.metadata) && has(object.metadata.annotations) && ${celStrings(CERTIFICATES)}.exists(a, a in object.metadata.annotations && object.metadata.annotations[a] != 'false')`;

const TLS = valueOr('dyn(object)', 'spec.tls', '[]');

/** CEL: whether `tls` says something for the host `h`; without hosts it does for all, and a wildcard stands for one label. */
const COVERED = `${TLS}.exists(t, !has(t.hosts) || size(t.hosts) == 0 || t.hosts.exists(w, w == h || (w.startsWith('*.') && h.contains('.') && h.substring(h.indexOf('.')) == w.substring(1))))`;

/** CEL: the hosts of the rules, '' for a rule of all hosts; an Ingress without rules has one backend for all. */
const HOSTS = `(${isSet('dyn(object)', 'spec.rules')} && size(dyn(object).spec.rules) > 0 ? dyn(object).spec.rules.map(r, has(r.host) ? r.host : '') : [''])`;

export const ingressTls: Policy = {
  id: 'ingress-tls',
  title: 'An Ingress has TLS for each of its hosts',
  severity: 'warning',
  scope: INGRESS,
  rules: [
    {
      on: 'object',
      field: 'spec.tls',
      offenders: `${ELSEWHERE} ? [] : ${HOSTS}.filter(h, !(${COVERED}))`,
      message: "(f == '' ? 'every host' : 'the host ' + f) + ' is served without TLS'",
    },
  ],
  why: 'Passwords, tokens and sessions then cross the network in plain text, and anybody on the way can read and change them.',
  fix: 'Name the host under tls, with the Secret of its certificate; where TLS ends elsewhere, leave this policy out for the environment (policies({ ingressTls: false })).',
  link: 'https://kubernetes.io/docs/concepts/services-networking/ingress/#tls',
};
