export { preflight } from './checks';
export { Cluster } from './cluster';
export { clusterPage, SYNC_WAVE } from './page';
export { requirementsOf } from './requirements';
