package com.sportstix.service;

import io.prometheus.metrics.tracer.common.SpanContext;
import io.prometheus.metrics.tracer.otel.OpenTelemetrySpanContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Leads from a metric to a trace: Spring Boot makes this bean only where Micrometer, and not the agent, makes the traces. */
@Configuration(proxyBeanMethods = false)
class Exemplars {

  @Bean
  SpanContext spanContext() {
    return new OpenTelemetrySpanContext();
  }
}
