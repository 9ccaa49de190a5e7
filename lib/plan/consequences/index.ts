import type { Rule } from '../model';
import { capacity } from './capacity';
import { compatibility } from './compatibility';
import { dataLoss } from './data-loss';
import { downtime } from './downtime';
import { leftBehind } from './left-behind';
import { noRestart } from './no-restart';
import { reach } from './reach';
import { refused } from './refused';
import { restart } from './restart';
import { rights } from './rights';

/** What every change is asked for, a rule for each kind of consequence. */
export const RULES: readonly Rule[] = [
  refused,
  dataLoss,
  downtime,
  restart,
  noRestart,
  leftBehind,
  reach,
  rights,
  capacity,
  compatibility,
];
