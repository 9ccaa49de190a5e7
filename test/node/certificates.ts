import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate, as cert-manager writes it into a Secret. */
export type Certificate = Readonly<Record<'tls.crt' | 'tls.key' | 'ca.crt', string>>;

/** The files of a CA. */
export interface CertificateAuthority {
  readonly certificate: string;
  readonly key: string;
}

/**
 * A certificate for these names and addresses.
 *
 * @param authority who signs it
 * @default - a CA of its own
 */
export function issueCertificate(names: readonly string[], authority?: CertificateAuthority): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', [...args], { cwd: folder, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  const { certificate, key } = authority ?? { certificate: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
  try {
    if (authority === undefined) {
      openssl('req', '-x509', ...newKey, '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=ca');
    }
    openssl('req', ...newKey, '-keyout', 'tls.key', '-out', 'request', '-subj', '/CN=server');
    const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`);
    writeFileSync(join(folder, 'names'), `subjectAltName=${alternatives.join(',')}\n`);
    openssl(
      ...[
        'x509',
        '-req',
        '-in',
        'request',
        '-CA',
        certificate,
        '-CAkey',
        key,
        '-CAserial',
        'serial',
        '-CAcreateserial',
      ],
      ...['-out', 'tls.crt', '-days', '2', '-extfile', 'names'],
    );
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    return { 'tls.crt': read('tls.crt'), 'tls.key': read('tls.key'), 'ca.crt': readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
