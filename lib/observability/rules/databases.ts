import type { Alert, RuleGroup } from './model';
import { unavailable } from './pods';
import { label, series } from './promql';
import type { RuleDatabase, RulesProps } from './props';

// Connections to databases, as HikariCP counts them: https://github.com/brettwooldridge/HikariCP

/** Connection pools: whether they have connections, and enough. */
export function databaseRules(props: RulesProps): readonly RuleGroup[] {
  const { databases = [] } = props;
  return databases.length === 0
    ? []
    : [{ name: 'databases', alerts: [databaseUnreachable(props, databases), poolExhausted(props)] }];
}

const CONNECTION_TROUBLE = "grep --extended-regexp --ignore-case 'hikari|sqlstate|connection'";

function byPod(namespace: string, metric: string): string {
  return `max by (namespace, service, pod) (${series(metric, { namespace })})`;
}

function databaseUnreachable({ namespace }: RulesProps, databases: readonly RuleDatabase[]): Alert {
  const timeouts = `increase(${series('hikaricp_connections_timeout_total', { namespace })}[2m])`;
  // Of one service that does not start nobody can tell whether its database is at fault; of all that use a server one can.
  const noneStarts = databases
    .filter(({ services }) => services.length > 1)
    .map(({ services }) => {
      const down = `(${unavailable({ namespace: [namespace], service: services })})`;
      return `${down} and on (namespace) count by (namespace) ${down} == ${services.length}`;
    });
  return {
    name: 'DatabaseUnreachable',
    severity: 'critical',
    for: '2m',
    expr: [
      // A pool keeps as many connections as it may have. It tests one before it lends it and, idle, every so often, and drops those that are dead.
      `min by (namespace, service) (${byPod(namespace, 'hikaricp_connections')}) == 0`,
      `count by (namespace, service) (max by (namespace, service, pod) (${timeouts}) > 0 and ${byPod(namespace, 'hikaricp_connections')} < ${byPod(namespace, 'hikaricp_connections_max')})`,
      ...noneStarts,
    ].join(' or '),
    summary: `${label('service')} does not reach its database`,
    description:
      'Its connection pool is empty, or makes no new connections while requests wait in vain, or none of the services that use the server starts.',
    impact: 'Whatever needs the database fails: most requests.',
    action: `kubectl --namespace ${label('namespace')} logs --selector app.kubernetes.io/name=${label('service')} --prefix --since 5m --tail -1 | ${CONNECTION_TROUBLE}`,
    panel: { dashboard: 'service', panel: 'pool', variables: { service: label('service') } },
  };
}

function poolExhausted({ namespace }: RulesProps): Alert {
  return {
    name: 'ConnectionPoolExhausted',
    severity: 'warning',
    for: '5m',
    expr:
      `${byPod(namespace, 'hikaricp_connections_pending')} > 0 and ` +
      `${byPod(namespace, 'hikaricp_connections_active')} >= ${byPod(namespace, 'hikaricp_connections_max')}`,
    summary: `{{ $value }} threads of pod ${label('pod')} wait for a connection to the database`,
    description:
      'Every connection of the pool is in use, and was for five minutes: queries take too long, or connections are not given back.',
    impact: 'Requests wait for a connection, and fail after half a minute.',
    action: `kubectl --namespace ${label('namespace')} logs ${label('pod')} --since 15m --tail -1 | ${CONNECTION_TROUBLE}`,
    panel: { dashboard: 'service', panel: 'pool', variables: { service: label('service') } },
  };
}
