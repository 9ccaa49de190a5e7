import type { IConstruct } from 'constructs';
import { InvalidPropError } from '../constructs/invalid-prop';

/** Checks the address at which people open Grafana. */
export function checkGrafanaUrl(scope: IConstruct, prop: string, url: string | undefined): void {
  if (url !== undefined && !(URL.canParse(url) && /^https?:\/\/[^\s?#]+$/.test(url))) {
    throw new InvalidPropError(scope, {
      prop,
      value: url,
      reason: 'not an address that a browser opens, and every link to Grafana would lead nowhere.',
      remedy: 'Give scheme and host, such as https://grafana.example.com, without query and fragment.',
    });
  }
}
