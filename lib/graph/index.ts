export { Graph, isExposedService } from './graph';
export type { GraphMember } from './graph';
export type * from './model';
export { SYSTEM_NAMESPACES } from './produced';
export { Reachability } from './reachability';
export type { Barrier, Open, Party, Port } from './reachability';
export { mostReplicas } from './scaling';
export { matchesLabels } from './selectors';
