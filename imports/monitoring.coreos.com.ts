// Written by "npm run import:crds".
/** `spec` of monitoring.coreos.com/v1alpha1 AlertmanagerConfig, by crds/prometheus-operator-v0.85.0-alertmanagerconfigs.yaml. */

export interface AlertmanagerConfigSpec {
  inhibitRules?: {
    equal?: string[];
    sourceMatch?: {
      matchType?: '!=' | '!~' | '=' | '=~';
      name: string;
      regex?: boolean;
      value?: string;
    }[];
    targetMatch?: {
      matchType?: '!=' | '!~' | '=' | '=~';
      name: string;
      regex?: boolean;
      value?: string;
    }[];
  }[];
  muteTimeIntervals?: {
    name: string;
    timeIntervals?: {
      daysOfMonth?: {
        end?: number;
        start?: number;
      }[];
      months?: string[];
      times?: {
        endTime?: string;
        startTime?: string;
      }[];
      weekdays?: string[];
      years?: string[];
    }[];
  }[];
  receivers?: {
    discordConfigs?: {
      apiURL: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      avatarURL?: string;
      content?: string;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      message?: string;
      sendResolved?: boolean;
      title?: string;
      username?: string;
    }[];
    emailConfigs?: {
      authIdentity?: string;
      authPassword?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      authSecret?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      authUsername?: string;
      from?: string;
      headers?: {
        key: string;
        value: string;
      }[];
      hello?: string;
      html?: string;
      requireTLS?: boolean;
      sendResolved?: boolean;
      smarthost?: string;
      text?: string;
      tlsConfig?: {
        ca?: {
          configMap?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          secret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        cert?: {
          configMap?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          secret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        insecureSkipVerify?: boolean;
        keySecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
        minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
        serverName?: string;
      };
      to?: string;
    }[];
    msteamsConfigs?: {
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      sendResolved?: boolean;
      summary?: string;
      text?: string;
      title?: string;
      webhookUrl: {
        key: string;
        name?: string;
        optional?: boolean;
      };
    }[];
    msteamsv2Configs?: {
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      sendResolved?: boolean;
      text?: string;
      title?: string;
      webhookURL?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
    }[];
    name: string;
    opsgenieConfigs?: {
      actions?: string;
      apiKey?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      apiURL?: string;
      description?: string;
      details?: {
        key: string;
        value: string;
      }[];
      entity?: string;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      message?: string;
      note?: string;
      priority?: string;
      responders?: {
        id?: string;
        name?: string;
        type: string;
        username?: string;
      }[];
      sendResolved?: boolean;
      source?: string;
      tags?: string;
      updateAlerts?: boolean;
    }[];
    pagerdutyConfigs?: {
      class?: string;
      client?: string;
      clientURL?: string;
      component?: string;
      description?: string;
      details?: {
        key: string;
        value: string;
      }[];
      group?: string;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      pagerDutyImageConfigs?: {
        alt?: string;
        href?: string;
        src?: string;
      }[];
      pagerDutyLinkConfigs?: {
        alt?: string;
        href?: string;
      }[];
      routingKey?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      sendResolved?: boolean;
      serviceKey?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      severity?: string;
      source?: string;
      url?: string;
    }[];
    pushoverConfigs?: {
      device?: string;
      expire?: string;
      html?: boolean;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      message?: string;
      priority?: string;
      retry?: string;
      sendResolved?: boolean;
      sound?: string;
      title?: string;
      token?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      tokenFile?: string;
      ttl?: string;
      url?: string;
      urlTitle?: string;
      userKey?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      userKeyFile?: string;
    }[];
    rocketchatConfigs?: {
      actions?: {
        msg?: string;
        text?: string;
        url?: string;
      }[];
      apiURL?: string;
      channel?: string;
      color?: string;
      emoji?: string;
      fields?: {
        short?: boolean;
        title?: string;
        value?: string;
      }[];
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      iconURL?: string;
      imageURL?: string;
      linkNames?: boolean;
      sendResolved?: boolean;
      shortFields?: boolean;
      text?: string;
      thumbURL?: string;
      title?: string;
      titleLink?: string;
      token: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      tokenID: {
        key: string;
        name?: string;
        optional?: boolean;
      };
    }[];
    slackConfigs?: {
      actions?: {
        confirm?: {
          dismissText?: string;
          okText?: string;
          text: string;
          title?: string;
        };
        name?: string;
        style?: string;
        text: string;
        type: string;
        url?: string;
        value?: string;
      }[];
      apiURL?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      callbackId?: string;
      channel?: string;
      color?: string;
      fallback?: string;
      fields?: {
        short?: boolean;
        title: string;
        value: string;
      }[];
      footer?: string;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      iconEmoji?: string;
      iconURL?: string;
      imageURL?: string;
      linkNames?: boolean;
      mrkdwnIn?: string[];
      pretext?: string;
      sendResolved?: boolean;
      shortFields?: boolean;
      text?: string;
      thumbURL?: string;
      title?: string;
      titleLink?: string;
      username?: string;
    }[];
    snsConfigs?: {
      apiURL?: string;
      attributes?: {
        [k: string]: string;
      };
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      message?: string;
      phoneNumber?: string;
      sendResolved?: boolean;
      sigv4?: {
        accessKey?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        profile?: string;
        region?: string;
        roleArn?: string;
        secretKey?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
      };
      subject?: string;
      targetARN?: string;
      topicARN?: string;
    }[];
    telegramConfigs?: {
      apiURL?: string;
      botToken?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      botTokenFile?: string;
      chatID: number;
      disableNotifications?: boolean;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      message?: string;
      messageThreadID?: number;
      parseMode?: 'HTML' | 'Markdown' | 'MarkdownV2';
      sendResolved?: boolean;
    }[];
    victoropsConfigs?: {
      apiKey?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      apiUrl?: string;
      customFields?: {
        key: string;
        value: string;
      }[];
      entityDisplayName?: string;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      messageType?: string;
      monitoringTool?: string;
      routingKey?: string;
      sendResolved?: boolean;
      stateMessage?: string;
    }[];
    webexConfigs?: {
      apiURL?: string;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      message?: string;
      roomID: string;
      sendResolved?: boolean;
    }[];
    webhookConfigs?: {
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      maxAlerts?: number;
      sendResolved?: boolean;
      timeout?: string;
      url?: string;
      urlSecret?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
    }[];
    wechatConfigs?: {
      agentID?: string;
      apiSecret?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      apiURL?: string;
      corpID?: string;
      httpConfig?: {
        authorization?: {
          credentials?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          type?: string;
        };
        basicAuth?: {
          password?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          username?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        bearerTokenSecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        followRedirects?: boolean;
        noProxy?: string;
        oauth2?: {
          clientId: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          clientSecret: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          endpointParams?: {
            [k: string]: string;
          };
          noProxy?: string;
          proxyConnectHeader?: {
            [k: string]: {
              key: string;
              name?: string;
              optional?: boolean;
            }[];
          };
          proxyFromEnvironment?: boolean;
          proxyUrl?: string;
          scopes?: string[];
          tlsConfig?: {
            ca?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            cert?: {
              configMap?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
              secret?: {
                key: string;
                name?: string;
                optional?: boolean;
              };
            };
            insecureSkipVerify?: boolean;
            keySecret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
            serverName?: string;
          };
          tokenUrl: string;
        };
        proxyConnectHeader?: {
          [k: string]: {
            key: string;
            name?: string;
            optional?: boolean;
          }[];
        };
        proxyFromEnvironment?: boolean;
        proxyURL?: string;
        proxyUrl?: string;
        tlsConfig?: {
          ca?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          cert?: {
            configMap?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            secret?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
          insecureSkipVerify?: boolean;
          keySecret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
          serverName?: string;
        };
      };
      message?: string;
      messageType?: string;
      sendResolved?: boolean;
      toParty?: string;
      toTag?: string;
      toUser?: string;
    }[];
  }[];
  route?: {
    activeTimeIntervals?: string[];
    continue?: boolean;
    groupBy?: string[];
    groupInterval?: string;
    groupWait?: string;
    matchers?: {
      matchType?: '!=' | '!~' | '=' | '=~';
      name: string;
      regex?: boolean;
      value?: string;
    }[];
    muteTimeIntervals?: string[];
    receiver?: string;
    repeatInterval?: string;
    routes?: unknown[];
  };
}

/** `spec` of monitoring.coreos.com/v1 PodMonitor, by crds/prometheus-operator-v0.85.0-podmonitors.yaml. */

export interface PodMonitorSpec {
  attachMetadata?: {
    node?: boolean;
  };
  bodySizeLimit?: string;
  convertClassicHistogramsToNHCB?: boolean;
  fallbackScrapeProtocol?:
    'OpenMetricsText0.0.1' | 'OpenMetricsText1.0.0' | 'PrometheusProto' | 'PrometheusText0.0.4' | 'PrometheusText1.0.0';
  jobLabel?: string;
  keepDroppedTargets?: number;
  labelLimit?: number;
  labelNameLengthLimit?: number;
  labelValueLengthLimit?: number;
  namespaceSelector?: {
    any?: boolean;
    matchNames?: string[];
  };
  nativeHistogramBucketLimit?: number;
  nativeHistogramMinBucketFactor?: number | string;
  podMetricsEndpoints?: {
    authorization?: {
      credentials?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      type?: string;
    };
    basicAuth?: {
      password?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      username?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
    };
    bearerTokenSecret?: {
      key: string;
      name?: string;
      optional?: boolean;
    };
    enableHttp2?: boolean;
    filterRunning?: boolean;
    followRedirects?: boolean;
    honorLabels?: boolean;
    honorTimestamps?: boolean;
    interval?: string;
    metricRelabelings?: {
      action?:
        | 'Drop'
        | 'DropEqual'
        | 'HashMod'
        | 'Keep'
        | 'KeepEqual'
        | 'LabelDrop'
        | 'LabelKeep'
        | 'LabelMap'
        | 'Lowercase'
        | 'Replace'
        | 'Uppercase'
        | 'drop'
        | 'dropequal'
        | 'hashmod'
        | 'keep'
        | 'keepequal'
        | 'labeldrop'
        | 'labelkeep'
        | 'labelmap'
        | 'lowercase'
        | 'replace'
        | 'uppercase';
      modulus?: number;
      regex?: string;
      replacement?: string;
      separator?: string;
      sourceLabels?: string[];
      targetLabel?: string;
    }[];
    noProxy?: string;
    oauth2?: {
      clientId: {
        configMap?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        secret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
      };
      clientSecret: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      endpointParams?: {
        [k: string]: string;
      };
      noProxy?: string;
      proxyConnectHeader?: {
        [k: string]: {
          key: string;
          name?: string;
          optional?: boolean;
        }[];
      };
      proxyFromEnvironment?: boolean;
      proxyUrl?: string;
      scopes?: string[];
      tlsConfig?: {
        ca?: {
          configMap?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          secret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        cert?: {
          configMap?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          secret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        insecureSkipVerify?: boolean;
        keySecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
        minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
        serverName?: string;
      };
      tokenUrl: string;
    };
    params?: {
      [k: string]: string[];
    };
    path?: string;
    port?: string;
    portNumber?: number;
    proxyConnectHeader?: {
      [k: string]: {
        key: string;
        name?: string;
        optional?: boolean;
      }[];
    };
    proxyFromEnvironment?: boolean;
    proxyUrl?: string;
    relabelings?: {
      action?:
        | 'Drop'
        | 'DropEqual'
        | 'HashMod'
        | 'Keep'
        | 'KeepEqual'
        | 'LabelDrop'
        | 'LabelKeep'
        | 'LabelMap'
        | 'Lowercase'
        | 'Replace'
        | 'Uppercase'
        | 'drop'
        | 'dropequal'
        | 'hashmod'
        | 'keep'
        | 'keepequal'
        | 'labeldrop'
        | 'labelkeep'
        | 'labelmap'
        | 'lowercase'
        | 'replace'
        | 'uppercase';
      modulus?: number;
      regex?: string;
      replacement?: string;
      separator?: string;
      sourceLabels?: string[];
      targetLabel?: string;
    }[];
    scheme?: 'http' | 'https';
    scrapeTimeout?: string;
    targetPort?: number | string;
    tlsConfig?: {
      ca?: {
        configMap?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        secret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
      };
      cert?: {
        configMap?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        secret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
      };
      insecureSkipVerify?: boolean;
      keySecret?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
      minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
      serverName?: string;
    };
    trackTimestampsStaleness?: boolean;
  }[];
  podTargetLabels?: string[];
  sampleLimit?: number;
  scrapeClass?: string;
  scrapeClassicHistograms?: boolean;
  scrapeProtocols?: ('OpenMetricsText0.0.1' | 'OpenMetricsText1.0.0' | 'PrometheusProto' | 'PrometheusText0.0.4' | 'PrometheusText1.0.0')[];
  selector: {
    matchExpressions?: {
      key: string;
      operator: string;
      values?: string[];
    }[];
    matchLabels?: {
      [k: string]: string;
    };
  };
  selectorMechanism?: 'RelabelConfig' | 'RoleSelector';
  targetLimit?: number;
}

/** `spec` of monitoring.coreos.com/v1 PrometheusRule, by crds/prometheus-operator-v0.85.0-prometheusrules.yaml. */

export interface PrometheusRuleSpec {
  groups?: {
    interval?: string;
    labels?: {
      [k: string]: string;
    };
    limit?: number;
    name: string;
    partial_response_strategy?: string;
    query_offset?: string;
    rules?: {
      alert?: string;
      annotations?: {
        [k: string]: string;
      };
      expr: number | string;
      for?: string;
      keep_firing_for?: string;
      labels?: {
        [k: string]: string;
      };
      record?: string;
    }[];
  }[];
}

/** `spec` of monitoring.coreos.com/v1 ServiceMonitor, by crds/prometheus-operator-v0.85.0-servicemonitors.yaml. */

export interface ServiceMonitorSpec {
  attachMetadata?: {
    node?: boolean;
  };
  bodySizeLimit?: string;
  convertClassicHistogramsToNHCB?: boolean;
  endpoints: {
    authorization?: {
      credentials?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      type?: string;
    };
    basicAuth?: {
      password?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      username?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
    };
    bearerTokenFile?: string;
    bearerTokenSecret?: {
      key: string;
      name?: string;
      optional?: boolean;
    };
    enableHttp2?: boolean;
    filterRunning?: boolean;
    followRedirects?: boolean;
    honorLabels?: boolean;
    honorTimestamps?: boolean;
    interval?: string;
    metricRelabelings?: {
      action?:
        | 'Drop'
        | 'DropEqual'
        | 'HashMod'
        | 'Keep'
        | 'KeepEqual'
        | 'LabelDrop'
        | 'LabelKeep'
        | 'LabelMap'
        | 'Lowercase'
        | 'Replace'
        | 'Uppercase'
        | 'drop'
        | 'dropequal'
        | 'hashmod'
        | 'keep'
        | 'keepequal'
        | 'labeldrop'
        | 'labelkeep'
        | 'labelmap'
        | 'lowercase'
        | 'replace'
        | 'uppercase';
      modulus?: number;
      regex?: string;
      replacement?: string;
      separator?: string;
      sourceLabels?: string[];
      targetLabel?: string;
    }[];
    noProxy?: string;
    oauth2?: {
      clientId: {
        configMap?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        secret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
      };
      clientSecret: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      endpointParams?: {
        [k: string]: string;
      };
      noProxy?: string;
      proxyConnectHeader?: {
        [k: string]: {
          key: string;
          name?: string;
          optional?: boolean;
        }[];
      };
      proxyFromEnvironment?: boolean;
      proxyUrl?: string;
      scopes?: string[];
      tlsConfig?: {
        ca?: {
          configMap?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          secret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        cert?: {
          configMap?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
          secret?: {
            key: string;
            name?: string;
            optional?: boolean;
          };
        };
        insecureSkipVerify?: boolean;
        keySecret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
        minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
        serverName?: string;
      };
      tokenUrl: string;
    };
    params?: {
      [k: string]: string[];
    };
    path?: string;
    port?: string;
    proxyConnectHeader?: {
      [k: string]: {
        key: string;
        name?: string;
        optional?: boolean;
      }[];
    };
    proxyFromEnvironment?: boolean;
    proxyUrl?: string;
    relabelings?: {
      action?:
        | 'Drop'
        | 'DropEqual'
        | 'HashMod'
        | 'Keep'
        | 'KeepEqual'
        | 'LabelDrop'
        | 'LabelKeep'
        | 'LabelMap'
        | 'Lowercase'
        | 'Replace'
        | 'Uppercase'
        | 'drop'
        | 'dropequal'
        | 'hashmod'
        | 'keep'
        | 'keepequal'
        | 'labeldrop'
        | 'labelkeep'
        | 'labelmap'
        | 'lowercase'
        | 'replace'
        | 'uppercase';
      modulus?: number;
      regex?: string;
      replacement?: string;
      separator?: string;
      sourceLabels?: string[];
      targetLabel?: string;
    }[];
    scheme?: 'http' | 'https';
    scrapeTimeout?: string;
    targetPort?: number | string;
    tlsConfig?: {
      ca?: {
        configMap?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        secret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
      };
      caFile?: string;
      cert?: {
        configMap?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
        secret?: {
          key: string;
          name?: string;
          optional?: boolean;
        };
      };
      certFile?: string;
      insecureSkipVerify?: boolean;
      keyFile?: string;
      keySecret?: {
        key: string;
        name?: string;
        optional?: boolean;
      };
      maxVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
      minVersion?: 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13';
      serverName?: string;
    };
    trackTimestampsStaleness?: boolean;
  }[];
  fallbackScrapeProtocol?:
    'OpenMetricsText0.0.1' | 'OpenMetricsText1.0.0' | 'PrometheusProto' | 'PrometheusText0.0.4' | 'PrometheusText1.0.0';
  jobLabel?: string;
  keepDroppedTargets?: number;
  labelLimit?: number;
  labelNameLengthLimit?: number;
  labelValueLengthLimit?: number;
  namespaceSelector?: {
    any?: boolean;
    matchNames?: string[];
  };
  nativeHistogramBucketLimit?: number;
  nativeHistogramMinBucketFactor?: number | string;
  podTargetLabels?: string[];
  sampleLimit?: number;
  scrapeClass?: string;
  scrapeClassicHistograms?: boolean;
  scrapeProtocols?: ('OpenMetricsText0.0.1' | 'OpenMetricsText1.0.0' | 'PrometheusProto' | 'PrometheusText0.0.4' | 'PrometheusText1.0.0')[];
  selector: {
    matchExpressions?: {
      key: string;
      operator: string;
      values?: string[];
    }[];
    matchLabels?: {
      [k: string]: string;
    };
  };
  selectorMechanism?: 'RelabelConfig' | 'RoleSelector';
  targetLabels?: string[];
  targetLimit?: number;
}
