import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Dashboard } from '../../lib/observability/dashboards/model';
import { type Answer, page, PAGE_WIDTH, pageHeight, type PageProps } from './page';

export type { Answer, PageProps } from './page';

/**
 * Draws a dashboard from the answers to its queries, as Grafana would: a picture of real data where Grafana itself cannot be had.
 * It needs Debian's package chromium.
 *
 * @param answers the JSON bodies that Prometheus, Loki and Tempo sent, each with its panel's title and its query's refId
 *   (`dashboardQueries()` has both). Queries over time are asked by `query_range`, the others by `query`.
 * @param file the picture: a PNG.
 */
export async function drawDashboard(
  dashboard: Dashboard,
  answers: readonly Answer[],
  file: string,
  props: PageProps = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
  try {
    const html = join(folder, 'page.html');
    await writeFile(html, page(dashboard, answers, props));
    await promisify(execFile)('chromium', [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--user-data-dir=${join(folder, 'profile')}`,
      `--window-size=${PAGE_WIDTH},${pageHeight(dashboard)}`,
      `--screenshot=${file}`,
      pathToFileURL(html).href,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
