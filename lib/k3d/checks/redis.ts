import type { Result } from '../doctor';
import { REDIS_USER, type RedisServer } from '../../host/model';
import { redisString } from '../../host/quote';
import type { LocalSetup } from './local-setup';
import { couldNotRun, ok, problem } from './results';
import { listenFix } from './services';

/** Whether Redis answers pods by its password, and only by that. */
export async function redisResult(setup: LocalSetup, server: RedisServer): Promise<Result> {
  const { access, passwordOf, system } = setup;
  // Protected mode lets in what comes from 127.0.0.1, so it is asked from an address of this host that is not that one.
  const [address] = system.addresses;
  if (address === undefined) return couldNotRun('this host has no other address than 127.0.0.1 to ask from');
  const { remedy, fix } = listenFix(setup, 'redis');
  const without = await system.exchange(address, server.port, ['PING']);
  if (without.kind === 'failed') {
    return couldNotRun(`no answer on ${address}:${server.port} (${without.reason}); see whether it listens, above`);
  }
  if (without.text.startsWith('+PONG')) {
    return problem(
      'Redis asks for no password',
      'Whoever reaches it, every pod among them, reads and changes everything in it.',
      remedy,
      fix,
    );
  }
  if (without.text.startsWith('-DENIED')) {
    return problem(
      'Redis is in protected mode, since it has no password',
      'It answers this host alone, and pods with an error.',
      remedy,
      fix,
    );
  }
  if (!without.text.startsWith('-NOAUTH')) {
    return couldNotRun('what listens there does not answer as Redis does');
  }
  const password = passwordOf(server, REDIS_USER);
  if (password === undefined)
    return couldNotRun('the secrets have no password for Redis', 'synthesize, which makes it');
  // Over the connection, since every user of this machine may see command lines. One user has no name before Redis 6.
  const withPassword = await system.exchange(address, server.port, [`AUTH ${redisString(password)}`, 'PING']);
  if (withPassword.kind === 'failed') {
    return couldNotRun(`no answer on ${address}:${server.port} (${withPassword.reason})`);
  }
  if (withPassword.text === '+OK\n+PONG')
    return ok(`PONG on ${address}, with the password of the secrets and not without`);
  if (/^-(WRONGPASS|ERR invalid password)/.test(withPassword.text)) {
    return problem(
      'the password of Redis is not the one in the secrets',
      'The services fail with "WRONGPASS".',
      [
        ...remedy,
        `if that does not help, its configuration has an ACL: give its user ${REDIS_USER} the password of ${access.redisPasswordFile}`,
      ],
      fix,
    );
  }
  return couldNotRun('it does not answer PING after the password');
}
