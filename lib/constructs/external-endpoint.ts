import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { IConstruct } from 'constructs';
import { checkSourceKey } from './config-map';
import type { Endpoint, EndpointTls } from './endpoint';
import { InvalidPropError } from './invalid-prop';
import { checkPort } from './port';
import { checkRange, isDnsName } from './validation';

/** What {@link externalEndpoint} must know of a server. */
export interface ExternalEndpointProps {
  /** A DNS name that the cluster's DNS resolves, or an address. With {@link tls} its certificate must be for it. */
  readonly host: string;
  /** Port on which it answers: 1 to 65535. */
  readonly port: number;
  /**
   * Ranges of the addresses that a DNS name may stand for, such as `10.0.64.0/20`: network policies know no names.
   * @default - not known; of an address, itself
   */
  readonly ranges?: readonly string[];
  /**
   * How clients trust it.
   * @default - they connect without TLS
   */
  readonly tls?: EndpointTls;
}

/**
 * Where clients connect to a server outside the cluster by its own name, as they must where they check whose certificate it has: behind the alias that
 * `ExternalHostService` makes they would ask for a certificate of the alias. It makes no object.
 *
 * @throws InvalidPropError for a host that is none, leads back into the pod, or is a URL; for what is no port, no range and no key.
 */
export function externalEndpoint(scope: IConstruct, { host, port, ranges, tls }: ExternalEndpointProps): Endpoint {
  checkHost(scope, 'host', host);
  checkPort(scope, 'port', port);
  checkRanges(scope, ranges, [normalized(host)]);
  if (tls !== undefined) {
    checkSourceKey(scope, 'tls.ca', tls.ca);
  }
  return {
    host: normalized(host),
    port,
    ...(ranges !== undefined && { peer: { type: 'addresses', ranges } }),
    ...(tls !== undefined && { tls }),
  };
}

/** Whether a text is an address, without a zone: an interface of the machine that would use it. */
export function isAddress(host: string): boolean {
  return isIPv4(host) || (isIPv6(host) && !host.includes('%'));
}

/** One spelling for each host. The API server takes an IPv6 address in its canonical form alone (RFC 5952), and none that stands for IPv4. */
export function normalized(host: string): string {
  if (isAddress(host) && !isIPv4(host)) {
    const canonical = new URL(`http://[${host}]`).hostname.slice(1, -1);
    const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical) ?? [];
    return high === undefined || low === undefined ? canonical : dotted(parseInt(high, 16), parseInt(low, 16));
  }
  return host.toLowerCase().replace(/\.$/, '');
}

/** An IPv4 address of its upper and lower 16 bits. */
function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Addresses that are no server's, or mean another machine in every pod. */
const UNROUTABLE = new BlockList();
UNROUTABLE.addSubnet('0.0.0.0', 8);
UNROUTABLE.addSubnet('127.0.0.0', 8);
UNROUTABLE.addSubnet('169.254.0.0', 16);
UNROUTABLE.addSubnet('224.0.0.0', 3); // multicast, reserved and broadcast
UNROUTABLE.addAddress('::', 'ipv6');
UNROUTABLE.addAddress('::1', 'ipv6');
UNROUTABLE.addSubnet('fe80::', 10, 'ipv6');
UNROUTABLE.addSubnet('ff00::', 8, 'ipv6');

/** What a pod, or the node, calls itself: RFC 6761, and what Linux distributions write into /etc/hosts. */
const LOCALHOST = /(^|\.)localhost$|^(localhost[46]?\.localdomain[46]?|localhost[46]|ip6-localhost|ip6-loopback)$/;

/** The error of a host, which shows no password. */
export function invalidHost(
  scope: IConstruct,
  prop: string,
  host: string,
  reason: string,
  remedy: string,
): InvalidPropError {
  // What stands before an @ in a URL is a password, or may be.
  return new InvalidPropError(scope, { prop, value: host.replace(/^.*@/s, '***@'), reason, remedy });
}

/** Checks that pods may find another machine by a host. */
export function checkHost(scope: IConstruct, prop: string, given: string): void {
  const host = normalized(given);
  const invalid = (reason: string, remedy: string): InvalidPropError => invalidHost(scope, prop, given, reason, remedy);
  if (isAddress(host)) {
    if (UNROUTABLE.check(host, isIPv4(host) ? 'ipv4' : 'ipv6')) {
      throw invalid(
        "no server's address, or one that means something else in every pod (unspecified, loopback, link-local, multicast or reserved).",
        'Give an address of the server that pods can reach.',
      );
    }
    return;
  }
  if (host.includes('://') || host.includes('/')) {
    throw invalid('a URL, where a host is wanted.', 'Give the host alone: its port has a prop of its own.');
  }
  if (/:\d+$/.test(host)) {
    throw invalid('a host with a port.', 'Give the host alone: its port has a prop of its own.');
  }
  if (!isDnsName(host)) {
    throw invalid(
      'neither a DNS name nor an IPv4 or IPv6 address.',
      'Give a name such as host.k3d.internal, or an address.',
    );
  }
  if (LOCALHOST.test(host)) {
    throw invalid('the pod itself, in every pod that asks for it.', 'Give a name of the server that pods can resolve.');
  }
}

/** Checks the ranges of what is not given by address. */
export function checkRanges(scope: IConstruct, ranges: readonly string[] | undefined, hosts: readonly string[]): void {
  if (ranges === undefined) {
    return;
  }
  if (hosts.every(isAddress) || ranges.length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'ranges',
      value: ranges,
      reason:
        ranges.length === 0
          ? 'no range, and a network policy would take that for every address.'
          : 'given beside addresses, which say it all.',
      remedy: 'Leave it out.',
    });
  }
  ranges.forEach((range, index) => {
    checkRange(scope, `ranges[${index}]`, range);
  });
}
