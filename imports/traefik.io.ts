// Written by "npm run import:crds".
/** `spec` of traefik.io/v1alpha1 TraefikService, by crds/traefik-v3.5.3-traefikservices.yaml. */

export interface TraefikServiceSpec {
  mirroring?: {
    healthCheck?: {
      followRedirects?: boolean;
      headers?: {
        [k: string]: string;
      };
      hostname?: string;
      interval?: number | string;
      method?: string;
      mode?: string;
      path?: string;
      port?: number;
      scheme?: string;
      status?: number;
      timeout?: number | string;
      unhealthyInterval?: number | string;
    };
    kind?: 'Service' | 'TraefikService';
    maxBodySize?: number;
    mirrorBody?: boolean;
    mirrors?: {
      healthCheck?: {
        followRedirects?: boolean;
        headers?: {
          [k: string]: string;
        };
        hostname?: string;
        interval?: number | string;
        method?: string;
        mode?: string;
        path?: string;
        port?: number;
        scheme?: string;
        status?: number;
        timeout?: number | string;
        unhealthyInterval?: number | string;
      };
      kind?: 'Service' | 'TraefikService';
      name: string;
      namespace?: string;
      nativeLB?: boolean;
      nodePortLB?: boolean;
      passHostHeader?: boolean;
      percent?: number;
      port?: number | string;
      responseForwarding?: {
        flushInterval?: string;
      };
      scheme?: string;
      serversTransport?: string;
      sticky?: {
        cookie?: {
          domain?: string;
          httpOnly?: boolean;
          maxAge?: number;
          name?: string;
          path?: string;
          sameSite?: 'lax' | 'none' | 'strict';
          secure?: boolean;
        };
      };
      strategy?: 'RoundRobin' | 'p2c' | 'wrr';
      weight?: number;
    }[];
    name: string;
    namespace?: string;
    nativeLB?: boolean;
    nodePortLB?: boolean;
    passHostHeader?: boolean;
    port?: number | string;
    responseForwarding?: {
      flushInterval?: string;
    };
    scheme?: string;
    serversTransport?: string;
    sticky?: {
      cookie?: {
        domain?: string;
        httpOnly?: boolean;
        maxAge?: number;
        name?: string;
        path?: string;
        sameSite?: 'lax' | 'none' | 'strict';
        secure?: boolean;
      };
    };
    strategy?: 'RoundRobin' | 'p2c' | 'wrr';
    weight?: number;
  };
  weighted?: {
    services?: {
      healthCheck?: {
        followRedirects?: boolean;
        headers?: {
          [k: string]: string;
        };
        hostname?: string;
        interval?: number | string;
        method?: string;
        mode?: string;
        path?: string;
        port?: number;
        scheme?: string;
        status?: number;
        timeout?: number | string;
        unhealthyInterval?: number | string;
      };
      kind?: 'Service' | 'TraefikService';
      name: string;
      namespace?: string;
      nativeLB?: boolean;
      nodePortLB?: boolean;
      passHostHeader?: boolean;
      port?: number | string;
      responseForwarding?: {
        flushInterval?: string;
      };
      scheme?: string;
      serversTransport?: string;
      sticky?: {
        cookie?: {
          domain?: string;
          httpOnly?: boolean;
          maxAge?: number;
          name?: string;
          path?: string;
          sameSite?: 'lax' | 'none' | 'strict';
          secure?: boolean;
        };
      };
      strategy?: 'RoundRobin' | 'p2c' | 'wrr';
      weight?: number;
    }[];
    sticky?: {
      cookie?: {
        domain?: string;
        httpOnly?: boolean;
        maxAge?: number;
        name?: string;
        path?: string;
        sameSite?: 'lax' | 'none' | 'strict';
        secure?: boolean;
      };
    };
  };
}
