import type { Result } from '../doctor';
import { sudo } from '../doctor';
import type { RedisServer } from '../model';
import type { Patient } from './patient';
import { couldNotRun, ok, problem } from './results';
import { servicesFix, UNITS } from './services';

/** Whether Redis answers pods. */
export async function redisResult(patient: Patient, server: RedisServer): Promise<Result> {
  const { system } = patient;
  // Protected mode lets in what comes from 127.0.0.1, so it is asked from an address of this host that is not that one.
  const [address] = system.addresses;
  if (address === undefined) return couldNotRun('this host has no other address than 127.0.0.1 to ask from');
  const answer = await system.exchange(address, server.port, 'PING');
  const { remedy, fix } = servicesFix(patient);
  const restart = ['systemctl', 'restart', UNITS.redis];
  if (answer.kind === 'failed') {
    return couldNotRun(`no answer on ${address}:${server.port} (${answer.reason}); see whether it listens, above`);
  }
  if (answer.text.startsWith('+PONG')) return ok(`PONG on ${address}`);
  if (answer.text.startsWith('-DENIED')) {
    return problem(
      'Redis is in protected mode',
      'It answers this host alone, and pods with an error.',
      [remedy, sudo(...restart)],
      { commands: [...fix.commands, restart], undo: fix.undo },
    );
  }
  if (answer.text.startsWith('-NOAUTH')) {
    return problem('Redis wants a password', 'The services have none for it.', [
      "take requirepass out of Redis' configuration, and restart it",
    ]);
  }
  return couldNotRun(`what listens there does not answer as Redis does: ${answer.text.slice(0, 60)}`);
}
