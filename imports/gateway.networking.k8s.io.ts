// Written by "npm run import:crds".
/** `spec` of gateway.networking.k8s.io/v1 GatewayClass, by crds/gateway-api-v1.7.0-gatewayclasses.yaml. */

export interface GatewayClassSpec {
  controllerName: string;
  description?: string;
  parametersRef?: {
    group: string;
    kind: string;
    name: string;
    namespace?: string;
  };
}

/** `spec` of gateway.networking.k8s.io/v1 Gateway, by crds/gateway-api-v1.7.0-gateways.yaml. */

export interface GatewaySpec {
  addresses?: {
    type?: string;
    value?: string;
  }[];
  allowedListeners?: {
    namespaces?: {
      from?: 'All' | 'None' | 'Same' | 'Selector';
      selector?: {
        matchExpressions?: {
          key: string;
          operator: string;
          values?: string[];
        }[];
        matchLabels?: {
          [k: string]: string;
        };
      };
    };
  };
  gatewayClassName: string;
  infrastructure?: {
    annotations?: {
      [k: string]: string;
    };
    labels?: {
      [k: string]: string;
    };
    parametersRef?: {
      group: string;
      kind: string;
      name: string;
    };
  };
  listeners: {
    allowedRoutes?: {
      kinds?: {
        group?: string;
        kind: string;
      }[];
      namespaces?: {
        from?: 'All' | 'Same' | 'Selector';
        selector?: {
          matchExpressions?: {
            key: string;
            operator: string;
            values?: string[];
          }[];
          matchLabels?: {
            [k: string]: string;
          };
        };
      };
    };
    hostname?: string;
    name: string;
    port: number;
    protocol: string;
    tls?: {
      certificateRefs?: {
        group?: string;
        kind?: string;
        name: string;
        namespace?: string;
      }[];
      mode?: 'Passthrough' | 'Terminate';
      options?: {
        [k: string]: string;
      };
    };
  }[];
  tls?: {
    backend?: {
      clientCertificateRef?: {
        group?: string;
        kind?: string;
        name: string;
        namespace?: string;
      };
    };
    frontend?: {
      default: {
        validation?: {
          caCertificateRefs: {
            group: string;
            kind: string;
            name: string;
            namespace?: string;
          }[];
          mode?: 'AllowInsecureFallback' | 'AllowValidOnly';
        };
      };
      perPort?: {
        port: number;
        tls: {
          validation?: {
            caCertificateRefs: {
              group: string;
              kind: string;
              name: string;
              namespace?: string;
            }[];
            mode?: 'AllowInsecureFallback' | 'AllowValidOnly';
          };
        };
      }[];
    };
  };
}

/** `spec` of gateway.networking.k8s.io/v1 HTTPRoute, by crds/gateway-api-v1.7.0-httproutes.yaml. */

export interface HTTPRouteSpec {
  hostnames?: string[];
  parentRefs?: {
    group?: string;
    kind?: string;
    name: string;
    namespace?: string;
    port?: number;
    sectionName?: string;
  }[];
  rules?: {
    backendRefs?: {
      filters?: {
        cors?: {
          allowCredentials?: boolean;
          allowHeaders?: string[];
          allowMethods?: ('*' | 'CONNECT' | 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT' | 'TRACE')[];
          allowOrigins?: string[];
          exposeHeaders?: string[];
          maxAge?: number;
        };
        extensionRef?: {
          group: string;
          kind: string;
          name: string;
        };
        requestHeaderModifier?: {
          add?: {
            name: string;
            value: string;
          }[];
          remove?: string[];
          set?: {
            name: string;
            value: string;
          }[];
        };
        requestMirror?: {
          backendRef: {
            group?: string;
            kind?: string;
            name: string;
            namespace?: string;
            port?: number;
          };
          fraction?: {
            denominator?: number;
            numerator: number;
          };
          percent?: number;
        };
        requestRedirect?: {
          hostname?: string;
          path?: {
            replaceFullPath?: string;
            replacePrefixMatch?: string;
            type: 'ReplaceFullPath' | 'ReplacePrefixMatch';
          };
          port?: number;
          scheme?: 'http' | 'https';
          statusCode?: 301 | 302 | 303 | 307 | 308;
        };
        responseHeaderModifier?: {
          add?: {
            name: string;
            value: string;
          }[];
          remove?: string[];
          set?: {
            name: string;
            value: string;
          }[];
        };
        type:
          'CORS' | 'ExtensionRef' | 'RequestHeaderModifier' | 'RequestMirror' | 'RequestRedirect' | 'ResponseHeaderModifier' | 'URLRewrite';
        urlRewrite?: {
          hostname?: string;
          path?: {
            replaceFullPath?: string;
            replacePrefixMatch?: string;
            type: 'ReplaceFullPath' | 'ReplacePrefixMatch';
          };
        };
      }[];
      group?: string;
      kind?: string;
      name: string;
      namespace?: string;
      port?: number;
      weight?: number;
    }[];
    filters?: {
      cors?: {
        allowCredentials?: boolean;
        allowHeaders?: string[];
        allowMethods?: ('*' | 'CONNECT' | 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT' | 'TRACE')[];
        allowOrigins?: string[];
        exposeHeaders?: string[];
        maxAge?: number;
      };
      extensionRef?: {
        group: string;
        kind: string;
        name: string;
      };
      requestHeaderModifier?: {
        add?: {
          name: string;
          value: string;
        }[];
        remove?: string[];
        set?: {
          name: string;
          value: string;
        }[];
      };
      requestMirror?: {
        backendRef: {
          group?: string;
          kind?: string;
          name: string;
          namespace?: string;
          port?: number;
        };
        fraction?: {
          denominator?: number;
          numerator: number;
        };
        percent?: number;
      };
      requestRedirect?: {
        hostname?: string;
        path?: {
          replaceFullPath?: string;
          replacePrefixMatch?: string;
          type: 'ReplaceFullPath' | 'ReplacePrefixMatch';
        };
        port?: number;
        scheme?: 'http' | 'https';
        statusCode?: 301 | 302 | 303 | 307 | 308;
      };
      responseHeaderModifier?: {
        add?: {
          name: string;
          value: string;
        }[];
        remove?: string[];
        set?: {
          name: string;
          value: string;
        }[];
      };
      type:
        'CORS' | 'ExtensionRef' | 'RequestHeaderModifier' | 'RequestMirror' | 'RequestRedirect' | 'ResponseHeaderModifier' | 'URLRewrite';
      urlRewrite?: {
        hostname?: string;
        path?: {
          replaceFullPath?: string;
          replacePrefixMatch?: string;
          type: 'ReplaceFullPath' | 'ReplacePrefixMatch';
        };
      };
    }[];
    matches?: {
      headers?: {
        name: string;
        type?: 'Exact' | 'RegularExpression';
        value: string;
      }[];
      method?: 'CONNECT' | 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT' | 'TRACE';
      path?: {
        type?: 'Exact' | 'PathPrefix' | 'RegularExpression';
        value?: string;
      };
      queryParams?: {
        name: string;
        type?: 'Exact' | 'RegularExpression';
        value: string;
      }[];
    }[];
    name?: string;
    retry?: {
      attempts?: number;
      backoff?: string;
      codes?: number[];
    };
    timeouts?: {
      backendRequest?: string;
      request?: string;
    };
  }[];
}
