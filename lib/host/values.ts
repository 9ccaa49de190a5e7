import { posix } from 'node:path';
import { readAsset } from './assets';
import { accessName, sourceRanges, type GeneratedFile, type HostAccess, type HostEndpoint } from './model';

/** Where the file with Redis' password is, seen from the folder that the scripts are in. */
export function redisPasswordPath(access: HostAccess): string {
  return posix.relative(access.folder, access.redisPasswordFile);
}

function serverLine(access: HostAccess, endpoint: HostEndpoint): string {
  const { kind, name, port } = endpoint;
  const rest = kind === 'postgresql' ? endpoint.superuser : redisPasswordPath(access);
  return [kind, name, port, rest].join(' ');
}

/** What the scripts read: the values, and the shell functions that check and read them, where their form is described. */
export function valuesFiles(access: HostAccess): ReadonlyMap<string, GeneratedFile> {
  const lines = [
    '# Generated from the environment; do not edit. What the lines mean stands in values.sh, by which the scripts here read them.',
    'version 1',
    `name ${accessName(access)}`,
    ...sourceRanges(access).map((range) => `range ${range}`),
    ...access.endpoints.map((endpoint) => serverLine(access, endpoint)),
    'end',
  ];
  return new Map([
    ['host.values', { content: lines.map((line) => `${line}\n`).join('') }],
    ['values.sh', { content: readAsset('lib/host/values.sh') }],
  ]);
}
