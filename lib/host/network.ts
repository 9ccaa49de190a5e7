import { isIPv4 } from 'node:net';

/** A range of IPv4 addresses. */
export interface Range {
  /** As it was given: `172.21.0.0/16`. */
  readonly text: string;
  /** The first and the last address, as numbers. */
  readonly first: number;
  readonly last: number;
}

/**
 * Reads `ADDRESS/BITS`, or a bare address, which is a range of one. Undefined when it is neither, or when the address is
 * not the range's first: nftables and PostgreSQL would silently read `172.21.0.1/16` as something wider than it looks.
 */
export function parseRange(text: string): Range | undefined {
  const [address = '', bitsText = '32', ...rest] = text.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bitsText) || Number(bitsText) > 32 || rest.length > 0) return undefined;
  const first = address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(bitsText));
  return first % size === 0 ? { text, first, last: first + size - 1 } : undefined;
}

/** Whether two ranges have an address in common. */
export function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Whether every address of `inner` is in `outer`. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** The nth address of a range, written with dots; Docker gives the first one (n = 1) to the host as the network's gateway. */
export function addressAt(range: Range, n: number): string {
  const number = range.first + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/**
 * Checks a cluster's ranges, by the names of their fields: IPv4 ranges with their length, without an address in common.
 *
 * @param refuse throws, and says whose ranges these are.
 */
export function checkRanges(
  fields: Readonly<Record<string, string>>,
  refuse: (field: string, value: string, reason: string, remedy: string) => never,
): void {
  const ranges: { readonly field: string; readonly range: Range }[] = [];
  for (const [field, text] of Object.entries(fields)) {
    const range = parseRange(text);
    if (range === undefined || !text.includes('/')) {
      return refuse(
        field,
        text,
        'not an IPv4 range; firewall rules and k3s take it literally.',
        'Write its first address and its length, such as 172.21.0.0/16.',
      );
    }
    const other = ranges.find((earlier) => overlap(earlier.range, range));
    if (other !== undefined) {
      refuse(
        field,
        text,
        `overlaps with ${other.field} ${other.range.text}: packets for one would be sent to the other.`,
        'Choose ranges that have no address in common.',
      );
    }
    ranges.push({ field, range });
  }
}
