import { ATTRIBUTES, lokiLabel } from '../attributes';
import { DATA_SOURCES } from './data-sources';
import { dashboardPath, DASHBOARDS, type DashboardUid } from './link';
import type { DataLink } from './model';

/** LogQL: the lines that a service's pods wrote. The log collector names a line's service after the pod's label `app.kubernetes.io/name`. */
export function logsOf({ namespace, service }: { readonly namespace: string; readonly service: string }): string {
  return `{${lokiLabel(ATTRIBUTES.namespace)}="${namespace}", ${lokiLabel(ATTRIBUTES.service)}="${service}"}`;
}

/** LogQL: the lines that one pod, or those of a pattern, wrote. */
function logsOfPods(namespace: string, pods: string): string {
  return `{${lokiLabel(ATTRIBUTES.namespace)}=~"${namespace}", ${lokiLabel(ATTRIBUTES.pod)}=~"${pods}"}`;
}

/** TraceQL: a service's spans that took longer, such as `500ms`. */
export function slowTracesOf(traceService: string, longerThan: string): string {
  return `{resource.${ATTRIBUTES.service}="${traceService}" && duration > ${longerThan}}`;
}

/** From a value to the logs of a service. */
export function logsLink(of: { readonly namespace: string; readonly service: string }): DataLink {
  return lokiLink(`Logs of ${of.service}`, logsOf(of));
}

/** From a value to the logs of a pod; the namespace may be a pattern. */
export function podLogsLink(namespace: string, pod: string): DataLink {
  return lokiLink(`Logs of ${pod}`, logsOfPods(namespace, pod));
}

function lokiLink(title: string, expr: string): DataLink {
  return {
    title,
    url: exploreUrl(DATA_SOURCES.loki, { expr, queryType: 'range' }),
    targetBlank: false,
  };
}

/** From a value to the logs of every pod of a namespace. */
export function namespaceLogsLink(namespace: string): DataLink {
  return lokiLink('Logs of all services', `{${lokiLabel(ATTRIBUTES.namespace)}="${namespace}"}`);
}

/** From a value to the slow traces of a service. */
export function slowTracesLink(traceService: string, longerThan: string): DataLink {
  return tracesLink(`Traces of ${traceService} over ${longerThan}`, slowTracesOf(traceService, longerThan));
}

/** From a value to the traces that TraceQL finds. */
export function tracesLink(title: string, query: string): DataLink {
  return {
    title,
    url: exploreUrl(DATA_SOURCES.tempo, { query, queryType: 'traceql', tableType: 'traces', limit: 20, filters: [] }),
    targetBlank: false,
  };
}

/** From a value to the dashboard of its service. */
export function serviceLink(service: string): DataLink {
  return { ...dashboardLink('service', `&var-service=${service}`), title: `Dashboard of ${service}` };
}

/** From a value to another dashboard, at the same time. */
export function dashboardLink(uid: DashboardUid, variables = ''): DataLink {
  return {
    title: `Dashboard ${DASHBOARDS[uid].title}`,
    url: `${dashboardPath(uid)}?\${__url_time_range}${variables}`,
    targetBlank: false,
  };
}

/** What a data source is asked in Explore. */
type ExploreQuery = Readonly<Record<string, string | number | readonly never[]>>;

/**
 * The address at which Explore asks a data source for the dashboard's range of time.
 * https://grafana.com/docs/grafana/v11.4/explore/get-started-with-explore/#generate-explore-urls-from-external-tools
 */
function exploreUrl(datasource: { readonly type: string; readonly uid: string }, query: ExploreQuery): string {
  const pane = {
    datasource: datasource.uid,
    queries: [{ refId: 'A', datasource, ...query }],
    range: { from: '${__from}', to: '${__to}' },
  };
  return `/explore?schemaVersion=1&orgId=1&panes=${encodeOutsideVariables(JSON.stringify({ one: pane }))}`;
}

/** Grafana fills in variables before a browser reads the address: they are left as they stand. */
function encodeOutsideVariables(text: string): string {
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part) => (part.startsWith('${') ? part : encodeURIComponent(part)))
    .join('');
}
