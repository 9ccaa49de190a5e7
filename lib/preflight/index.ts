export { preflight } from './checks';
export { Cluster } from './cluster';
export { clusterPage } from './page';
export { requirementsOf } from './requirements';
