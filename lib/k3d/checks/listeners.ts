import type { System } from '../../host/system';

export interface Listener {
  readonly address: string;
  /** `NAME (pid PID)`, where it may be seen. */
  readonly process?: string;
}

/** Who listens on a TCP port, by ss; undefined where ss cannot tell. */
export async function listeners(system: System, port: number): Promise<readonly Listener[] | undefined> {
  const result = await system.run(['ss', '-H', '-l', '-t', '-n', '-p', `sport = :${port}`]);
  if (result.kind !== 'exited' || result.code !== 0) return undefined;
  return result.stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const local = line.trim().split(/\s+/)[3] ?? '';
      const [, name, pid] = /\(\("([^"]+)",pid=(\d+)/.exec(line) ?? [];
      const address = local
        .slice(0, local.lastIndexOf(':'))
        .replace(/^\[(.*)\]$/, '$1')
        .replace(/%.*$/, '');
      return name === undefined || pid === undefined ? { address } : { address, process: `${name} (pid ${pid})` };
    });
}
