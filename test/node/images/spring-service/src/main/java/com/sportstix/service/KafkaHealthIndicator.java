package com.sportstix.service;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** Health of Kafka, for which Spring Boot has no indicator. */
class KafkaHealthIndicator extends AbstractHealthIndicator {

  /** Shorter than the 3 s that the probes wait. */
  private static final int TIMEOUT_MS = 2000;

  private final Admin admin;

  KafkaHealthIndicator(Admin admin) {
    super("Kafka health check failed");
    this.admin = admin;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) throws Exception {
    int nodes =
        admin
            .describeCluster(new DescribeClusterOptions().timeoutMs(TIMEOUT_MS))
            .nodes()
            .get(TIMEOUT_MS, TimeUnit.MILLISECONDS)
            .size();
    builder.up().withDetail("nodes", nodes);
  }
}
