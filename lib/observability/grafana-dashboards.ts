import type { Construct } from 'constructs';
import { ConfigMap } from '../constructs/config-map';
import { InvalidPropError } from '../constructs/invalid-prop';
import type { Component } from '../constructs/labels';
import { toYaml } from '../synth/yaml';

/**
 * A dashboard as data: Grafana's JSON model. More fields than these make it one; Grafana itself exports them.
 * https://grafana.com/docs/grafana/v11.4/dashboards/build-dashboards/view-dashboard-json-model/
 */
export interface GrafanaDashboard {
  /** What its address and its ConfigMap are called by: at most 40 small letters, digits and '-'. */
  readonly uid: string;
  /** Its title. */
  readonly title: string;
}

/** A ConfigMap, and where Grafana finds it. */
export interface ProvisionedFile {
  readonly path: string;
  readonly configMap: ConfigMap;
}

const PROVIDERS_FOLDER = '/etc/grafana/provisioning/dashboards';
const DASHBOARDS_FOLDER = '/etc/grafana/dashboards';

/** Folder in Grafana. */
const FOLDER = 'Platform';

/** https://grafana.com/docs/grafana/v11.4/administration/provisioning/#dashboards */
interface DashboardProviders {
  readonly apiVersion: 1;
  readonly providers: readonly {
    readonly name: string;
    readonly orgId: number;
    readonly folder: string;
    readonly type: 'file';
    readonly disableDeletion: boolean;
    readonly allowUiUpdates: boolean;
    readonly options: { readonly path: string; readonly foldersFromFilesStructure: boolean };
  }[];
}

const PROVIDERS: DashboardProviders = {
  apiVersion: 1,
  providers: [
    {
      name: 'dashboards',
      orgId: 1,
      folder: FOLDER,
      type: 'file',
      // A dashboard that is no longer given goes.
      disableDeletion: false,
      allowUiUpdates: false,
      options: { path: DASHBOARDS_FOLDER, foldersFromFilesStructure: false },
    },
  ],
};

/**
 * The ConfigMaps of dashboards: one for each, so that a change of one is seen as such and none outgrows what an object may hold, and the
 * one by which Grafana finds them.
 *
 * @throws InvalidPropError for a uid that is no name or given twice, and for a dashboard that is too large.
 */
export function provisionDashboards(
  scope: Construct,
  component: Component & { readonly name: string },
  dashboards: readonly GrafanaDashboard[],
): readonly ProvisionedFile[] {
  checkDashboards(scope, dashboards);
  const configMap = (id: string, data: Readonly<Record<string, string>>): ConfigMap =>
    new ConfigMap(scope, `${component.name}-${id}`, { ...component, data });
  return dashboards.length === 0
    ? []
    : [
        { path: PROVIDERS_FOLDER, configMap: configMap('dashboards', { 'dashboards.yaml': toYaml(PROVIDERS) }) },
        ...dashboards.map((dashboard) => ({
          path: folderOf(dashboard),
          configMap: configMap(`dashboard-${dashboard.uid}`, { [fileOf(dashboard)]: toJson(dashboard) }),
        })),
      ];
}

/** The setting that makes the first dashboard what Grafana opens with. */
export function homeSetting([first]: readonly GrafanaDashboard[]): Readonly<Record<string, string>> {
  return first === undefined
    ? {}
    : { GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${folderOf(first)}/${fileOf(first)}` };
}

function folderOf({ uid }: GrafanaDashboard): string {
  return `${DASHBOARDS_FOLDER}/${uid}`;
}

function fileOf({ uid }: GrafanaDashboard): string {
  return `${uid}.json`;
}

/** One line for each field, so that a reviewer sees what changed. */
function toJson(dashboard: GrafanaDashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}

/** `kubectl apply` keeps a copy of the object in an annotation, and annotations hold so many bytes. */
const MAX_BYTES = 262_144;

/** Room in the copy for what else the object says. */
const METADATA_BYTES = 4096;

function checkDashboards(scope: Construct, dashboards: readonly GrafanaDashboard[]): void {
  dashboards.forEach((dashboard, index) => {
    const { uid } = dashboard;
    const prop = `dashboards[${index}]`;
    if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(uid)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.uid`,
        value: uid,
        reason: 'neither a uid of Grafana nor a part of the name of a ConfigMap.',
        remedy: "Use at most 40 small letters, digits and '-', the first and last no '-'.",
      });
    }
    if (dashboards.findIndex((other) => other.uid === uid) !== index) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.uid`,
        value: uid,
        reason: 'given twice: of two dashboards of one uid Grafana loads neither again.',
        remedy: 'Give each dashboard a uid of its own.',
      });
    }
    const bytes = Buffer.byteLength(JSON.stringify(toJson(dashboard)));
    if (bytes > MAX_BYTES - METADATA_BYTES) {
      throw new InvalidPropError(scope, {
        prop,
        value: uid,
        reason: `${bytes} bytes in a ConfigMap, and kubectl apply keeps a copy in an annotation, which holds ${MAX_BYTES}.`,
        remedy: 'Make two dashboards of it.',
      });
    }
  });
}
