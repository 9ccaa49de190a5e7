import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** An abstract socket, which one process at a time can listen on, and which goes with it. */
const TURN = '\0sportstix-test-node-start';

/**
 * Before all tests: starts a platform, or replaces one, while no other file of tests does. Whoever starts a dozen JVMs has the machine to himself; what
 * follows mostly waits.
 */
export function beforeAllInTurn(start: () => Promise<void>): void {
  let turn: Server | undefined;
  // A hook of its own, so that who has waited has the whole time for his start.
  beforeAll(async () => {
    turn = await takeTurn();
  });
  beforeAll(async () => {
    await start();
    turn?.close();
  });
  afterAll(() => {
    turn?.close();
  });
}

async function takeTurn(): Promise<Server> {
  for (;;) {
    const server = createServer();
    const taken = await new Promise<boolean>((resolve, reject) => {
      server.once('listening', () => {
        resolve(true);
      });
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') {
          resolve(false);
        } else {
          reject(error);
        }
      });
      server.listen(TURN);
    });
    if (taken) {
      return server;
    }
    await sleep(1000);
  }
}
