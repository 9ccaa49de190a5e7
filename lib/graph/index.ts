export { Graph, isExposedService } from './graph';
export type { GraphMember } from './graph';
export type * from './model';
export { Reachability } from './reachability';
export type { Barrier, Open, Party, Port } from './reachability';
export { matchesLabels } from './selectors';
