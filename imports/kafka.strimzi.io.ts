// Written by "npm run import:crds".
/** `spec` of kafka.strimzi.io/v1 Kafka, by crds/strimzi-v1-kafka.yaml. */

export interface KafkaSpec {
  kafka: {
    version?: string;
    metadataVersion?: string;
    image?: string;
    listeners: {
      name: string;
      port: number;
      type: 'cluster-ip' | 'ingress' | 'internal' | 'loadbalancer' | 'nodeport' | 'route' | 'tlsroute';
      tls: boolean;
      authentication?: {
        listenerConfig?: {
          [k: string]: unknown;
        };
        sasl?: boolean;
        type: 'custom' | 'scram-sha-512' | 'tls';
      };
      configuration?: {
        brokerCertChainAndKey?: {
          secretName: string;
          certificate: string;
          key: string;
        };
        class?: string;
        externalTrafficPolicy?: 'Cluster' | 'Local';
        loadBalancerSourceRanges?: string[];
        bootstrap?: {
          alternativeNames?: string[];
          host?: string;
          nodePort?: number;
          loadBalancerIP?: string;
          annotations?: {
            [k: string]: string;
          };
          labels?: {
            [k: string]: string;
          };
          externalIPs?: string[];
        };
        brokers?: {
          broker: number;
          advertisedHost?: string;
          advertisedPort?: number;
          host?: string;
          nodePort?: number;
          loadBalancerIP?: string;
          annotations?: {
            [k: string]: string;
          };
          labels?: {
            [k: string]: string;
          };
          externalIPs?: string[];
        }[];
        ipFamilyPolicy?: 'PreferDualStack' | 'RequireDualStack' | 'SingleStack';
        ipFamilies?: ('IPv4' | 'IPv6')[];
        createBootstrapService?: boolean;
        finalizers?: string[];
        useServiceDnsDomain?: boolean;
        maxConnections?: number;
        maxConnectionCreationRate?: number;
        preferredNodePortAddressType?: 'ExternalDNS' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'InternalIP';
        publishNotReadyAddresses?: boolean;
        perBrokerAnnotationsTemplate?: {
          [k: string]: string;
        };
        perBrokerLabelsTemplate?: {
          [k: string]: string;
        };
        hostTemplate?: string;
        advertisedHostTemplate?: string;
        advertisedPortTemplate?: string;
        allocateLoadBalancerNodePorts?: boolean;
        parentRefs?: {
          kind?: string;
          group?: string;
          name?: string;
          namespace?: string;
          port?: number;
          sectionName?: string;
        }[];
      };
      networkPolicyPeers?: {
        ipBlock?: {
          cidr?: string;
          except?: string[];
        };
        namespaceSelector?: {
          matchExpressions?: {
            key?: string;
            operator?: string;
            values?: string[];
          }[];
          matchLabels?: {
            [k: string]: string;
          };
        };
        podSelector?: {
          matchExpressions?: {
            key?: string;
            operator?: string;
            values?: string[];
          }[];
          matchLabels?: {
            [k: string]: string;
          };
        };
      }[];
    }[];
    config?: {
      [k: string]: unknown;
    };
    authorization?: {
      authorizerClass?: string;
      superUsers?: string[];
      supportsAdminApi?: boolean;
      type: 'custom' | 'simple';
    };
    rack?: {
      envVarName?: string;
      topologyKey?: string;
      type?: 'environment-variable' | 'topology-label';
    };
    brokerRackInitImage?: string;
    livenessProbe?: {
      initialDelaySeconds?: number;
      timeoutSeconds?: number;
      periodSeconds?: number;
      successThreshold?: number;
      failureThreshold?: number;
    };
    readinessProbe?: {
      initialDelaySeconds?: number;
      timeoutSeconds?: number;
      periodSeconds?: number;
      successThreshold?: number;
      failureThreshold?: number;
    };
    jvmOptions?: {
      '-XX'?: {
        [k: string]: string;
      };
      '-Xmx'?: string;
      '-Xms'?: string;
      gcLoggingEnabled?: boolean;
      javaSystemProperties?: {
        name?: string;
        value?: string;
      }[];
    };
    jmxOptions?: {
      authentication?: {
        type: 'password';
      };
    };
    metricsConfig?: {
      type: 'jmxPrometheusExporter' | 'strimziMetricsReporter';
      valueFrom?: {
        configMapKeyRef?: {
          key?: string;
          name?: string;
          optional?: boolean;
        };
      };
      values?: {
        allowList?: string[];
      };
    };
    logging?: {
      loggers?: {
        [k: string]: string;
      };
      type: 'external' | 'inline';
      valueFrom?: {
        configMapKeyRef?: {
          key?: string;
          name?: string;
          optional?: boolean;
        };
      };
    };
    template?: {
      pod?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        imagePullSecrets?: {
          name?: string;
        }[];
        securityContext?: {
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          fsGroup?: number;
          fsGroupChangePolicy?: string;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxChangePolicy?: string;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          supplementalGroups?: number[];
          supplementalGroupsPolicy?: string;
          sysctls?: {
            name?: string;
            value?: string;
          }[];
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        terminationGracePeriodSeconds?: number;
        affinity?: {
          nodeAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              preference?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchFields?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              nodeSelectorTerms?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchFields?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
              }[];
            };
          };
          podAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              podAffinityTerm?: {
                labelSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                matchLabelKeys?: string[];
                mismatchLabelKeys?: string[];
                namespaceSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                namespaces?: string[];
                topologyKey?: string;
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            }[];
          };
          podAntiAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              podAffinityTerm?: {
                labelSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                matchLabelKeys?: string[];
                mismatchLabelKeys?: string[];
                namespaceSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                namespaces?: string[];
                topologyKey?: string;
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            }[];
          };
        };
        tolerations?: {
          effect?: string;
          key?: string;
          operator?: string;
          tolerationSeconds?: number;
          value?: string;
        }[];
        topologySpreadConstraints?: {
          labelSelector?: {
            matchExpressions?: {
              key?: string;
              operator?: string;
              values?: string[];
            }[];
            matchLabels?: {
              [k: string]: string;
            };
          };
          matchLabelKeys?: string[];
          maxSkew?: number;
          minDomains?: number;
          nodeAffinityPolicy?: string;
          nodeTaintsPolicy?: string;
          topologyKey?: string;
          whenUnsatisfiable?: string;
        }[];
        priorityClassName?: string;
        schedulerName?: string;
        hostAliases?: {
          hostnames?: string[];
          ip?: string;
        }[];
        dnsPolicy?: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None';
        dnsConfig?: {
          nameservers?: string[];
          options?: {
            name?: string;
            value?: string;
          }[];
          searches?: string[];
        };
        enableServiceLinks?: boolean;
        tmpDirSizeLimit?: string;
        volumes?: {
          name?: string;
          secret?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            optional?: boolean;
            secretName?: string;
          };
          configMap?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            name?: string;
            optional?: boolean;
          };
          emptyDir?: {
            medium?: 'Memory';
            sizeLimit?: string;
          };
          persistentVolumeClaim?: {
            claimName?: string;
            readOnly?: boolean;
          };
          csi?: {
            driver?: string;
            fsType?: string;
            nodePublishSecretRef?: {
              name?: string;
            };
            readOnly?: boolean;
            volumeAttributes?: {
              [k: string]: string;
            };
          };
          image?: {
            pullPolicy?: string;
            reference?: string;
          };
        }[];
        templatedVolumes?: {
          name?: string;
          secret?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            optional?: boolean;
            secretName?: string;
          };
          configMap?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            name?: string;
            optional?: boolean;
          };
          persistentVolumeClaim?: {
            claimName?: string;
            readOnly?: boolean;
          };
        }[];
        hostUsers?: boolean;
      };
      bootstrapService?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        ipFamilyPolicy?: 'PreferDualStack' | 'RequireDualStack' | 'SingleStack';
        ipFamilies?: ('IPv4' | 'IPv6')[];
      };
      brokersService?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        ipFamilyPolicy?: 'PreferDualStack' | 'RequireDualStack' | 'SingleStack';
        ipFamilies?: ('IPv4' | 'IPv6')[];
      };
      externalBootstrapService?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      perPodService?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      externalBootstrapRoute?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      perPodRoute?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      externalBootstrapIngress?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      perPodIngress?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      persistentVolumeClaim?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      podDisruptionBudget?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        maxUnavailable?: number;
      };
      kafkaContainer?: {
        env?: {
          name?: string;
          value?: string;
          valueFrom?: {
            secretKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
            configMapKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          capabilities?: {
            add?: string[];
            drop?: string[];
          };
          privileged?: boolean;
          procMount?: string;
          readOnlyRootFilesystem?: boolean;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        volumeMounts?: {
          mountPath?: string;
          mountPropagation?: string;
          name?: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
      };
      initContainer?: {
        env?: {
          name?: string;
          value?: string;
          valueFrom?: {
            secretKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
            configMapKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          capabilities?: {
            add?: string[];
            drop?: string[];
          };
          privileged?: boolean;
          procMount?: string;
          readOnlyRootFilesystem?: boolean;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        volumeMounts?: {
          mountPath?: string;
          mountPropagation?: string;
          name?: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
      };
      clusterCaCert?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      serviceAccount?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      jmxSecret?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      clusterRoleBinding?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      podSet?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
    };
    tieredStorage?: {
      remoteStorageManager?: {
        className?: string;
        classPath?: string;
        config?: {
          [k: string]: string;
        };
      };
      type: 'custom';
    };
    quotas?: {
      consumerByteRate?: number;
      controllerMutationRate?: number;
      excludedPrincipals?: string[];
      minAvailableBytesPerVolume?: number;
      minAvailableRatioPerVolume?: number;
      producerByteRate?: number;
      requestPercentage?: number;
      type: 'kafka' | 'strimzi';
    };
  };
  entityOperator?: {
    topicOperator?: {
      watchedNamespace?: string;
      image?: string;
      reconciliationIntervalMs?: number;
      startupProbe?: {
        initialDelaySeconds?: number;
        timeoutSeconds?: number;
        periodSeconds?: number;
        successThreshold?: number;
        failureThreshold?: number;
      };
      livenessProbe?: {
        initialDelaySeconds?: number;
        timeoutSeconds?: number;
        periodSeconds?: number;
        successThreshold?: number;
        failureThreshold?: number;
      };
      readinessProbe?: {
        initialDelaySeconds?: number;
        timeoutSeconds?: number;
        periodSeconds?: number;
        successThreshold?: number;
        failureThreshold?: number;
      };
      resources?: {
        claims?: {
          name?: string;
          request?: string;
        }[];
        limits?: {
          [k: string]: number | string;
        };
        requests?: {
          [k: string]: number | string;
        };
      };
      logging?: {
        loggers?: {
          [k: string]: string;
        };
        type: 'external' | 'inline';
        valueFrom?: {
          configMapKeyRef?: {
            key?: string;
            name?: string;
            optional?: boolean;
          };
        };
      };
      jvmOptions?: {
        '-XX'?: {
          [k: string]: string;
        };
        '-Xmx'?: string;
        '-Xms'?: string;
        gcLoggingEnabled?: boolean;
        javaSystemProperties?: {
          name?: string;
          value?: string;
        }[];
      };
    };
    userOperator?: {
      watchedNamespace?: string;
      image?: string;
      reconciliationIntervalMs?: number;
      secretPrefix?: string;
      livenessProbe?: {
        initialDelaySeconds?: number;
        timeoutSeconds?: number;
        periodSeconds?: number;
        successThreshold?: number;
        failureThreshold?: number;
      };
      readinessProbe?: {
        initialDelaySeconds?: number;
        timeoutSeconds?: number;
        periodSeconds?: number;
        successThreshold?: number;
        failureThreshold?: number;
      };
      resources?: {
        claims?: {
          name?: string;
          request?: string;
        }[];
        limits?: {
          [k: string]: number | string;
        };
        requests?: {
          [k: string]: number | string;
        };
      };
      logging?: {
        loggers?: {
          [k: string]: string;
        };
        type: 'external' | 'inline';
        valueFrom?: {
          configMapKeyRef?: {
            key?: string;
            name?: string;
            optional?: boolean;
          };
        };
      };
      jvmOptions?: {
        '-XX'?: {
          [k: string]: string;
        };
        '-Xmx'?: string;
        '-Xms'?: string;
        gcLoggingEnabled?: boolean;
        javaSystemProperties?: {
          name?: string;
          value?: string;
        }[];
      };
    };
    template?: {
      deployment?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        deploymentStrategy?: 'Recreate' | 'RollingUpdate';
      };
      pod?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        imagePullSecrets?: {
          name?: string;
        }[];
        securityContext?: {
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          fsGroup?: number;
          fsGroupChangePolicy?: string;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxChangePolicy?: string;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          supplementalGroups?: number[];
          supplementalGroupsPolicy?: string;
          sysctls?: {
            name?: string;
            value?: string;
          }[];
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        terminationGracePeriodSeconds?: number;
        affinity?: {
          nodeAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              preference?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchFields?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              nodeSelectorTerms?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchFields?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
              }[];
            };
          };
          podAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              podAffinityTerm?: {
                labelSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                matchLabelKeys?: string[];
                mismatchLabelKeys?: string[];
                namespaceSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                namespaces?: string[];
                topologyKey?: string;
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            }[];
          };
          podAntiAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              podAffinityTerm?: {
                labelSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                matchLabelKeys?: string[];
                mismatchLabelKeys?: string[];
                namespaceSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                namespaces?: string[];
                topologyKey?: string;
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            }[];
          };
        };
        tolerations?: {
          effect?: string;
          key?: string;
          operator?: string;
          tolerationSeconds?: number;
          value?: string;
        }[];
        topologySpreadConstraints?: {
          labelSelector?: {
            matchExpressions?: {
              key?: string;
              operator?: string;
              values?: string[];
            }[];
            matchLabels?: {
              [k: string]: string;
            };
          };
          matchLabelKeys?: string[];
          maxSkew?: number;
          minDomains?: number;
          nodeAffinityPolicy?: string;
          nodeTaintsPolicy?: string;
          topologyKey?: string;
          whenUnsatisfiable?: string;
        }[];
        priorityClassName?: string;
        schedulerName?: string;
        hostAliases?: {
          hostnames?: string[];
          ip?: string;
        }[];
        dnsPolicy?: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None';
        dnsConfig?: {
          nameservers?: string[];
          options?: {
            name?: string;
            value?: string;
          }[];
          searches?: string[];
        };
        enableServiceLinks?: boolean;
        tmpDirSizeLimit?: string;
        volumes?: {
          name?: string;
          secret?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            optional?: boolean;
            secretName?: string;
          };
          configMap?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            name?: string;
            optional?: boolean;
          };
          emptyDir?: {
            medium?: 'Memory';
            sizeLimit?: string;
          };
          persistentVolumeClaim?: {
            claimName?: string;
            readOnly?: boolean;
          };
          csi?: {
            driver?: string;
            fsType?: string;
            nodePublishSecretRef?: {
              name?: string;
            };
            readOnly?: boolean;
            volumeAttributes?: {
              [k: string]: string;
            };
          };
          image?: {
            pullPolicy?: string;
            reference?: string;
          };
        }[];
        hostUsers?: boolean;
      };
      topicOperatorContainer?: {
        env?: {
          name?: string;
          value?: string;
          valueFrom?: {
            secretKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
            configMapKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          capabilities?: {
            add?: string[];
            drop?: string[];
          };
          privileged?: boolean;
          procMount?: string;
          readOnlyRootFilesystem?: boolean;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        volumeMounts?: {
          mountPath?: string;
          mountPropagation?: string;
          name?: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
      };
      userOperatorContainer?: {
        env?: {
          name?: string;
          value?: string;
          valueFrom?: {
            secretKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
            configMapKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          capabilities?: {
            add?: string[];
            drop?: string[];
          };
          privileged?: boolean;
          procMount?: string;
          readOnlyRootFilesystem?: boolean;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        volumeMounts?: {
          mountPath?: string;
          mountPropagation?: string;
          name?: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
      };
      serviceAccount?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      podDisruptionBudget?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        maxUnavailable?: number;
      };
      entityOperatorRole?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      topicOperatorRoleBinding?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      userOperatorRoleBinding?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
    };
  };
  clusterCa?: {
    generateCertificateAuthority?: boolean;
    generateSecretOwnerReference?: boolean;
    validityDays?: number;
    renewalDays?: number;
    certificateExpirationPolicy?: 'renew-certificate' | 'replace-key';
  };
  clientsCa?: {
    generateCertificateAuthority?: boolean;
    generateSecretOwnerReference?: boolean;
    validityDays?: number;
    renewalDays?: number;
    certificateExpirationPolicy?: 'renew-certificate' | 'replace-key';
  };
  cruiseControl?: {
    image?: string;
    resources?: {
      claims?: {
        name?: string;
        request?: string;
      }[];
      limits?: {
        [k: string]: number | string;
      };
      requests?: {
        [k: string]: number | string;
      };
    };
    livenessProbe?: {
      initialDelaySeconds?: number;
      timeoutSeconds?: number;
      periodSeconds?: number;
      successThreshold?: number;
      failureThreshold?: number;
    };
    readinessProbe?: {
      initialDelaySeconds?: number;
      timeoutSeconds?: number;
      periodSeconds?: number;
      successThreshold?: number;
      failureThreshold?: number;
    };
    jvmOptions?: {
      '-XX'?: {
        [k: string]: string;
      };
      '-Xmx'?: string;
      '-Xms'?: string;
      gcLoggingEnabled?: boolean;
      javaSystemProperties?: {
        name?: string;
        value?: string;
      }[];
    };
    logging?: {
      loggers?: {
        [k: string]: string;
      };
      type: 'external' | 'inline';
      valueFrom?: {
        configMapKeyRef?: {
          key?: string;
          name?: string;
          optional?: boolean;
        };
      };
    };
    template?: {
      deployment?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        deploymentStrategy?: 'Recreate' | 'RollingUpdate';
      };
      pod?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        imagePullSecrets?: {
          name?: string;
        }[];
        securityContext?: {
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          fsGroup?: number;
          fsGroupChangePolicy?: string;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxChangePolicy?: string;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          supplementalGroups?: number[];
          supplementalGroupsPolicy?: string;
          sysctls?: {
            name?: string;
            value?: string;
          }[];
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        terminationGracePeriodSeconds?: number;
        affinity?: {
          nodeAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              preference?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchFields?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              nodeSelectorTerms?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchFields?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
              }[];
            };
          };
          podAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              podAffinityTerm?: {
                labelSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                matchLabelKeys?: string[];
                mismatchLabelKeys?: string[];
                namespaceSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                namespaces?: string[];
                topologyKey?: string;
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            }[];
          };
          podAntiAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              podAffinityTerm?: {
                labelSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                matchLabelKeys?: string[];
                mismatchLabelKeys?: string[];
                namespaceSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                namespaces?: string[];
                topologyKey?: string;
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            }[];
          };
        };
        tolerations?: {
          effect?: string;
          key?: string;
          operator?: string;
          tolerationSeconds?: number;
          value?: string;
        }[];
        topologySpreadConstraints?: {
          labelSelector?: {
            matchExpressions?: {
              key?: string;
              operator?: string;
              values?: string[];
            }[];
            matchLabels?: {
              [k: string]: string;
            };
          };
          matchLabelKeys?: string[];
          maxSkew?: number;
          minDomains?: number;
          nodeAffinityPolicy?: string;
          nodeTaintsPolicy?: string;
          topologyKey?: string;
          whenUnsatisfiable?: string;
        }[];
        priorityClassName?: string;
        schedulerName?: string;
        hostAliases?: {
          hostnames?: string[];
          ip?: string;
        }[];
        dnsPolicy?: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None';
        dnsConfig?: {
          nameservers?: string[];
          options?: {
            name?: string;
            value?: string;
          }[];
          searches?: string[];
        };
        enableServiceLinks?: boolean;
        tmpDirSizeLimit?: string;
        volumes?: {
          name?: string;
          secret?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            optional?: boolean;
            secretName?: string;
          };
          configMap?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            name?: string;
            optional?: boolean;
          };
          emptyDir?: {
            medium?: 'Memory';
            sizeLimit?: string;
          };
          persistentVolumeClaim?: {
            claimName?: string;
            readOnly?: boolean;
          };
          csi?: {
            driver?: string;
            fsType?: string;
            nodePublishSecretRef?: {
              name?: string;
            };
            readOnly?: boolean;
            volumeAttributes?: {
              [k: string]: string;
            };
          };
          image?: {
            pullPolicy?: string;
            reference?: string;
          };
        }[];
        hostUsers?: boolean;
      };
      apiService?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        ipFamilyPolicy?: 'PreferDualStack' | 'RequireDualStack' | 'SingleStack';
        ipFamilies?: ('IPv4' | 'IPv6')[];
      };
      podDisruptionBudget?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        maxUnavailable?: number;
      };
      cruiseControlContainer?: {
        env?: {
          name?: string;
          value?: string;
          valueFrom?: {
            secretKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
            configMapKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          capabilities?: {
            add?: string[];
            drop?: string[];
          };
          privileged?: boolean;
          procMount?: string;
          readOnlyRootFilesystem?: boolean;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        volumeMounts?: {
          mountPath?: string;
          mountPropagation?: string;
          name?: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
      };
      serviceAccount?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
    };
    brokerCapacity?: {
      cpu?: string;
      inboundNetwork?: string;
      outboundNetwork?: string;
      overrides?: {
        brokers: number[];
        cpu?: string;
        inboundNetwork?: string;
        outboundNetwork?: string;
      }[];
    };
    config?: {
      [k: string]: unknown;
    };
    metricsConfig?: {
      type: 'jmxPrometheusExporter' | 'strimziMetricsReporter';
      valueFrom?: {
        configMapKeyRef?: {
          key?: string;
          name?: string;
          optional?: boolean;
        };
      };
      values?: {
        allowList?: string[];
      };
    };
    apiUsers?: {
      type: 'hashLoginService';
      valueFrom: {
        secretKeyRef?: {
          key?: string;
          name?: string;
          optional?: boolean;
        };
      };
    };
    autoRebalance?: {
      mode: 'add-brokers' | 'remove-brokers';
      template?: {
        name?: string;
      };
    }[];
  };
  kafkaExporter?: {
    image?: string;
    groupRegex?: string;
    topicRegex?: string;
    groupExcludeRegex?: string;
    topicExcludeRegex?: string;
    resources?: {
      claims?: {
        name?: string;
        request?: string;
      }[];
      limits?: {
        [k: string]: number | string;
      };
      requests?: {
        [k: string]: number | string;
      };
    };
    logging?: string;
    livenessProbe?: {
      initialDelaySeconds?: number;
      timeoutSeconds?: number;
      periodSeconds?: number;
      successThreshold?: number;
      failureThreshold?: number;
    };
    readinessProbe?: {
      initialDelaySeconds?: number;
      timeoutSeconds?: number;
      periodSeconds?: number;
      successThreshold?: number;
      failureThreshold?: number;
    };
    enableSaramaLogging?: boolean;
    showAllOffsets?: boolean;
    template?: {
      deployment?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        deploymentStrategy?: 'Recreate' | 'RollingUpdate';
      };
      pod?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        imagePullSecrets?: {
          name?: string;
        }[];
        securityContext?: {
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          fsGroup?: number;
          fsGroupChangePolicy?: string;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxChangePolicy?: string;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          supplementalGroups?: number[];
          supplementalGroupsPolicy?: string;
          sysctls?: {
            name?: string;
            value?: string;
          }[];
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        terminationGracePeriodSeconds?: number;
        affinity?: {
          nodeAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              preference?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchFields?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              nodeSelectorTerms?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchFields?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
              }[];
            };
          };
          podAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              podAffinityTerm?: {
                labelSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                matchLabelKeys?: string[];
                mismatchLabelKeys?: string[];
                namespaceSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                namespaces?: string[];
                topologyKey?: string;
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            }[];
          };
          podAntiAffinity?: {
            preferredDuringSchedulingIgnoredDuringExecution?: {
              podAffinityTerm?: {
                labelSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                matchLabelKeys?: string[];
                mismatchLabelKeys?: string[];
                namespaceSelector?: {
                  matchExpressions?: {
                    key?: string;
                    operator?: string;
                    values?: string[];
                  }[];
                  matchLabels?: {
                    [k: string]: string;
                  };
                };
                namespaces?: string[];
                topologyKey?: string;
              };
              weight?: number;
            }[];
            requiredDuringSchedulingIgnoredDuringExecution?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            }[];
          };
        };
        tolerations?: {
          effect?: string;
          key?: string;
          operator?: string;
          tolerationSeconds?: number;
          value?: string;
        }[];
        topologySpreadConstraints?: {
          labelSelector?: {
            matchExpressions?: {
              key?: string;
              operator?: string;
              values?: string[];
            }[];
            matchLabels?: {
              [k: string]: string;
            };
          };
          matchLabelKeys?: string[];
          maxSkew?: number;
          minDomains?: number;
          nodeAffinityPolicy?: string;
          nodeTaintsPolicy?: string;
          topologyKey?: string;
          whenUnsatisfiable?: string;
        }[];
        priorityClassName?: string;
        schedulerName?: string;
        hostAliases?: {
          hostnames?: string[];
          ip?: string;
        }[];
        dnsPolicy?: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None';
        dnsConfig?: {
          nameservers?: string[];
          options?: {
            name?: string;
            value?: string;
          }[];
          searches?: string[];
        };
        enableServiceLinks?: boolean;
        tmpDirSizeLimit?: string;
        volumes?: {
          name?: string;
          secret?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            optional?: boolean;
            secretName?: string;
          };
          configMap?: {
            defaultMode?: number;
            items?: {
              key?: string;
              mode?: number;
              path?: string;
            }[];
            name?: string;
            optional?: boolean;
          };
          emptyDir?: {
            medium?: 'Memory';
            sizeLimit?: string;
          };
          persistentVolumeClaim?: {
            claimName?: string;
            readOnly?: boolean;
          };
          csi?: {
            driver?: string;
            fsType?: string;
            nodePublishSecretRef?: {
              name?: string;
            };
            readOnly?: boolean;
            volumeAttributes?: {
              [k: string]: string;
            };
          };
          image?: {
            pullPolicy?: string;
            reference?: string;
          };
        }[];
        hostUsers?: boolean;
      };
      container?: {
        env?: {
          name?: string;
          value?: string;
          valueFrom?: {
            secretKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
            configMapKeyRef?: {
              key?: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          capabilities?: {
            add?: string[];
            drop?: string[];
          };
          privileged?: boolean;
          procMount?: string;
          readOnlyRootFilesystem?: boolean;
          runAsGroup?: number;
          runAsNonRoot?: boolean;
          runAsUser?: number;
          seLinuxOptions?: {
            level?: string;
            role?: string;
            type?: string;
            user?: string;
          };
          seccompProfile?: {
            localhostProfile?: string;
            type?: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        volumeMounts?: {
          mountPath?: string;
          mountPropagation?: string;
          name?: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
      };
      serviceAccount?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
      };
      podDisruptionBudget?: {
        metadata?: {
          labels?: {
            [k: string]: string;
          };
          annotations?: {
            [k: string]: string;
          };
        };
        maxUnavailable?: number;
      };
    };
  };
  maintenanceTimeWindows?: string[];
}

/** `spec` of kafka.strimzi.io/v1 KafkaNodePool, by crds/strimzi-v1-kafkanodepool.yaml. */

export interface KafkaNodePoolSpec {
  replicas: number;
  storage: {
    class?: string;
    deleteClaim?: boolean;
    id?: number;
    kraftMetadata?: 'shared';
    selector?: {
      [k: string]: string;
    };
    size?: string;
    sizeLimit?: string;
    type: 'ephemeral' | 'jbod' | 'persistent-claim';
    volumeAttributesClass?: string;
    volumes?: {
      class?: string;
      deleteClaim?: boolean;
      id?: number;
      kraftMetadata?: 'shared';
      selector?: {
        [k: string]: string;
      };
      size?: string;
      sizeLimit?: string;
      type: 'ephemeral' | 'persistent-claim';
      volumeAttributesClass?: string;
    }[];
  };
  roles: ('broker' | 'controller')[];
  resources?: {
    claims?: {
      name?: string;
      request?: string;
    }[];
    limits?: {
      [k: string]: number | string;
    };
    requests?: {
      [k: string]: number | string;
    };
  };
  jvmOptions?: {
    '-XX'?: {
      [k: string]: string;
    };
    '-Xmx'?: string;
    '-Xms'?: string;
    gcLoggingEnabled?: boolean;
    javaSystemProperties?: {
      name?: string;
      value?: string;
    }[];
  };
  template?: {
    podSet?: {
      metadata?: {
        labels?: {
          [k: string]: string;
        };
        annotations?: {
          [k: string]: string;
        };
      };
    };
    pod?: {
      metadata?: {
        labels?: {
          [k: string]: string;
        };
        annotations?: {
          [k: string]: string;
        };
      };
      imagePullSecrets?: {
        name?: string;
      }[];
      securityContext?: {
        appArmorProfile?: {
          localhostProfile?: string;
          type?: string;
        };
        fsGroup?: number;
        fsGroupChangePolicy?: string;
        runAsGroup?: number;
        runAsNonRoot?: boolean;
        runAsUser?: number;
        seLinuxChangePolicy?: string;
        seLinuxOptions?: {
          level?: string;
          role?: string;
          type?: string;
          user?: string;
        };
        seccompProfile?: {
          localhostProfile?: string;
          type?: string;
        };
        supplementalGroups?: number[];
        supplementalGroupsPolicy?: string;
        sysctls?: {
          name?: string;
          value?: string;
        }[];
        windowsOptions?: {
          gmsaCredentialSpec?: string;
          gmsaCredentialSpecName?: string;
          hostProcess?: boolean;
          runAsUserName?: string;
        };
      };
      terminationGracePeriodSeconds?: number;
      affinity?: {
        nodeAffinity?: {
          preferredDuringSchedulingIgnoredDuringExecution?: {
            preference?: {
              matchExpressions?: {
                key?: string;
                operator?: string;
                values?: string[];
              }[];
              matchFields?: {
                key?: string;
                operator?: string;
                values?: string[];
              }[];
            };
            weight?: number;
          }[];
          requiredDuringSchedulingIgnoredDuringExecution?: {
            nodeSelectorTerms?: {
              matchExpressions?: {
                key?: string;
                operator?: string;
                values?: string[];
              }[];
              matchFields?: {
                key?: string;
                operator?: string;
                values?: string[];
              }[];
            }[];
          };
        };
        podAffinity?: {
          preferredDuringSchedulingIgnoredDuringExecution?: {
            podAffinityTerm?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            };
            weight?: number;
          }[];
          requiredDuringSchedulingIgnoredDuringExecution?: {
            labelSelector?: {
              matchExpressions?: {
                key?: string;
                operator?: string;
                values?: string[];
              }[];
              matchLabels?: {
                [k: string]: string;
              };
            };
            matchLabelKeys?: string[];
            mismatchLabelKeys?: string[];
            namespaceSelector?: {
              matchExpressions?: {
                key?: string;
                operator?: string;
                values?: string[];
              }[];
              matchLabels?: {
                [k: string]: string;
              };
            };
            namespaces?: string[];
            topologyKey?: string;
          }[];
        };
        podAntiAffinity?: {
          preferredDuringSchedulingIgnoredDuringExecution?: {
            podAffinityTerm?: {
              labelSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              matchLabelKeys?: string[];
              mismatchLabelKeys?: string[];
              namespaceSelector?: {
                matchExpressions?: {
                  key?: string;
                  operator?: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey?: string;
            };
            weight?: number;
          }[];
          requiredDuringSchedulingIgnoredDuringExecution?: {
            labelSelector?: {
              matchExpressions?: {
                key?: string;
                operator?: string;
                values?: string[];
              }[];
              matchLabels?: {
                [k: string]: string;
              };
            };
            matchLabelKeys?: string[];
            mismatchLabelKeys?: string[];
            namespaceSelector?: {
              matchExpressions?: {
                key?: string;
                operator?: string;
                values?: string[];
              }[];
              matchLabels?: {
                [k: string]: string;
              };
            };
            namespaces?: string[];
            topologyKey?: string;
          }[];
        };
      };
      tolerations?: {
        effect?: string;
        key?: string;
        operator?: string;
        tolerationSeconds?: number;
        value?: string;
      }[];
      topologySpreadConstraints?: {
        labelSelector?: {
          matchExpressions?: {
            key?: string;
            operator?: string;
            values?: string[];
          }[];
          matchLabels?: {
            [k: string]: string;
          };
        };
        matchLabelKeys?: string[];
        maxSkew?: number;
        minDomains?: number;
        nodeAffinityPolicy?: string;
        nodeTaintsPolicy?: string;
        topologyKey?: string;
        whenUnsatisfiable?: string;
      }[];
      priorityClassName?: string;
      schedulerName?: string;
      hostAliases?: {
        hostnames?: string[];
        ip?: string;
      }[];
      dnsPolicy?: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None';
      dnsConfig?: {
        nameservers?: string[];
        options?: {
          name?: string;
          value?: string;
        }[];
        searches?: string[];
      };
      enableServiceLinks?: boolean;
      tmpDirSizeLimit?: string;
      volumes?: {
        name?: string;
        secret?: {
          defaultMode?: number;
          items?: {
            key?: string;
            mode?: number;
            path?: string;
          }[];
          optional?: boolean;
          secretName?: string;
        };
        configMap?: {
          defaultMode?: number;
          items?: {
            key?: string;
            mode?: number;
            path?: string;
          }[];
          name?: string;
          optional?: boolean;
        };
        emptyDir?: {
          medium?: 'Memory';
          sizeLimit?: string;
        };
        persistentVolumeClaim?: {
          claimName?: string;
          readOnly?: boolean;
        };
        csi?: {
          driver?: string;
          fsType?: string;
          nodePublishSecretRef?: {
            name?: string;
          };
          readOnly?: boolean;
          volumeAttributes?: {
            [k: string]: string;
          };
        };
        image?: {
          pullPolicy?: string;
          reference?: string;
        };
      }[];
      templatedVolumes?: {
        name?: string;
        secret?: {
          defaultMode?: number;
          items?: {
            key?: string;
            mode?: number;
            path?: string;
          }[];
          optional?: boolean;
          secretName?: string;
        };
        configMap?: {
          defaultMode?: number;
          items?: {
            key?: string;
            mode?: number;
            path?: string;
          }[];
          name?: string;
          optional?: boolean;
        };
        persistentVolumeClaim?: {
          claimName?: string;
          readOnly?: boolean;
        };
      }[];
      hostUsers?: boolean;
    };
    perPodService?: {
      metadata?: {
        labels?: {
          [k: string]: string;
        };
        annotations?: {
          [k: string]: string;
        };
      };
    };
    perPodRoute?: {
      metadata?: {
        labels?: {
          [k: string]: string;
        };
        annotations?: {
          [k: string]: string;
        };
      };
    };
    perPodIngress?: {
      metadata?: {
        labels?: {
          [k: string]: string;
        };
        annotations?: {
          [k: string]: string;
        };
      };
    };
    persistentVolumeClaim?: {
      metadata?: {
        labels?: {
          [k: string]: string;
        };
        annotations?: {
          [k: string]: string;
        };
      };
    };
    kafkaContainer?: {
      env?: {
        name?: string;
        value?: string;
        valueFrom?: {
          secretKeyRef?: {
            key?: string;
            name?: string;
            optional?: boolean;
          };
          configMapKeyRef?: {
            key?: string;
            name?: string;
            optional?: boolean;
          };
        };
      }[];
      securityContext?: {
        allowPrivilegeEscalation?: boolean;
        appArmorProfile?: {
          localhostProfile?: string;
          type?: string;
        };
        capabilities?: {
          add?: string[];
          drop?: string[];
        };
        privileged?: boolean;
        procMount?: string;
        readOnlyRootFilesystem?: boolean;
        runAsGroup?: number;
        runAsNonRoot?: boolean;
        runAsUser?: number;
        seLinuxOptions?: {
          level?: string;
          role?: string;
          type?: string;
          user?: string;
        };
        seccompProfile?: {
          localhostProfile?: string;
          type?: string;
        };
        windowsOptions?: {
          gmsaCredentialSpec?: string;
          gmsaCredentialSpecName?: string;
          hostProcess?: boolean;
          runAsUserName?: string;
        };
      };
      volumeMounts?: {
        mountPath?: string;
        mountPropagation?: string;
        name?: string;
        readOnly?: boolean;
        recursiveReadOnly?: string;
        subPath?: string;
        subPathExpr?: string;
      }[];
    };
    initContainer?: {
      env?: {
        name?: string;
        value?: string;
        valueFrom?: {
          secretKeyRef?: {
            key?: string;
            name?: string;
            optional?: boolean;
          };
          configMapKeyRef?: {
            key?: string;
            name?: string;
            optional?: boolean;
          };
        };
      }[];
      securityContext?: {
        allowPrivilegeEscalation?: boolean;
        appArmorProfile?: {
          localhostProfile?: string;
          type?: string;
        };
        capabilities?: {
          add?: string[];
          drop?: string[];
        };
        privileged?: boolean;
        procMount?: string;
        readOnlyRootFilesystem?: boolean;
        runAsGroup?: number;
        runAsNonRoot?: boolean;
        runAsUser?: number;
        seLinuxOptions?: {
          level?: string;
          role?: string;
          type?: string;
          user?: string;
        };
        seccompProfile?: {
          localhostProfile?: string;
          type?: string;
        };
        windowsOptions?: {
          gmsaCredentialSpec?: string;
          gmsaCredentialSpecName?: string;
          hostProcess?: boolean;
          runAsUserName?: string;
        };
      };
      volumeMounts?: {
        mountPath?: string;
        mountPropagation?: string;
        name?: string;
        readOnly?: boolean;
        recursiveReadOnly?: string;
        subPath?: string;
        subPathExpr?: string;
      }[];
    };
  };
}

/** `spec` of kafka.strimzi.io/v1 KafkaTopic, by crds/strimzi-v1-kafkatopic.yaml. */

export interface KafkaTopicSpec {
  topicName?: string;
  partitions?: number;
  replicas?: number;
  config?: {
    [k: string]: unknown;
  };
}

/** `spec` of kafka.strimzi.io/v1 KafkaUser, by crds/strimzi-v1-kafkauser.yaml. */

export interface KafkaUserSpec {
  authentication?: {
    password?: {
      valueFrom: {
        secretKeyRef?: {
          key?: string;
          name?: string;
          optional?: boolean;
        };
      };
    };
    renewalDays?: number;
    type: 'scram-sha-512' | 'tls' | 'tls-external';
    validityDays?: number;
  };
  authorization?: {
    acls: {
      type?: 'allow' | 'deny';
      resource: {
        name?: string;
        patternType?: 'literal' | 'prefix';
        type: 'cluster' | 'group' | 'topic' | 'transactionalId';
      };
      host?: string;
      operations: (
        | 'All'
        | 'Alter'
        | 'AlterConfigs'
        | 'ClusterAction'
        | 'Create'
        | 'Delete'
        | 'Describe'
        | 'DescribeConfigs'
        | 'IdempotentWrite'
        | 'Read'
        | 'Write'
      )[];
    }[];
    type: 'simple';
  };
  quotas?: {
    producerByteRate?: number;
    consumerByteRate?: number;
    requestPercentage?: number;
    controllerMutationRate?: number;
  };
  template?: {
    secret?: {
      metadata?: {
        labels?: {
          [k: string]: string;
        };
        annotations?: {
          [k: string]: string;
        };
      };
    };
  };
}
