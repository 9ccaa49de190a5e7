import { BlockList, isIP } from 'node:net';
import { textAt, textsAt } from '../manifest/plain-data';

/** A range of addresses. */
class Range {
  private constructor(
    private readonly first: string,
    private readonly bits: number,
    private readonly family: 'ipv4' | 'ipv6',
    private readonly list: BlockList,
  ) {}

  /** @returns undefined where the text is no range, which an API server refuses */
  public static parse(cidr: string): Range | undefined {
    const [, first = '', bits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(cidr) ?? [];
    const family = familyOf(first);
    if (family === undefined || Number(bits) > (family === 'ipv4' ? 32 : 128)) {
      return undefined;
    }
    const list = new BlockList();
    list.addSubnet(first, Number(bits), family);
    return new Range(first, Number(bits), family, list);
  }

  public has(address: string): boolean {
    return familyOf(address) === this.family && this.list.check(address, this.family);
  }

  public covers(other: Range): boolean {
    return this.bits <= other.bits && this.has(other.first);
  }

  public meets(other: Range): boolean {
    return this.covers(other) || other.covers(this);
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  switch (isIP(address)) {
    case 4:
      return 'ipv4';
    case 6:
      return 'ipv6';
    default:
      return undefined;
  }
}

/** Where pods have their addresses: ranges that are nobody's on the Internet (RFC 1918, RFC 6598, RFC 4193). */
const POD_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].flatMap(
  (cidr) => Range.parse(cidr) ?? [],
);

/**
 * An `ipBlock` of a NetworkPolicy. It matches pods too, by their addresses: Kubernetes' own conformance tests ask for that
 * (test/e2e/network/netpol/network_policy.go, "should allow egress access to server in CIDR block").
 */
export class IpBlock {
  private constructor(
    private readonly range: Range,
    private readonly except: readonly Range[],
  ) {}

  /** @returns undefined where it has no range */
  public static of(manifest: unknown): IpBlock | undefined {
    const range = Range.parse(textAt(manifest, 'cidr'));
    return (
      range &&
      new IpBlock(
        range,
        textsAt(manifest, 'except').flatMap((cidr) => Range.parse(cidr) ?? []),
      )
    );
  }

  /** Whether an address is in it. */
  public has(address: string): boolean {
    return this.range.has(address) && !this.except.some((range) => range.has(address));
  }

  /** Whether a pod of which nobody knows the address may be in it. */
  public mayHavePods(): boolean {
    return POD_RANGES.some(
      (pods) => this.range.meets(pods) && !this.except.some((range) => range.covers(pods) || range.covers(this.range)),
    );
  }

  /** Whether every address of a family is in it. */
  public hasAll(): boolean {
    return this.except.length === 0 && EVERYTHING.some((all) => this.range.covers(all));
  }
}

const EVERYTHING = ['0.0.0.0/0', '::/0'].flatMap((cidr) => Range.parse(cidr) ?? []);
