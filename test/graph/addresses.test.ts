import { Graph } from '../../lib/graph/graph';
import { object, running, service, workload } from './manifests';
import type { Data } from './manifests';

/** What the texts may lead to. */
const SET: readonly Data[] = [
  service('web'),
  service('kafka', { ports: [{ port: 9092 }] }),
  service('redis', { ports: [{ port: 6379 }] }),
  service('infra/nats', { ports: [{ port: 4222 }] }),
  service('kafka-headless', { clusterIP: 'None', selector: { app: 'kafka' }, ports: [{ port: 9092 }] }),
  workload('StatefulSet', 'kafka', { containers: [{ ports: [{ containerPort: 9092 }] }] }, { replicas: 3 }),
];

function addressesOf(...objects: readonly Data[]): readonly string[] {
  const graph = new Graph([...objects, ...SET].map((manifest) => ({ manifest })));
  return graph.objects
    .slice(0, objects.length)
    .flatMap((each) => graph.referencesOf(each))
    .flatMap(({ target }) =>
      target.type === 'address'
        ? [`${target.host}:${target.port ?? '?'}${target.protocol === 'UDP' ? '/udp' : ''}`]
        : [],
    );
}

function env(variables: Readonly<Record<string, unknown>>): Data {
  return running('orders', { env: Object.entries(variables).map(([name, value]) => ({ name, value })) });
}

function args(...list: readonly string[]): Data {
  return running('orders', { args: list });
}

function file(key: string, ...lines: readonly string[]): Data {
  return object('ConfigMap', 'config', { data: { [key]: [...lines, ''].join('\n') } });
}

describe('variables', () => {
  const VARIABLES: readonly (readonly [Readonly<Record<string, unknown>>, ...string[]])[] = [
    // URLs
    [{ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db:5432/orders' }, 'db:5432'],
    [{ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/orders?sslmode=require' }, 'db:5432'],
    [{ SPRING_DATASOURCE_URL: 'jdbc:postgresql://a:5432,b:5433/orders' }, 'a:5432', 'b:5433'],
    [
      { SPRING_DATASOURCE_URL: 'jdbc:mysql://mysql.infra.svc.cluster.local/orders' },
      'mysql.infra.svc.cluster.local:3306',
    ],
    [{ SPRING_DATASOURCE_URL: 'jdbc:sqlserver://mssql:1433;databaseName=orders;encrypt=true' }, 'mssql:1433'],
    [{ SPRING_DATASOURCE_URL: 'jdbc:sqlserver://mssql;databaseName=orders' }, 'mssql:1433'],
    [{ SPRING_DATASOURCE_URL: 'jdbc:oracle:thin:@ora:1521:orders' }, 'ora:1521'],
    [{ SPRING_DATASOURCE_URL: 'jdbc:oracle:thin:@//ora:1522/orders' }, 'ora:1522'],
    [{ SPRING_R2DBC_URL: 'r2dbc:postgresql://db:5432/orders' }, 'db:5432'],
    [{ DATABASE_URL: 'postgres://orders:$(PASSWORD)@db.shop.svc:5432/orders' }, 'db.shop.svc:5432'],
    [{ DATABASE_URL: 'postgresql://u:p%40ss@db.example.com/orders' }, 'db.example.com:5432'],
    [{ REDIS_URL: 'redis://redis:6379/0' }, 'redis:6379'],
    [{ REDIS_URL: 'rediss://:secret@cache.example.com:6380' }, 'cache.example.com:6380'],
    [{ SPRING_DATA_MONGODB_URI: 'mongodb://m-0.m:27017,m-1.m:27017/orders' }, 'm-0.m:27017', 'm-1.m:27017'],
    [{ SPRING_RABBITMQ_ADDRESSES: 'amqp://u:p@rabbit:5672/vhost' }, 'rabbit:5672'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector.observability.svc.cluster.local:4317' },
      'otel-collector.observability.svc.cluster.local:4317',
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector:4317' }, 'collector:4317'],
    [{ PAYMENTS_API: 'https://payments' }, 'payments:443'],
    [{ PAYMENTS_BASE_URL: 'https://api.example.com/v2' }, 'api.example.com:443'],
    [
      { SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI: 'https://id.example.com/realms/shop' },
      'id.example.com:443',
    ],
    [{ NOTIFY_WS: 'ws://web/socket' }, 'web:80'],
    [{ UPSTREAMS: 'http://a:8080,http://b:8081' }, 'a:8080', 'b:8081'],
    [{ EUREKA_CLIENT_SERVICEURL_DEFAULTZONE: 'http://eureka-0.eureka:8761/eureka/' }, 'eureka-0.eureka:8761'],
    [{ STATSD_URL: 'udp://statsd:8125' }, 'statsd:8125/udp'],
    [{ SPRING_APPLICATION_JSON: '{"spring":{"kafka":{"bootstrap-servers":"broker:9092"}}}' }, 'broker:9092'],
    [{ BROKERS: 'a:9092\nb:9092\n' }, 'a:9092', 'b:9092'],
    // Lists
    [{ SPRING_KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092' }, 'kafka:9092'],
    [
      { KAFKA_BROKERS: 'kafka-0.kafka-headless:9092, kafka-1.kafka-headless:9092' },
      'kafka-0.kafka-headless:9092',
      'kafka-1.kafka-headless:9092',
    ],
    [
      { KAFKA_BOOTSTRAP_SERVERS: 'b1.example.com:9094;b2.example.com:9094' },
      'b1.example.com:9094',
      'b2.example.com:9094',
    ],
    [{ KAFKA_BOOTSTRAP_SERVERS: 'SASL_SSL://broker:9093' }, 'broker:9093'],
    [
      {
        KAFKA_CONTROLLER_QUORUM_VOTERS: '0@kafka-0.kafka-headless.shop.svc:9093,1@kafka-1.kafka-headless.shop.svc:9093',
      },
      'kafka-0.kafka-headless.shop.svc:9093',
      'kafka-1.kafka-headless.shop.svc:9093',
    ],
    [{ SPRING_DATA_REDIS_SENTINEL_NODES: 's-0.s:26379,s-1.s:26379' }, 's-0.s:26379', 's-1.s:26379'],
    [{ KAFKA_ZOOKEEPER_CONNECT: 'zookeeper:2181/kafka' }, 'zookeeper:2181'],
    [{ MEMCACHED_SERVERS: '10.0.0.5:11211' }, '10.0.0.5:11211'],
    [{ NATS: 'nats.infra:4222' }, 'nats.infra:4222'],
    [{ TEMPO: 'tempo.observability.svc.cluster.local:4317' }, 'tempo.observability.svc.cluster.local:4317'],
    [{ LOKI: 'loki.observability.svc' }, 'loki.observability.svc:?'],
    [{ COLLECTOR: 'kafka.shop.svc.k8s.example.com:9092' }, 'kafka.shop.svc.k8s.example.com:9092'],
    [{ DEPENDS_ON: 'redis:6379 kafka:9092' }, 'redis:6379', 'kafka:9092'],
    // Host and port apart
    [{ SPRING_DATA_REDIS_HOST: 'redis', SPRING_DATA_REDIS_PORT: '6380' }, 'redis:6380'],
    [{ SPRING_DATA_REDIS_HOST: 'redis' }, 'redis:6379'],
    [{ DB_HOST: 'db', DB_PORT: '5432' }, 'db:5432'],
    [{ DB_HOST: 'db.example.com', DB_PORT: '5432' }, 'db.example.com:5432'],
    [{ POSTGRES_HOST: 'pg' }, 'pg:5432'],
    [{ MYSQL_HOST: '10.1.2.3', MYSQL_PORT: '3306' }, '10.1.2.3:3306'],
    [{ SMTP_SERVER: 'mail.example.com', SMTP_PORT: '587' }, 'mail.example.com:587'],
    [
      { ELASTICSEARCH_HOSTNAME: 'search.infra.svc.cluster.local', ELASTICSEARCH_PORT: '9200' },
      'search.infra.svc.cluster.local:9200',
    ],
    // Variables in variables
    [{ NS: 'infra', KAFKA_BROKERS: 'kafka.$(NS).svc:9092' }, 'kafka.infra.svc:9092'],
    [{ HOST_OF_DB: 'db', URL: 'postgres://$(HOST_OF_DB):5432/x' }, 'db:5432'],
  ];

  test.each(VARIABLES.map(([variables, ...expected]) => ({ variables, expected })))(
    '$variables',
    ({ variables, expected }) => {
      expect(addressesOf(env(variables))).toEqual(expected);
    },
  );

  test.each<Readonly<Record<string, unknown>>>([
    { SERVER_PORT: '8080' },
    { HOSTNAME: '0.0.0.0' },
    { HOST: 'orders', PORT: '3000' },
    { SERVER_ADDRESS: '10.0.0.1', SERVER_PORT: '8080' },
    { LISTEN: '0.0.0.0:8080' },
    { LISTEN_ADDR: ':8080' },
    { LISTEN_ADDRESS: 'orders:8080' },
    { BIND_ADDRESS: '[::]:8080' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4317' },
    { KAFKA_BROKERS: '127.0.0.1:9092,localhost:9094' },
    { KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093' },
    { KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT' },
    { IMAGE: 'redis:6379' },
    { SIDECAR_IMAGE: 'registry.example.com:5000/redis:7' },
    { RUNNER: 'nginx:1.27' },
    { OPENS_AT: '12:30' },
    { SCHEDULE: '0 12:30 * * *' },
    { TIMEOUTS: 'connect:30,read:60' },
    { VERSION: 'v1.2.3:4' },
    { JAVA_OPTS: '-Xmx512m -XX:MaxRAMPercentage=75.0 -javaagent:/app/agent.jar' },
    { JAVA_TOOL_OPTIONS: '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005' },
    { CLASSPATH: '/app/lib/*:/app/classes' },
    { PATH: '/usr/local/bin:/usr/bin:/bin' },
    { SPRING_CONFIG_IMPORT: 'optional:file:/etc/config/,configtree:/etc/secrets/' },
    { SPRING_CONFIG_LOCATION: 'classpath:/application.yml,file:///etc/app.yml' },
    { SPRING_JPA_PROPERTIES_HIBERNATE_DIALECT: 'org.hibernate.dialect.PostgreSQLDialect' },
    { LOGGING_LEVEL_COM_EXAMPLE: 'DEBUG' },
    { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=k8s,service.version=1.2.3' },
    { OTEL_SERVICE_NAME: 'orders-service' },
    { WEBSOCKET_ALLOWED_ORIGINS: 'https://shop.example.com,https://admin.example.com:8443' },
    { CORS_ORIGINS: 'http://web:3000' },
    { OAUTH_REDIRECT_URI: 'https://shop.example.com/callback' },
    { GF_SERVER_ROOT_URL: 'https://grafana.example.com/' },
    { PUBLIC_URL: 'https://shop.example.com' },
    { VIRTUAL_HOST: 'shop.example.com', VIRTUAL_PORT: '3000' },
    { ALLOWED_HOSTS: 'shop.example.com:443' },
    { NO_PROXY: 'localhost,.svc,kafka.shop.svc,10.0.0.0/8' },
    { S3_PATH: 's3://bucket/orders' },
    { IMAGE_SOURCE: 'oci://registry.example.com:5000/orders' },
    { MONGODB_URI: 'mongodb+srv://cluster.example.com/orders' },
    { THING_URL: 'constructor://example.com' },
    { DOCKER_HOST: 'unix:///var/run/docker.sock' },
    { BASIC: 'user:12345' },
    { MAC: '00:1B:44:11:3A:B7' },
    { SUBNETS: '10.0.0.0/8,fd00::/8' },
    { GREETING: 'Hello: 42 people' },
    { RATIO: '16:9' },
    { MAVEN: 'com.example:orders:1.2.3' },
    { ARN: 'arn:aws:sns:eu-west-1:123456789012:orders' },
    { KAFKA_BROKERS: '$(UNKNOWN):9092' },
    { KAFKA_BROKERS: '${KAFKA_HOST:kafka}:9092' },
    { DATABASE_URL: 'postgres://db-$(ZONE).infra.svc:5432/orders' },
    { DATABASE_URL: 'jdbc:h2:mem:orders' },
    { DATABASE_URL: 'sqlite:///data/orders.db' },
    { BOOTSTRAP_SERVERS: 'kafka:99999' },
    { BROKERS: 5 },
    { ENDPOINT: null },
  ])('no address in %j', (variables) => {
    expect(addressesOf(env(variables))).toEqual([]);
  });
});

describe('arguments', () => {
  const ARGUMENTS: readonly (readonly [readonly string[], ...string[]])[] = [
    [['--kafka.brokers=kafka:9092'], 'kafka:9092'],
    [['--upstream', 'http://web:8080'], 'web:8080'],
    [['--redis-addr', 'cache:6379'], 'cache:6379'],
    [['--kafka.server=broker:9094'], 'broker:9094'],
    [['-Dspring.datasource.url=jdbc:postgresql://db:5432/x'], 'db:5432'],
    [['--remote-write.url=http://mimir.monitoring.svc:8080/api/v1/push'], 'mimir.monitoring.svc:8080'],
    [['until curl -sf http://web:80/health; do sleep 1; done'], 'web:80'],
    [['--web.listen-address=:9090', '--storage.tsdb.path=/data', '--web.external-url=https://prometheus.example.com']],
    [['--config=/etc/otelcol/config.yaml', '--log.level=info', '--metrics-bind-address=0.0.0.0:8080']],
    [['-jar', '/app/app.jar', '--server.port=8080']],
    [['--feature-gates=A=true,B=false', '--leader-elect', '--v=2']],
    [['nginx', '-g', 'daemon off;']],
  ];

  test.each(ARGUMENTS.map(([list, ...expected]) => ({ list, expected })))('$list', ({ list, expected }) => {
    expect(addressesOf(args(...list))).toEqual(expected);
  });
});

test.each<readonly [string, Data, string]>([
  ['KafkaConnect', { bootstrapServers: 'events-kafka-bootstrap:9093' }, 'events-kafka-bootstrap:9093'],
  ['SecretStore', { provider: { vault: { server: 'https://vault.infra.svc:8200' } } }, 'vault.infra.svc:8200'],
  ['Probe', { prober: { url: 'blackbox:9115' } }, 'blackbox:9115'],
  ['Prometheus', { remoteWrite: [{ url: 'http://mimir/api/v1/push' }] }, 'mimir:80'],
  ['ScaledObject', { triggers: [{ metadata: { serverAddress: 'http://prometheus:9090' } }] }, 'prometheus:9090'],
  ['AnalysisTemplate', { metrics: [{ provider: { web: { url: 'http://web/{{args.path}}' } } }] }, 'web:80'],
])('a %s names an address', (kind, fields, address) => {
  expect(addressesOf(object(kind, 'x', { spec: fields }))).toEqual([address]);
});

describe('files', () => {
  test.each<readonly [string, Data, readonly string[]]>([
    [
      'a Spring application.yml',
      file(
        'application.yml',
        'spring:',
        '  datasource:',
        '    url: jdbc:postgresql://db:5432/x',
        '  data:',
        '    redis:',
        '      host: redis',
        '      port: 6380',
        'server:',
        '  port: 8080',
        '  address: 0.0.0.0',
      ),
      ['db:5432', 'redis:6380'],
    ],
    [
      'Java properties',
      file(
        'application.properties',
        '# redis://commented:6379',
        'spring.kafka.bootstrap-servers=kafka:9092,other:9092',
        'spring.data.redis.host=redis',
        'spring.data.redis.port=6380',
        'app.greeting=12:30',
      ),
      ['kafka:9092', 'other:9092', 'redis:6380'],
    ],
    [
      'an OpenTelemetry Collector',
      file(
        'config.yaml',
        'receivers:',
        '  otlp:',
        '    protocols:',
        '      grpc:',
        '        endpoint: collector:4317',
        '  redis:',
        '    endpoint: redis:6379',
        'exporters:',
        '  otlp:',
        '    endpoint: tempo.observability.svc.cluster.local:4317',
        '  otlphttp/loki:',
        '    endpoint: http://loki:3100/otlp',
        'extensions:',
        '  health_check:',
        '    endpoint: ${env:MY_POD_IP}:13133',
      ),
      ['redis:6379', 'tempo.observability.svc.cluster.local:4317', 'loki:3100'],
    ],
    [
      'Grafana data sources',
      file(
        'datasources.yaml',
        'apiVersion: 1',
        'datasources:',
        '  - name: Loki',
        '    type: loki',
        '    url: http://loki.observability.svc.cluster.local:3100',
        '    jsonData:',
        '      derivedFields:',
        '        - url: $${__value.raw}',
      ),
      ['loki.observability.svc.cluster.local:3100'],
    ],
    [
      'Prometheus',
      file(
        'prometheus.yml',
        'global:',
        '  scrape_interval: 15s',
        'scrape_configs:',
        '  - job_name: web',
        '    static_configs:',
        '      - targets: ["web:80", "localhost:9090"]',
        '    relabel_configs:',
        '      - source_labels: [__address__]',
        '        regex: (.+):(\\d+)',
        '        replacement: $1:9100',
        'alerting:',
        '  alertmanagers:',
        '    - static_configs:',
        '        - targets: [alertmanager:9093]',
        'remote_write:',
        '  - url: https://metrics.example.com/push',
      ),
      ['web:80', 'alertmanager:9093', 'metrics.example.com:443'],
    ],
    [
      'nginx',
      file(
        'default.conf',
        'upstream api {',
        '  server web:8080;',
        '}',
        'server {',
        '  listen 8080;',
        '  server_name shop.example.com;',
        '  location /api { proxy_pass http://orders.shop.svc:80; }',
        '  location / {',
        '    proxy_pass http://web:80;',
        '  }',
        '}',
      ),
      ['web:8080', 'orders.shop.svc:80', 'web:80'],
    ],
    [
      'JSON',
      file(
        'settings.json',
        '{',
        '  "$schema": "https://json.schemastore.org/appsettings",',
        '  "ConnectionStrings": {',
        '    "Redis": "redis:6379,abortConnect=false"',
        '  },',
        '  "Orders": { "BaseUrl": "http://orders:8080" }',
        '}',
      ),
      ['redis:6379', 'orders:8080'],
    ],
    ['a list', file('servers', 'a:11211', 'b:11211'), ['a:11211', 'b:11211']],
    ['a template', file('config.yaml', 'endpoint: kafka.{{ .Namespace }}.svc:9092', 'name: "{{ .Name }}"'), []],
    [
      'a server that listens',
      file(
        'config.yaml',
        'server:',
        '  http_listen_port: 3100',
        '  grpc_listen_port: 9095',
        'common:',
        '  instance_addr: 127.0.0.1',
        'ingester:',
        '  lifecycler:',
        '    address: 0.0.0.0',
      ),
      [],
    ],
    [
      'XML',
      file(
        'logback.xml',
        '<configuration xmlns="http://ch.qos.logback/xml/ns/logback">',
        '  <!-- see http://logback.qos.ch/manual -->',
        '  <remoteHost>logstash.infra.svc.cluster.local:5000</remoteHost>',
        '  <pattern>%d{HH:mm:ss} %msg</pattern>',
        '</configuration>',
      ),
      ['logstash.infra.svc.cluster.local:5000'],
    ],
    [
      'a script',
      file(
        'init.sh',
        '#!/bin/sh',
        '# wait for http://nobody:80',
        'until pg_isready -h db; do sleep 1; done',
        'curl http://web:80/x',
        'wget https://downloads.example.com/file.tgz',
      ),
      ['web:80'],
    ],
    [
      'a dashboard',
      file(
        'dashboard.json',
        '{',
        '  "links": [{ "title": "Docs", "url": "https://grafana.com/docs" }],',
        '  "time": { "from": "now-6h", "to": "now" },',
        '  "timepicker": { "nowDelay": "12:30" }',
        '}',
      ),
      [],
    ],
  ])('%s', (_, configMap, expected) => {
    expect(addressesOf(configMap)).toEqual(expected);
  });

  test('that nobody could tell from JSON, and is YAML', () => {
    expect(addressesOf(file('servers.yaml', '{ url: http://web:80, # the website', "  name: 'web' }"))).toEqual([
      'web:80',
    ]);
  });

  test('are read again once they say something else', () => {
    const data: Record<string, string> = {
      'a.json': '{ "url": "http://web:80/a" }',
      'b.json': '{ "url": "http://web:81/b" }',
    };
    const configMap = object('ConfigMap', 'config', { data });
    expect([...addressesOf(configMap), ...addressesOf(configMap)]).toEqual(['web:80', 'web:81', 'web:80', 'web:81']);

    data['a.json'] = '{ "url": "http://web:82/a" }';

    expect(addressesOf(configMap)).toEqual(['web:82', 'web:81']);
  });
});
