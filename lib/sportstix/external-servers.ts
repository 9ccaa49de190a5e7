import type { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Endpoint, EndpointTls } from '../constructs/endpoint';
import { externalEndpoint } from '../constructs/external-endpoint';
import { ExternalHostService } from '../constructs/external-host-service';
import type { Environment, ExternalServer, Servers } from './environment';
import { rangesOf } from './network';
import { fromEach } from './servers';

/** A server outside of the cluster, as services reach it. */
export interface ReachedServer {
  readonly name: string;
  readonly endpoint: Endpoint;
}

/** The servers outside of the cluster. */
export interface ReachedServers {
  readonly postgres: Servers<ReachedServer>;
  readonly redis: Servers<ReachedServer>;
}

/**
 * Makes what leads to the servers outside of the cluster. One that speaks TLS is reached by its own name, which its certificate is for.
 *
 * @param scope named in errors.
 * @param chart gives the chart of that name.
 * @param trust how a server is trusted; undefined for one that does not speak TLS.
 */
export function addServers(
  scope: Construct,
  chart: (name: string) => Chart,
  environment: Environment,
  trust: (server: ExternalServer) => EndpointTls | undefined,
): ReachedServers {
  let services: Chart | undefined;
  const reached = (server: ExternalServer, component: string, portName: string): ReachedServer => {
    const { name, host, port } = server;
    const ranges = rangesOf(environment, server);
    const known = { host, ...(ranges !== undefined && { ranges }) };
    const tls = trust(server);
    const endpoint =
      tls !== undefined
        ? externalEndpoint(scope, { ...known, port, tls })
        : new ExternalHostService((services ??= chart('external-hosts')), name, {
            ...known,
            component,
            ports: [{ name: portName, port }],
          }).endpoint();
    return { name, endpoint };
  };
  return {
    postgres: fromEach(environment.postgres, (server) => reached(server, 'database', 'postgresql')),
    redis: fromEach(environment.redis, (server) => reached(server, 'cache', 'redis')),
  };
}
