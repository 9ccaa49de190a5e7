/** The uids under which Grafana knows its data sources: dashboards and links name them. */
export const DATA_SOURCES = {
  prometheus: { type: 'prometheus', uid: 'prometheus' },
  loki: { type: 'loki', uid: 'loki' },
  tempo: { type: 'tempo', uid: 'tempo' },
} as const;
