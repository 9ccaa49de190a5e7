export { Graph } from './graph';
export type { GraphMember } from './graph';
export type * from './model';
export { matchesLabels } from './selectors';
