import { App, Chart, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { API_SERVER } from '../../lib/constructs/endpoint';
import { ExternalSecret } from '../../lib/constructs/external-secret';
import { Gateway } from '../../lib/constructs/gateway';
import { ScalingMetric } from '../../lib/constructs/horizontal-pod-autoscaler';
import { HttpRoute } from '../../lib/constructs/http-route';
import { Namespace } from '../../lib/constructs/namespace';
import { NetworkPolicies } from '../../lib/constructs/network-policies';
import { Probe } from '../../lib/constructs/probe';
import { StrimziKafka } from '../../lib/constructs/strimzi-kafka';
import { WebService } from '../../lib/constructs/web-service';
import { Worker } from '../../lib/constructs/worker';
import { Graph } from '../../lib/graph';
import { manifestOf, synthesizeCharts } from '../../lib/synth/manifests';
import type { Manifest } from '../testing';

/**
 * A shop as one runs it on a cluster that somebody else has made.
 *
 * @param apiServer where its policies let pods ask the API server
 */
export function shop(apiServer = { ranges: ['10.0.0.0/18'], port: 443 }): readonly Manifest[] {
  const app = new App();
  const namespaces = new Chart(app, 'namespaces');
  new Namespace(namespaces, 'shop');
  const chart = new Chart(app, 'shop', { namespace: 'shop', disableResourceNameHashes: true });
  const secret = new ExternalSecret(chart, 'orders-database', {
    component: 'database',
    store: { name: 'vault' },
    data: { PASSWORD: { key: 'shop/orders', property: 'password' } },
  });
  const resources = {
    cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
    memory: { request: Size.mebibytes(512), limit: Size.mebibytes(640) },
  };
  const orders = new WebService(chart, 'orders', {
    component: 'backend',
    image: 'registry.example.com/orders:1.2.3',
    user: 1000,
    port: 9001,
    resources,
    environmentFrom: [secret],
    annotations: { 'secret.reloader.stakater.com/auto': 'true' },
    canary: [{ weight: 50 }],
    autoscaling: { minReplicas: 2, maxReplicas: 8, metrics: [ScalingMetric.cpuUtilization(70)] },
    topologySpread: [
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' },
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
  });
  const probe = Probe.fromCommand(['/bin/true']);
  new Worker(chart, 'sweeper', {
    component: 'backend',
    image: 'registry.example.com/sweeper:1.2.3',
    user: 1000,
    resources,
    probes: { startup: probe.withTiming({ failureThreshold: 12 }), readiness: probe, liveness: probe },
    serviceAccountToken: true,
    connectsTo: [API_SERVER],
  });
  const gateway = new Gateway(chart, 'shop', {
    component: 'entrance',
    gatewayClassName: 'edge',
    hosts: ['shop.example.com'],
    certificate: { secretName: 'shop-tls', issuer: { name: 'letsencrypt' } },
  });
  new HttpRoute(chart, 'shop-routes', { component: 'entrance', gateway, routes: [{ path: '/', service: orders }] });
  new StrimziKafka(chart, 'events', {
    component: 'broker',
    version: '4.3.1',
    brokers: { storage: { size: Size.gibibytes(100) } },
    controllers: { storage: { size: Size.gibibytes(10), storageClassName: 'fast' } },
    topics: [{ name: 'orders.placed', partitions: 8, producers: ['orders'] }],
  });
  new NetworkPolicies(chart, 'network-policies', {
    manifestOf,
    dns: { peer: { type: 'pods', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } } },
    apiServer,
    entrance: { type: 'pods', namespace: 'edge', labels: { app: 'gateway' } },
  });
  return synthesizeCharts(app).flatMap(({ manifests }) => manifests) as Manifest[];
}

export function graphOf(manifests: readonly unknown[]): Graph {
  return new Graph(manifests.map((manifest) => ({ manifest })));
}
