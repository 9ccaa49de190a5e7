import { DASHBOARDS, type DashboardUid, panelId, type PanelKey } from './link';
import type { Annotation, Dashboard, Panel, PanelContent, RowPanel, Variable } from './model';

/** A group of panels under a heading. */
export interface Row<Key> {
  /**
   * The heading.
   * @default - none, for what stands at the top
   */
  readonly title?: string;
  readonly lines: readonly Line<Key>[];
}

/** Panels side by side. */
export interface Line<Key> {
  /** In rows of the grid, of 30 pixels. */
  readonly height: number;
  readonly panels: readonly Key[];
  /**
   * Their widths, of 24 columns in all.
   * @default - as equal as they can be
   */
  readonly widths?: readonly number[];
}

/** Props of {@link dashboard}. */
export interface DashboardProps<Uid extends DashboardUid> {
  readonly description: string;
  readonly panels: Readonly<Record<PanelKey<Uid>, PanelContent>>;
  readonly rows: readonly Row<PanelKey<Uid>>[];
  readonly variables?: readonly Variable[];
  readonly annotations?: readonly Annotation[];
}

const COLUMNS = 24;

/** The tag by which the dashboards find each other. */
const TAG = 'platform';

/** Headings are numbered from here on, so that a panel more changes none of them. */
const FIRST_ROW_ID = 1000;

/** A dashboard with its panels in their places. */
export function dashboard<Uid extends DashboardUid>(uid: Uid, props: DashboardProps<Uid>): Dashboard {
  const { description, panels, rows, variables = [], annotations = [] } = props;
  return {
    uid,
    title: DASHBOARDS[uid].title,
    description,
    tags: [TAG],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: 'now-1h', to: 'now' },
    refresh: '30s',
    links: [
      {
        type: 'dashboards',
        title: 'Dashboards',
        tags: [TAG],
        icon: 'external link',
        tooltip: '',
        asDropdown: false,
        includeVars: false,
        keepTime: true,
        targetBlank: false,
      },
    ],
    annotations: { list: annotations },
    templating: { list: variables },
    panels: place(rows, (key) => {
      const content: PanelContent = panels[key];
      return { ...content, id: panelId(uid, key) };
    }),
  };
}

function place<Key>(
  rows: readonly Row<Key>[],
  contentOf: (key: Key) => PanelContent & { readonly id: number },
): (Panel | RowPanel)[] {
  const placed: (Panel | RowPanel)[] = [];
  let y = 0;
  rows.forEach(({ title, lines }, index) => {
    if (title !== undefined) {
      const gridPos = { x: 0, y, w: COLUMNS, h: 1 };
      placed.push({ type: 'row', id: FIRST_ROW_ID + index, title, collapsed: false, gridPos, panels: [] });
      y += gridPos.h;
    }
    for (const { height, panels, widths = equalWidths(panels.length) } of lines) {
      let x = 0;
      panels.forEach((key, column) => {
        const w = widths[column] ?? 0;
        placed.push({ ...contentOf(key), gridPos: { x, y, w, h: height } });
        x += w;
      });
      y += height;
    }
  });
  return placed;
}

/** Widths that differ by one column at most. */
function equalWidths(count: number): number[] {
  const edge = (index: number): number => Math.floor((COLUMNS * index) / count);
  return Array.from({ length: count }, (_, index) => edge(index + 1) - edge(index));
}
