import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import type { CanaryStep } from '../constructs/canary';
import type { ResourceProps } from '../constructs/resources';

/** A path through which a service is reached from outside. */
export interface Route {
  /** Path of the URL. */
  readonly path: string;
  /**
   * Whether only this path matches, or every path below it too.
   * @default false
   */
  readonly exact?: boolean;
  /**
   * Whether clients open WebSockets there, which last as long as the client stays.
   * @default false
   */
  readonly webSocket?: boolean;
}

interface ServiceSpecBase {
  /** Name of the service, its Service and its workload. */
  readonly name: string;
  /** Repository of the image; registry, and tag or digest, are the environment's. */
  readonly repository: string;
  /** Port on which it answers HTTP. */
  readonly port: number;
  /** CPU and memory of each pod. */
  readonly resources: ResourceProps;
  /**
   * Steps of its canary, where the environment has no others; a service without is rolled out by a Deployment.
   * @default - none
   */
  readonly canary?: readonly CanaryStep[];
  /** The paths that reach it from outside. */
  readonly routes: readonly Route[];
}

/** A Spring Boot service. */
export interface SpringServiceSpec extends ServiceSpecBase {
  readonly kind: 'spring';
  /**
   * Its database, the user who reads and writes it, and the one who owns it and migrates its schema; the name of its PostgreSQL
   * server where that is not the environment's first.
   * @default - none
   */
  readonly database?: {
    readonly name: string;
    readonly username: string;
    readonly owner: string;
    readonly server?: string;
  };
  /** Whether it uses Redis, and the server's name where that is not the environment's first. */
  readonly redis: boolean | { readonly server: string };
  /** Whether it uses Kafka. */
  readonly kafka: boolean;
  /**
   * Whether its Kafka admin client connects at start, although it reads and writes no topic.
   * @default false
   */
  readonly kafkaAdmin?: boolean;
  /** Whether it signs JWTs, and so needs the key pair. */
  readonly jwt: boolean;
  /**
   * Whether it keeps its clients' sessions in memory, so that a client must come back to the pod that it came to first.
   * @default false
   */
  readonly keepsSessions?: boolean;
  /**
   * Its variable for the web origins from which it accepts WebSockets: it is told where the environment is reached.
   * @default - none
   */
  readonly allowedOrigins?: string;
}

/** How an address is written: for HTTP (`http://localhost:8880`, also a web origin) or for WebSockets (`ws://localhost:8880`). */
export type AddressForm = 'http' | 'webSocket';

/** A service that is not Spring. */
export interface WebServiceSpec extends ServiceSpecBase {
  readonly kind: 'web';
  /** User and group id of its process. */
  readonly user: number;
  /** Its environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders that it writes to. */
  readonly writablePaths: readonly string[];
  /**
   * Arguments of its image's build that take the address at which the environment is reached, and in which form: what runs in a
   * browser cannot be told later.
   * @default - none
   */
  readonly buildArguments?: Readonly<Record<string, AddressForm>>;
}

/** A service of the platform. */
export type ServiceSpec = SpringServiceSpec | WebServiceSpec;

const SMALL: ResourceProps = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
  memory: { request: Size.mebibytes(512), limit: Size.mebibytes(640) },
};

const LARGE: ResourceProps = {
  cpu: { request: Cpu.millis(200), limit: Cpu.units(1) },
  memory: { request: Size.mebibytes(640), limit: Size.mebibytes(768) },
};

/** The services of Sportstix. */
export const catalogue: readonly ServiceSpec[] = [
  {
    kind: 'spring',
    name: 'auth',
    repository: 'sportstix/auth-service',
    port: 8081,
    resources: SMALL,
    database: { name: 'sportstix_auth', username: 'auth_user', owner: 'auth_owner' },
    redis: true,
    kafka: false,
    kafkaAdmin: true,
    jwt: true,
    routes: [{ path: '/.well-known/jwks.json', exact: true }, { path: '/api/v1/auth' }],
  },
  {
    kind: 'spring',
    name: 'game',
    repository: 'sportstix/game-service',
    port: 8082,
    resources: SMALL,
    database: { name: 'sportstix_game', username: 'game_user', owner: 'game_owner' },
    redis: true,
    kafka: true,
    jwt: false,
    routes: [{ path: '/api/v1/games' }, { path: '/api/v1/stadiums' }],
  },
  {
    kind: 'spring',
    name: 'queue',
    repository: 'sportstix/queue-service',
    port: 8083,
    resources: LARGE,
    redis: true,
    kafka: true,
    jwt: false,
    keepsSessions: true,
    allowedOrigins: 'WEBSOCKET_ALLOWED_ORIGINS',
    routes: [{ path: '/api/v1/queue' }, { path: '/ws/queue', webSocket: true }],
  },
  {
    kind: 'spring',
    name: 'booking',
    repository: 'sportstix/booking-service',
    port: 8084,
    resources: LARGE,
    canary: [20, 40, 60, 80].map((weight) => ({ weight, pause: Duration.seconds(30) })),
    database: { name: 'sportstix_booking', username: 'booking_user', owner: 'booking_owner' },
    redis: true,
    kafka: true,
    jwt: false,
    routes: [{ path: '/api/v1/bookings' }, { path: '/ws/booking', webSocket: true }],
  },
  {
    kind: 'spring',
    name: 'payment',
    repository: 'sportstix/payment-service',
    port: 8085,
    resources: SMALL,
    database: { name: 'sportstix_payment', username: 'payment_user', owner: 'payment_owner' },
    redis: false,
    kafka: true,
    jwt: false,
    routes: [{ path: '/api/v1/payments' }],
  },
  {
    kind: 'spring',
    name: 'admin',
    repository: 'sportstix/admin-service',
    port: 8086,
    resources: SMALL,
    database: { name: 'sportstix_admin', username: 'admin_user', owner: 'admin_owner' },
    redis: false,
    kafka: true,
    jwt: false,
    routes: [{ path: '/api/v1/admin' }],
  },
  {
    kind: 'web',
    name: 'frontend',
    repository: 'sportstix/frontend',
    port: 3000,
    resources: {
      cpu: { request: Cpu.millis(50), limit: Cpu.millis(300) },
      memory: { request: Size.mebibytes(256), limit: Size.mebibytes(384) },
    },
    user: 1001,
    environment: { NODE_ENV: 'production', HOSTNAME: '0.0.0.0' },
    writablePaths: ['/tmp', '/app/.next/cache'],
    buildArguments: { NEXT_PUBLIC_API_URL: 'http', NEXT_PUBLIC_WS_URL: 'webSocket' },
    routes: [{ path: '/' }],
  },
];
