// Written by "npm run import:crds".
/** `spec` of argoproj.io/v1alpha1 Rollout, by crds/argo-rollouts-1.9.1.yaml. */

export interface RolloutSpec {
  analysis?: {
    successfulRunHistoryLimit?: number;
    unsuccessfulRunHistoryLimit?: number;
  };
  minReadySeconds?: number;
  paused?: boolean;
  progressDeadlineAbort?: boolean;
  progressDeadlineSeconds?: number;
  replicas?: number;
  restartAt?: string;
  revisionHistoryLimit?: number;
  rollbackWindow?: {
    revisions?: number;
  };
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
  strategy?: {
    blueGreen?: {
      abortScaleDownDelaySeconds?: number;
      activeMetadata?: {
        annotations?: {
          [k: string]: string;
        };
        labels?: {
          [k: string]: string;
        };
      };
      activeService: string;
      antiAffinity?: {
        preferredDuringSchedulingIgnoredDuringExecution?: {
          weight: number;
        };
        requiredDuringSchedulingIgnoredDuringExecution?: {
          [k: string]: unknown;
        };
      };
      autoPromotionEnabled?: boolean;
      autoPromotionSeconds?: number;
      maxUnavailable?: number | string;
      postPromotionAnalysis?: {
        analysisRunMetadata?: {
          annotations?: {
            [k: string]: string;
          };
          labels?: {
            [k: string]: string;
          };
        };
        args?: {
          name: string;
          value?: string;
          valueFrom?: {
            fieldRef?: {
              fieldPath: string;
            };
            podTemplateHashValue?: string;
          };
        }[];
        dryRun?: {
          metricName: string;
        }[];
        measurementRetention?: {
          limit: number;
          metricName: string;
        }[];
        templates?: {
          clusterScope?: boolean;
          templateName?: string;
        }[];
      };
      prePromotionAnalysis?: {
        analysisRunMetadata?: {
          annotations?: {
            [k: string]: string;
          };
          labels?: {
            [k: string]: string;
          };
        };
        args?: {
          name: string;
          value?: string;
          valueFrom?: {
            fieldRef?: {
              fieldPath: string;
            };
            podTemplateHashValue?: string;
          };
        }[];
        dryRun?: {
          metricName: string;
        }[];
        measurementRetention?: {
          limit: number;
          metricName: string;
        }[];
        templates?: {
          clusterScope?: boolean;
          templateName?: string;
        }[];
      };
      previewMetadata?: {
        annotations?: {
          [k: string]: string;
        };
        labels?: {
          [k: string]: string;
        };
      };
      previewReplicaCount?: number;
      previewService?: string;
      scaleDownDelayRevisionLimit?: number;
      scaleDownDelaySeconds?: number;
    };
    canary?: {
      abortScaleDownDelaySeconds?: number;
      analysis?: {
        analysisRunMetadata?: {
          annotations?: {
            [k: string]: string;
          };
          labels?: {
            [k: string]: string;
          };
        };
        args?: {
          name: string;
          value?: string;
          valueFrom?: {
            fieldRef?: {
              fieldPath: string;
            };
            podTemplateHashValue?: string;
          };
        }[];
        dryRun?: {
          metricName: string;
        }[];
        measurementRetention?: {
          limit: number;
          metricName: string;
        }[];
        startingStep?: number;
        templates?: {
          clusterScope?: boolean;
          templateName?: string;
        }[];
      };
      antiAffinity?: {
        preferredDuringSchedulingIgnoredDuringExecution?: {
          weight: number;
        };
        requiredDuringSchedulingIgnoredDuringExecution?: {
          [k: string]: unknown;
        };
      };
      canaryMetadata?: {
        annotations?: {
          [k: string]: string;
        };
        labels?: {
          [k: string]: string;
        };
      };
      canaryService?: string;
      dynamicStableScale?: boolean;
      maxSurge?: number | string;
      maxUnavailable?: number | string;
      minPodsPerReplicaSet?: number;
      pingPong?: {
        pingService: string;
        pongService: string;
      };
      replicaProgressThreshold?: {
        type: string;
        value: number;
      };
      scaleDownDelayRevisionLimit?: number;
      scaleDownDelaySeconds?: number;
      stableMetadata?: {
        annotations?: {
          [k: string]: string;
        };
        labels?: {
          [k: string]: string;
        };
      };
      stableService?: string;
      steps?: {
        analysis?: {
          analysisRunMetadata?: {
            annotations?: {
              [k: string]: string;
            };
            labels?: {
              [k: string]: string;
            };
          };
          args?: {
            name: string;
            value?: string;
            valueFrom?: {
              fieldRef?: {
                fieldPath: string;
              };
              podTemplateHashValue?: string;
            };
          }[];
          dryRun?: {
            metricName: string;
          }[];
          measurementRetention?: {
            limit: number;
            metricName: string;
          }[];
          templates?: {
            clusterScope?: boolean;
            templateName?: string;
          }[];
        };
        experiment?: {
          analyses?: {
            args?: {
              name: string;
              value?: string;
              valueFrom?: {
                fieldRef?: {
                  fieldPath: string;
                };
                podTemplateHashValue?: string;
              };
            }[];
            clusterScope?: boolean;
            name: string;
            requiredForCompletion?: boolean;
            templateName: string;
          }[];
          analysisRunMetadata?: {
            annotations?: {
              [k: string]: string;
            };
            labels?: {
              [k: string]: string;
            };
          };
          dryRun?: {
            metricName: string;
          }[];
          duration?: string;
          scaleDownDelaySeconds?: number;
          templates: {
            metadata?: {
              annotations?: {
                [k: string]: string;
              };
              labels?: {
                [k: string]: string;
              };
            };
            name: string;
            replicas?: number;
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
            service?: {
              name?: string;
            };
            specRef: string;
            weight?: number;
          }[];
        };
        pause?: {
          duration?: number | string;
        };
        plugin?: {
          config?: {
            [k: string]: unknown;
          };
          name: string;
        };
        setCanaryScale?: {
          matchTrafficWeight?: boolean;
          replicas?: number;
          weight?: number;
        };
        setHeaderRoute?: {
          match?: {
            headerName: string;
            headerValue: {
              exact?: string;
              prefix?: string;
              regex?: string;
            };
          }[];
          name?: string;
        };
        setMirrorRoute?: {
          match?: {
            headers?: {
              [k: string]: {
                exact?: string;
                prefix?: string;
                regex?: string;
              };
            };
            method?: {
              exact?: string;
              prefix?: string;
              regex?: string;
            };
            path?: {
              exact?: string;
              prefix?: string;
              regex?: string;
            };
          }[];
          name: string;
          percentage?: number;
        };
        setWeight?: number;
      }[];
      trafficRouting?: {
        alb?: {
          annotationPrefix?: string;
          ingress?: string;
          ingresses?: string[];
          rootService?: string;
          servicePort: number;
          stickinessConfig?: {
            durationSeconds: number;
            enabled: boolean;
          };
        };
        ambassador?: {
          mappings: string[];
        };
        apisix?: {
          route?: {
            name: string;
            rules?: string[];
          };
        };
        appMesh?: {
          virtualNodeGroup?: {
            canaryVirtualNodeRef: {
              name: string;
            };
            stableVirtualNodeRef: {
              name: string;
            };
          };
          virtualService?: {
            name: string;
            routes?: string[];
          };
        };
        istio?: {
          destinationRule?: {
            additionalSubsetNames?: string[];
            canarySubsetName: string;
            name: string;
            stableSubsetName: string;
          };
          virtualService?: {
            name: string;
            routes?: string[];
            tcpRoutes?: {
              port?: number;
            }[];
            tlsRoutes?: {
              port?: number;
              sniHosts?: string[];
            }[];
          };
          virtualServices?: {
            name: string;
            routes?: string[];
            tcpRoutes?: {
              port?: number;
            }[];
            tlsRoutes?: {
              port?: number;
              sniHosts?: string[];
            }[];
          }[];
        };
        managedRoutes?: {
          name: string;
        }[];
        maxTrafficWeight?: number;
        nginx?: {
          additionalIngressAnnotations?: {
            [k: string]: string;
          };
          annotationPrefix?: string;
          canaryIngressAnnotations?: {
            [k: string]: string;
          };
          stableIngress?: string;
          stableIngresses?: string[];
        };
        plugins?: {
          [k: string]: unknown;
        };
        smi?: {
          rootService?: string;
          trafficSplitName?: string;
        };
        traefik?: {
          weightedTraefikServiceName: string;
        };
      };
    };
  };
  template?: {
    metadata?: {
      annotations?: {
        [k: string]: string;
      };
      labels?: {
        [k: string]: string;
      };
    };
    spec?: {
      activeDeadlineSeconds?: number;
      affinity?: {
        nodeAffinity?: {
          preferredDuringSchedulingIgnoredDuringExecution?: {
            preference: {
              matchExpressions?: {
                key: string;
                operator: string;
                values?: string[];
              }[];
              matchFields?: {
                key: string;
                operator: string;
                values?: string[];
              }[];
            };
            weight: number;
          }[];
          requiredDuringSchedulingIgnoredDuringExecution?: {
            nodeSelectorTerms: {
              matchExpressions?: {
                key: string;
                operator: string;
                values?: string[];
              }[];
              matchFields?: {
                key: string;
                operator: string;
                values?: string[];
              }[];
            }[];
          };
        };
        podAffinity?: {
          preferredDuringSchedulingIgnoredDuringExecution?: {
            podAffinityTerm: {
              labelSelector?: {
                matchExpressions?: {
                  key: string;
                  operator: string;
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
                  key: string;
                  operator: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey: string;
            };
            weight: number;
          }[];
          requiredDuringSchedulingIgnoredDuringExecution?: {
            labelSelector?: {
              matchExpressions?: {
                key: string;
                operator: string;
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
                key: string;
                operator: string;
                values?: string[];
              }[];
              matchLabels?: {
                [k: string]: string;
              };
            };
            namespaces?: string[];
            topologyKey: string;
          }[];
        };
        podAntiAffinity?: {
          preferredDuringSchedulingIgnoredDuringExecution?: {
            podAffinityTerm: {
              labelSelector?: {
                matchExpressions?: {
                  key: string;
                  operator: string;
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
                  key: string;
                  operator: string;
                  values?: string[];
                }[];
                matchLabels?: {
                  [k: string]: string;
                };
              };
              namespaces?: string[];
              topologyKey: string;
            };
            weight: number;
          }[];
          requiredDuringSchedulingIgnoredDuringExecution?: {
            labelSelector?: {
              matchExpressions?: {
                key: string;
                operator: string;
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
                key: string;
                operator: string;
                values?: string[];
              }[];
              matchLabels?: {
                [k: string]: string;
              };
            };
            namespaces?: string[];
            topologyKey: string;
          }[];
        };
      };
      automountServiceAccountToken?: boolean;
      containers: {
        args?: string[];
        command?: string[];
        env?: {
          name: string;
          value?: string;
          valueFrom?: {
            configMapKeyRef?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            fieldRef?: {
              apiVersion?: string;
              fieldPath: string;
            };
            fileKeyRef?: {
              key: string;
              optional?: boolean;
              path: string;
              volumeName: string;
            };
            resourceFieldRef?: {
              containerName?: string;
              divisor?: number | string;
              resource: string;
            };
            secretKeyRef?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        envFrom?: {
          configMapRef?: {
            name?: string;
            optional?: boolean;
          };
          prefix?: string;
          secretRef?: {
            name?: string;
            optional?: boolean;
          };
        }[];
        image?: string;
        imagePullPolicy?: string;
        lifecycle?: {
          postStart?: {
            exec?: {
              command?: string[];
            };
            httpGet?: {
              host?: string;
              httpHeaders?: {
                name: string;
                value: string;
              }[];
              path?: string;
              port: number | string;
              scheme?: string;
            };
            sleep?: {
              seconds: number;
            };
            tcpSocket?: {
              host?: string;
              port: number | string;
            };
          };
          preStop?: {
            exec?: {
              command?: string[];
            };
            httpGet?: {
              host?: string;
              httpHeaders?: {
                name: string;
                value: string;
              }[];
              path?: string;
              port: number | string;
              scheme?: string;
            };
            sleep?: {
              seconds: number;
            };
            tcpSocket?: {
              host?: string;
              port: number | string;
            };
          };
          stopSignal?: string;
        };
        livenessProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        name: string;
        ports?: {
          containerPort: number;
          hostIP?: string;
          hostPort?: number;
          name?: string;
          protocol?: string;
        }[];
        readinessProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        resizePolicy?: {
          resourceName: string;
          restartPolicy: string;
        }[];
        resources?: {
          claims?: {
            name: string;
            request?: string;
          }[];
          limits?: unknown;
          requests?: unknown;
        };
        restartPolicy?: string;
        restartPolicyRules?: {
          action: string;
          exitCodes?: {
            operator: string;
            values?: number[];
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type: string;
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
            type: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        startupProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        stdin?: boolean;
        stdinOnce?: boolean;
        terminationMessagePath?: string;
        terminationMessagePolicy?: string;
        tty?: boolean;
        volumeDevices?: {
          devicePath: string;
          name: string;
        }[];
        volumeMounts?: {
          mountPath: string;
          mountPropagation?: string;
          name: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
        workingDir?: string;
      }[];
      dnsConfig?: {
        nameservers?: string[];
        options?: {
          name?: string;
          value?: string;
        }[];
        searches?: string[];
      };
      dnsPolicy?: string;
      enableServiceLinks?: boolean;
      ephemeralContainers?: {
        args?: string[];
        command?: string[];
        env?: {
          name: string;
          value?: string;
          valueFrom?: {
            configMapKeyRef?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            fieldRef?: {
              apiVersion?: string;
              fieldPath: string;
            };
            fileKeyRef?: {
              key: string;
              optional?: boolean;
              path: string;
              volumeName: string;
            };
            resourceFieldRef?: {
              containerName?: string;
              divisor?: number | string;
              resource: string;
            };
            secretKeyRef?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        envFrom?: {
          configMapRef?: {
            name?: string;
            optional?: boolean;
          };
          prefix?: string;
          secretRef?: {
            name?: string;
            optional?: boolean;
          };
        }[];
        image?: string;
        imagePullPolicy?: string;
        lifecycle?: {
          postStart?: {
            exec?: {
              command?: string[];
            };
            httpGet?: {
              host?: string;
              httpHeaders?: {
                name: string;
                value: string;
              }[];
              path?: string;
              port: number | string;
              scheme?: string;
            };
            sleep?: {
              seconds: number;
            };
            tcpSocket?: {
              host?: string;
              port: number | string;
            };
          };
          preStop?: {
            exec?: {
              command?: string[];
            };
            httpGet?: {
              host?: string;
              httpHeaders?: {
                name: string;
                value: string;
              }[];
              path?: string;
              port: number | string;
              scheme?: string;
            };
            sleep?: {
              seconds: number;
            };
            tcpSocket?: {
              host?: string;
              port: number | string;
            };
          };
          stopSignal?: string;
        };
        livenessProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        name: string;
        ports?: {
          containerPort: number;
          hostIP?: string;
          hostPort?: number;
          name?: string;
          protocol?: string;
        }[];
        readinessProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        resizePolicy?: {
          resourceName: string;
          restartPolicy: string;
        }[];
        resources?: {
          claims?: {
            name: string;
            request?: string;
          }[];
          limits?: unknown;
          requests?: unknown;
        };
        restartPolicy?: string;
        restartPolicyRules?: {
          action: string;
          exitCodes?: {
            operator: string;
            values?: number[];
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type: string;
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
            type: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        startupProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        stdin?: boolean;
        stdinOnce?: boolean;
        targetContainerName?: string;
        terminationMessagePath?: string;
        terminationMessagePolicy?: string;
        tty?: boolean;
        volumeDevices?: {
          devicePath: string;
          name: string;
        }[];
        volumeMounts?: {
          mountPath: string;
          mountPropagation?: string;
          name: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
        workingDir?: string;
      }[];
      hostAliases?: {
        hostnames?: string[];
        ip: string;
      }[];
      hostIPC?: boolean;
      hostNetwork?: boolean;
      hostPID?: boolean;
      hostUsers?: boolean;
      hostname?: string;
      hostnameOverride?: string;
      imagePullSecrets?: {
        name?: string;
      }[];
      initContainers?: {
        args?: string[];
        command?: string[];
        env?: {
          name: string;
          value?: string;
          valueFrom?: {
            configMapKeyRef?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
            fieldRef?: {
              apiVersion?: string;
              fieldPath: string;
            };
            fileKeyRef?: {
              key: string;
              optional?: boolean;
              path: string;
              volumeName: string;
            };
            resourceFieldRef?: {
              containerName?: string;
              divisor?: number | string;
              resource: string;
            };
            secretKeyRef?: {
              key: string;
              name?: string;
              optional?: boolean;
            };
          };
        }[];
        envFrom?: {
          configMapRef?: {
            name?: string;
            optional?: boolean;
          };
          prefix?: string;
          secretRef?: {
            name?: string;
            optional?: boolean;
          };
        }[];
        image?: string;
        imagePullPolicy?: string;
        lifecycle?: {
          postStart?: {
            exec?: {
              command?: string[];
            };
            httpGet?: {
              host?: string;
              httpHeaders?: {
                name: string;
                value: string;
              }[];
              path?: string;
              port: number | string;
              scheme?: string;
            };
            sleep?: {
              seconds: number;
            };
            tcpSocket?: {
              host?: string;
              port: number | string;
            };
          };
          preStop?: {
            exec?: {
              command?: string[];
            };
            httpGet?: {
              host?: string;
              httpHeaders?: {
                name: string;
                value: string;
              }[];
              path?: string;
              port: number | string;
              scheme?: string;
            };
            sleep?: {
              seconds: number;
            };
            tcpSocket?: {
              host?: string;
              port: number | string;
            };
          };
          stopSignal?: string;
        };
        livenessProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        name: string;
        ports?: {
          containerPort: number;
          hostIP?: string;
          hostPort?: number;
          name?: string;
          protocol?: string;
        }[];
        readinessProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        resizePolicy?: {
          resourceName: string;
          restartPolicy: string;
        }[];
        resources?: {
          claims?: {
            name: string;
            request?: string;
          }[];
          limits?: unknown;
          requests?: unknown;
        };
        restartPolicy?: string;
        restartPolicyRules?: {
          action: string;
          exitCodes?: {
            operator: string;
            values?: number[];
          };
        }[];
        securityContext?: {
          allowPrivilegeEscalation?: boolean;
          appArmorProfile?: {
            localhostProfile?: string;
            type: string;
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
            type: string;
          };
          windowsOptions?: {
            gmsaCredentialSpec?: string;
            gmsaCredentialSpecName?: string;
            hostProcess?: boolean;
            runAsUserName?: string;
          };
        };
        startupProbe?: {
          exec?: {
            command?: string[];
          };
          failureThreshold?: number;
          grpc?: {
            port: number;
            service?: string;
          };
          httpGet?: {
            host?: string;
            httpHeaders?: {
              name: string;
              value: string;
            }[];
            path?: string;
            port: number | string;
            scheme?: string;
          };
          initialDelaySeconds?: number;
          periodSeconds?: number;
          successThreshold?: number;
          tcpSocket?: {
            host?: string;
            port: number | string;
          };
          terminationGracePeriodSeconds?: number;
          timeoutSeconds?: number;
        };
        stdin?: boolean;
        stdinOnce?: boolean;
        terminationMessagePath?: string;
        terminationMessagePolicy?: string;
        tty?: boolean;
        volumeDevices?: {
          devicePath: string;
          name: string;
        }[];
        volumeMounts?: {
          mountPath: string;
          mountPropagation?: string;
          name: string;
          readOnly?: boolean;
          recursiveReadOnly?: string;
          subPath?: string;
          subPathExpr?: string;
        }[];
        workingDir?: string;
      }[];
      nodeName?: string;
      nodeSelector?: {
        [k: string]: string;
      };
      os?: {
        name: string;
      };
      overhead?: {
        [k: string]: number | string;
      };
      preemptionPolicy?: string;
      priority?: number;
      priorityClassName?: string;
      readinessGates?: {
        conditionType: string;
      }[];
      resourceClaims?: {
        name: string;
        resourceClaimName?: string;
        resourceClaimTemplateName?: string;
      }[];
      resources?: {
        claims?: {
          name: string;
          request?: string;
        }[];
        limits?: {
          [k: string]: number | string;
        };
        requests?: {
          [k: string]: number | string;
        };
      };
      restartPolicy?: string;
      runtimeClassName?: string;
      schedulerName?: string;
      schedulingGates?: {
        name: string;
      }[];
      securityContext?: {
        appArmorProfile?: {
          localhostProfile?: string;
          type: string;
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
          type: string;
        };
        supplementalGroups?: number[];
        supplementalGroupsPolicy?: string;
        sysctls?: {
          name: string;
          value: string;
        }[];
        windowsOptions?: {
          gmsaCredentialSpec?: string;
          gmsaCredentialSpecName?: string;
          hostProcess?: boolean;
          runAsUserName?: string;
        };
      };
      serviceAccount?: string;
      serviceAccountName?: string;
      setHostnameAsFQDN?: boolean;
      shareProcessNamespace?: boolean;
      subdomain?: string;
      terminationGracePeriodSeconds?: number;
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
            key: string;
            operator: string;
            values?: string[];
          }[];
          matchLabels?: {
            [k: string]: string;
          };
        };
        matchLabelKeys?: string[];
        maxSkew: number;
        minDomains?: number;
        nodeAffinityPolicy?: string;
        nodeTaintsPolicy?: string;
        topologyKey: string;
        whenUnsatisfiable: string;
      }[];
      volumes?: unknown;
    };
  };
  workloadRef?: {
    apiVersion?: string;
    kind?: string;
    name?: string;
    scaleDown?: string;
  };
}
