'use strict';
// Opens a connection, in the network namespace that it is started in: `node -e TEXT SOURCE_ADDRESS TARGET_ADDRESS PORT`.
const [localAddress, host, port] = process.argv.slice(1);
const socket = require('node:net').connect({
  host,
  port: Number(port),
  ...(localAddress === '' ? {} : { localAddress }),
});
const say = (what) => {
  console.log(what);
  process.exit();
};
// A connection that was made while this process had to wait for a CPU counts: it is heard before setImmediate.
socket.setTimeout(2000, () => setImmediate(say, 'timed out'));
socket.on('connect', () => say('open'));
socket.on('error', (error) => say(error.code));
