// Leads what comes to a port of the pod to a port of a Service, as klipper-lb does: whoever is behind it sees the pod's address.
// usage: node proxy.cjs PORT ADDRESS ADDRESS_PORT
const { connect, createServer } = require('node:net');

const [port, host, hostPort] = process.argv.slice(2);
createServer((client) => {
  const server = connect({ host, port: Number(hostPort) });
  for (const [one, other] of [
    [client, server],
    [server, client],
  ]) {
    one.pipe(other);
    one.on('error', () => other.destroy());
  }
}).listen(Number(port));
