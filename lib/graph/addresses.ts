import { loadAll } from 'js-yaml';

// Addresses in texts: variables, arguments, configuration files. A text that only looks like one is none: `12:30`, an image, what a server
// listens on itself. What decides is the text's shape, the name that it is given under, and whether there is such a Service.

/** A text, and the name that it has: of a variable, of a flag, or the keys that lead to it in a file. */
export interface NamedText {
  readonly keys: readonly string[];
  readonly value: string;
}

/** A text with the words of its name, in small letters, per key. */
interface Text extends NamedText {
  readonly name: readonly (readonly string[])[];
}

/** An address, as it stands in a text. */
export interface Address {
  readonly host: string;
  readonly port: number | undefined;
  readonly protocol: 'TCP' | 'UDP';
}

/** Whether a host is a Service that there is, or a pod behind one; with a port, whether it has that. */
export type IsService = (host: string, port?: number) => boolean;

/** What stands for a part of a text that nobody knows before: a variable, a secret. */
export const UNKNOWN = '\uFFFD';

/** What something else replaces: a shell, Spring, a template. */
export const PLACEHOLDER = /\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)/g;

/** Ports that go without saying (https://www.iana.org/assignments/service-names-port-numbers). */
const PORTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    amqp: 5672,
    amqps: 5671,
    cassandra: 9042,
    elasticsearch: 9200,
    http: 80,
    https: 443,
    kafka: 9092,
    ldap: 389,
    ldaps: 636,
    mariadb: 3306,
    memcached: 11211,
    mongo: 27017,
    mongodb: 27017,
    mqtt: 1883,
    mqtts: 8883,
    mssql: 1433,
    mysql: 3306,
    nats: 4222,
    oracle: 1521,
    postgres: 5432,
    postgresql: 5432,
    rabbitmq: 5672,
    redis: 6379,
    rediss: 6379,
    smtp: 25,
    smtps: 465,
    sqlserver: 1433,
    ws: 80,
    wss: 443,
    zookeeper: 2181,
  }),
);

/** Schemes of what is no server, or of a name that is looked up otherwise. */
const NO_SERVERS = new Set(
  'abfs abfss arn classpath data docker file git gs mongodb+srv oci s3 s3a s3n spiffe unix urn wasb'.split(' '),
);

const UDP_SCHEMES = new Set(['udp', 'syslog', 'statsd', 'gelf']);

/** Words of names under which there are addresses. */
const ADDRESSES = new Set(
  (
    'addr address addresses addrs backend backends bootstrap broker brokers connect connection contact coordinator dsn ' +
    'endpoint endpoints gateway host hostname hosts instances join leader master members nodes peers points primary proxy ' +
    'remote seed seeds sentinels server servers target targets uri uris upstream upstreams url urls voters'
  ).split(' '),
);

/** Words of names under which there is an address of one's own, or for somebody else to use, or no address. */
const NO_ADDRESSES = new Set(
  (
    'advertise advertised allowed allowlist bind callback cookie cors cron docs domain domains homepage image images license listen ' +
    'listener listeners origin origins realm redirect registry repository sans schedule schema tag time version xmlns'
  ).split(' '),
);

/** What a server calls its own host and port, rather than those of another. */
const OWN = new Set('app grpc http https ingress management metrics public server virtual web'.split(' '));

/** Names of where others find oneself. */
const OWN_URL = /(^| )(app|external|frontend|public|root|site|web) ur[il]s?$/;

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`);
const HOST_PORT = /^(?:\d+@)?([A-Za-z0-9.-]+):(\d{1,5})(?:\/.*)?$/;
/** The parts of a scheme are short, so that a long text takes no time that grows with its square. */
const URL_PATTERN =
  /([A-Za-z][\w+.-]{0,30}(?::[\w+.-]{1,30}){0,3}):@?\/\/((?:(?![A-Za-z][\w+.-]{0,30}:\/\/)[^\s/?#"'`<>\\|^;])*)/g;
const ORACLE_PATTERN = /jdbc:oracle:\w+:@([\w.-]+):(\d{1,5})/g;
/** The name of a Service, or of a pod behind it, in full. */
const IN_CLUSTER = new RegExp(`^(?:${LABEL}\\.)?${LABEL}\\.${LABEL}\\.svc(?:\\.${LABEL})*\\.?$`);

/** What an address is written with. */
const CANDIDATE = /:\/\/|:\d|\.svc|jdbc:oracle/;
const HOST_CANDIDATE = /(?:host|hostname|server|addr|address)$/i;

/**
 * The addresses in each of some texts that belong together, such as the variables of a container.
 *
 * @param valueOf what is known under a name besides
 */
export function addressesIn(
  texts: readonly NamedText[],
  isService: IsService,
  valueOf: (name: string) => string | undefined = () => undefined,
): readonly (readonly Address[])[] {
  let byName: ReadonlyMap<string, string> | undefined;
  const lookup = (keys: readonly string[]): string | undefined => {
    byName ??= new Map(texts.map((text) => [text.keys.join('.'), text.value]));
    const name = keys.join('.');
    return byName.get(name) ?? valueOf(name);
  };
  return texts.map(({ keys, value }) => {
    const isCandidate = CANDIDATE.test(value);
    const isHost = HOST_CANDIDATE.test(keys.at(-1) ?? '');
    if (!isCandidate && !isHost) {
      return [];
    }
    const text = { keys, value, name: keys.map(wordsOf) };
    const found = new Map<string, Address>();
    const single = isHost ? [...alone(text, lookup, isService)] : [];
    for (const address of single.length > 0 ? single : [...urls(text, isService), ...listed(text, isService)]) {
      if (!isOwn(address.host)) {
        found.set(`${address.host}:${address.port ?? ''}`, address);
      }
    }
    return [...found.values()];
  });
}

function* urls(text: Text, isService: IsService): Generator<Address> {
  for (const [, host = '', port = ''] of text.value.matchAll(ORACLE_PATTERN)) {
    yield { host, port: Number(port), protocol: 'TCP' };
  }
  if (!text.value.includes('//')) {
    return;
  }
  for (const [, written = '', authority = ''] of text.value.matchAll(URL_PATTERN)) {
    const scheme = written.toLowerCase().split(':').at(-1) ?? '';
    if (NO_SERVERS.has(scheme)) {
      continue;
    }
    for (const part of authority.slice(authority.lastIndexOf('@') + 1).split(',')) {
      const [, host = '', colon = '', digits = ''] = /^([^:]+)(:?)(.*)$/.exec(part) ?? [];
      const isPort = /^\d{1,5}$/.test(digits);
      // The scheme of the next in a list of URLs ends in a colon too.
      if (!HOST.test(host) || (colon !== '' && !isPort && digits !== UNKNOWN)) {
        continue;
      }
      const port = isPort ? Number(digits) : colon === '' ? PORTS.get(scheme) : undefined;
      if (mayBeConnectedTo(text, host, port, isPort, isService)) {
        yield { host, port, protocol: UDP_SCHEMES.has(scheme) ? 'UDP' : 'TCP' };
      }
    }
  }
}

/** Whether the host of a URL is connected to, rather than only mentioned. */
function mayBeConnectedTo(
  text: Text,
  host: string,
  port: number | undefined,
  isPortWritten: boolean,
  isService: IsService,
): boolean {
  if (isInCluster(host)) {
    return isAllowed(text);
  }
  if (isService(host, port) && isUnnamed(text)) {
    return true;
  }
  // A name outside of the cluster is often only a link, unless its name or its port says otherwise.
  return (
    !isUnnamed(text) &&
    !isNoAddress(text) &&
    (isShort(host) || isService(host) || (port !== undefined && (isPortWritten || isNamedAddress(text))))
  );
}

/** `host:port`, one or several. */
function* listed(text: Text, isService: IsService): Generator<Address> {
  if (!/:\d|\.svc/.test(text.value)) {
    return;
  }
  const rest = text.value.includes('://') ? text.value.replaceAll(URL_PATTERN, ' ') : text.value;
  for (const token of rest.split(/[\s,;"'`()<>{}|=]+/)) {
    const [, host = token, digits] = HOST_PORT.exec(token) ?? [];
    const port = digits === undefined ? undefined : Number(digits);
    if (!HOST.test(host) || (port !== undefined && (port < 1 || port > 65535))) {
      continue;
    }
    if (isInCluster(host)) {
      if (isAllowed(text)) {
        yield { host, port, protocol: 'TCP' };
      }
    } else if (port !== undefined && isName(host) && !isNoAddress(text)) {
      if (isNamedAddress(text) || isService(host, port)) {
        yield { host, port, protocol: 'TCP' };
      }
    }
  }
}

/** A host whose port stands elsewhere: `REDIS_HOST` and `REDIS_PORT`. */
function* alone(
  text: Text,
  lookup: (keys: readonly string[]) => string | undefined,
  isService: IsService,
): Generator<Address> {
  if (!HOST.test(text.value) || !isName(text.value) || isNoAddress(text)) {
    return;
  }
  const words = text.name.flat();
  const before = words.slice(0, -1);
  const said = lookup([
    ...text.keys.slice(0, -1),
    (text.keys.at(-1) ?? '').replace(HOST_CANDIDATE, (last) =>
      last === last.toUpperCase() ? 'PORT' : last === last.toLowerCase() ? 'port' : 'Port',
    ),
  ]);
  const known = before.findLast((word) => PORTS.has(word) && !OWN.has(word));
  const port =
    said !== undefined && /^\d{1,5}$/.test(said) ? Number(said) : known === undefined ? undefined : PORTS.get(known);
  if (
    before.every((word) => OWN.has(word))
      ? isService(text.value, port)
      : isService(text.value) || isInCluster(text.value) || port !== undefined
  ) {
    yield { host: text.value, port, protocol: 'TCP' };
  }
}

function isUnnamed({ name }: Text): boolean {
  return name.length === 0;
}

function isNamedAddress({ name }: Text): boolean {
  return (name.at(-1) ?? []).some((word) => ADDRESSES.has(word));
}

function isNoAddress(text: Text): boolean {
  const last = text.name.at(-1) ?? [];
  return (
    last.some((word) => NO_ADDRESSES.has(word)) ||
    OWN_URL.test(last.join(' ')) ||
    last.join(' ') === 'no proxy' ||
    text.name.some(([word, ...more]) => word === 'links' && more.length === 0) ||
    isReceived(text)
  );
}

/** What an OpenTelemetry Collector or Tempo listens on (https://opentelemetry.io/docs/collector/configuration/#receivers). */
function isReceived({ name }: Text): boolean {
  const at = name.findIndex((words) => words.length === 1 && words[0] === 'receivers');
  return at >= 0 && ['jaeger', 'opencensus', 'otlp', 'zipkin'].includes(name[at + 1]?.[0] ?? '');
}

/** A full name in the cluster is an address whatever it is called, but for these. */
function isAllowed(text: Text): boolean {
  return !isReceived(text) && (text.name.at(-1) ?? []).join(' ') !== 'no proxy';
}

function isInCluster(host: string): boolean {
  return host.includes('.svc') && IN_CLUSTER.test(host);
}

function isShort(host: string): boolean {
  return !host.includes('.') && isName(host);
}

/** A name or an IPv4 address, and no mere number. */
function isName(host: string): boolean {
  return /[A-Za-z]/.test(host) || /^(\d{1,3}\.){3}\d{1,3}$/.test(host);
}

function isOwn(host: string): boolean {
  return /^(localhost|.*\.localhost|localhost\.localdomain|0\.0\.0\.0|127\.\d+\.\d+\.\d+)$/i.test(host);
}

/** The words of a name: `SPRING_DATA_REDIS_HOST`, `bootstrapServers`, `http-listen-port`. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** A variable's name may be a property's too. */
export function namedText(name: string, value: string): NamedText {
  return { keys: name.includes('.') ? name.split('.') : [name], value };
}

/** Whether a text is a whole file, or JSON. */
export function isFile(text: string): boolean {
  return text.includes('\n') || /^\s*[{[]/.test(text);
}

/** What a file must have in which there are addresses. */
const FILE_CANDIDATE = /:\/\/|\.svc|:\d|host|server|addr/i;

const readBefore = new WeakMap<
  object,
  Map<string, { readonly content: string; readonly texts: readonly NamedText[] }>
>();

/** The texts in a file of a ConfigMap's `data`, read once for all graphs that the ConfigMap is in. */
export function textsInData(data: object, fileName: string, content: string): readonly NamedText[] {
  const files = readBefore.get(data) ?? new Map<string, { content: string; texts: readonly NamedText[] }>();
  const known = files.get(fileName);
  if (known?.content === content) {
    return known.texts;
  }
  const texts = textsIn(content, fileName);
  readBefore.set(data, files.set(fileName, { content, texts }));
  return texts;
}

/** The texts in a file: the scalars of YAML and JSON, the lines of anything else, which are called as the file is. */
export function textsIn(content: string, fileName = ''): readonly NamedText[] {
  if (!FILE_CANDIDATE.test(content)) {
    return [];
  }
  const keys = fileName === '' || fileName.includes('.') ? [] : [fileName];
  const text = content.replaceAll(PLACEHOLDER, UNKNOWN);
  if (!/[\n{[:]/.test(text)) {
    return linesIn(text, keys);
  }
  try {
    const documents = documentsIn(text);
    if (documents.some((document) => typeof document === 'object' && document !== null)) {
      return scalarsIn(documents, [], new Set());
    }
  } catch {
    // It is no YAML, which most files are not.
  }
  return linesIn(text, keys);
}

/** JSON is YAML too, but read much faster as what it is; dashboards are large. */
function documentsIn(text: string): readonly unknown[] {
  if (/^\s*[{[]/.test(text)) {
    try {
      return [JSON.parse(text)];
    } catch {
      // YAML, then, if anything.
    }
  }
  return loadAll(text);
}

function scalarsIn(value: unknown, keys: readonly string[], seen: Set<unknown>): readonly NamedText[] {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value);
    return text.includes('\n') ? linesIn(text, keys) : [{ keys, value: text }];
  }
  // What is repeated by an alias is read once, however often it is repeated.
  if (typeof value !== 'object' || value === null || seen.has(value)) {
    return [];
  }
  seen.add(value);
  return Array.isArray(value)
    ? value.flatMap((item: unknown) => scalarsIn(item, keys, seen))
    : Object.entries(value).flatMap(([key, item]) => scalarsIn(item, [...keys, key], seen));
}

function linesIn(text: string, keys: readonly string[]): readonly NamedText[] {
  return text.split('\n').flatMap((line): readonly NamedText[] => {
    const plain = line.trim();
    if (plain === '' || /^(#|\/\/|;|--|<!--|\*)/.test(plain)) {
      return [];
    }
    const [, key, value] =
      /^(?:export\s+)?([A-Za-z_][\w.-]*)(?:\s*=\s*|\s*:\s+)(.*)$/.exec(plain) ??
      /^([a-z_]+)\s+(\S.*);$/.exec(plain) ??
      [];
    return key === undefined || value === undefined || value.startsWith('//')
      ? [{ keys, value: plain }]
      : [{ keys: [...keys, ...key.split('.')], value: value.replace(/^(["'])(.*)\1$/, '$2') }];
  });
}
