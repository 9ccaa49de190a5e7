import { bringUp } from '../../lib/k3d/bring-up';
import { thisSystem } from '../../lib/host/system';
import { thisTerminal } from '../../lib/k3d/terminal';
import { platform } from './platform';

// `up` as a process of its own, so that its test can interrupt it.
const interrupt = new AbortController();
process.once('SIGINT', () => {
  interrupt.abort();
});
void bringUp(
  platform,
  { system: thisSystem(), terminal: thisTerminal(), signal: interrupt.signal, pollMilliseconds: 10 },
  { outdated: () => [], doctor: () => Promise.resolve(0) },
).then((code) => {
  process.exitCode = code;
});
