// Written by "npm run import:crds".
/** `spec` of external-secrets.io/v1 ExternalSecret, by crds/external-secrets-v2.9.0-externalsecret.yaml. */

export interface ExternalSecretSpec {
  data?: {
    remoteRef: {
      conversionStrategy?: 'Default' | 'Unicode';
      decodingStrategy?: 'Auto' | 'Base64' | 'Base64URL' | 'None';
      key: string;
      metadataPolicy?: 'Fetch' | 'None';
      nullBytePolicy?: 'Fail' | 'Ignore';
      property?: string;
      version?: string;
    };
    secretKey: string;
    sourceRef?: {
      generatorRef?: {
        apiVersion?: string;
        kind:
          | 'ACRAccessToken'
          | 'BeyondtrustWorkloadCredentialsDynamicSecret'
          | 'CloudsmithAccessToken'
          | 'ClusterGenerator'
          | 'ECRAuthorizationToken'
          | 'Fake'
          | 'GCRAccessToken'
          | 'GithubAccessToken'
          | 'GitlabDeployToken'
          | 'Grafana'
          | 'MFA'
          | 'Password'
          | 'QuayAccessToken'
          | 'SSHKey'
          | 'STSSessionToken'
          | 'UUID'
          | 'VaultDynamicSecret'
          | 'Webhook';
        name: string;
      };
      storeRef?: {
        kind?: 'ClusterSecretStore' | 'SecretStore';
        name?: string;
      };
    };
  }[];
  dataFrom?: {
    extract?: {
      conversionStrategy?: 'Default' | 'Unicode';
      decodingStrategy?: 'Auto' | 'Base64' | 'Base64URL' | 'None';
      key: string;
      metadataPolicy?: 'Fetch' | 'None';
      nullBytePolicy?: 'Fail' | 'Ignore';
      property?: string;
      version?: string;
    };
    find?: {
      conversionStrategy?: 'Default' | 'Unicode';
      decodingStrategy?: 'Auto' | 'Base64' | 'Base64URL' | 'None';
      name?: {
        regexp?: string;
      };
      nullBytePolicy?: 'Fail' | 'Ignore';
      path?: string;
      tags?: {
        [k: string]: string;
      };
    };
    rewrite?: {
      merge?: {
        conflictPolicy?: 'Error' | 'Ignore';
        into?: string;
        priority?: string[];
        priorityPolicy?: 'IgnoreNotFound' | 'Strict';
        strategy?: 'Extract' | 'JSON';
      };
      regexp?: {
        source: string;
        target: string;
      };
      transform?: {
        template: string;
      };
    }[];
    sourceRef?: {
      generatorRef?: {
        apiVersion?: string;
        kind:
          | 'ACRAccessToken'
          | 'BeyondtrustWorkloadCredentialsDynamicSecret'
          | 'CloudsmithAccessToken'
          | 'ClusterGenerator'
          | 'ECRAuthorizationToken'
          | 'Fake'
          | 'GCRAccessToken'
          | 'GithubAccessToken'
          | 'GitlabDeployToken'
          | 'Grafana'
          | 'MFA'
          | 'Password'
          | 'QuayAccessToken'
          | 'SSHKey'
          | 'STSSessionToken'
          | 'UUID'
          | 'VaultDynamicSecret'
          | 'Webhook';
        name: string;
      };
      storeRef?: {
        kind?: 'ClusterSecretStore' | 'SecretStore';
        name?: string;
      };
    };
  }[];
  refreshInterval?: string;
  refreshPolicy?: 'CreatedOnce' | 'OnChange' | 'Periodic';
  secretStoreRef?: {
    kind?: 'ClusterSecretStore' | 'SecretStore';
    name?: string;
  };
  syncWindows?: {
    kind: 'allow' | 'deny';
    windows: {
      duration: string;
      schedule: string;
    }[];
  };
  target?: {
    creationPolicy?: 'CreateOrMerge' | 'Merge' | 'None' | 'Orphan' | 'Owner';
    deletionPolicy?: 'Delete' | 'Merge' | 'Retain';
    immutable?: boolean;
    manifest?: {
      apiVersion: string;
      kind: string;
    };
    name?: string;
    template?: {
      data?: {
        [k: string]: string;
      };
      engineVersion?: 'v2';
      mergePolicy?: 'Merge' | 'Replace';
      metadata?: {
        annotations?: {
          [k: string]: string;
        };
        finalizers?: string[];
        labels?: {
          [k: string]: string;
        };
      };
      templateFrom?: {
        configMap?: {
          items: {
            key: string;
            templateAs?: 'KeysAndValues' | 'Values';
          }[];
          name: string;
        };
        literal?: string;
        secret?: {
          items: {
            key: string;
            templateAs?: 'KeysAndValues' | 'Values';
          }[];
          name: string;
        };
        target?: string;
        valuesDecodingStrategy?: 'Auto' | 'Base64' | 'Base64URL' | 'None';
      }[];
      type?: string;
    };
  };
}
