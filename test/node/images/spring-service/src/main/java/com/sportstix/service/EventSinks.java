package com.sportstix.service;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.autoconfigure.kafka.KafkaAutoConfiguration;
import org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;

/**
 * Uses what Spring Boot has configured. An auto-configuration itself, as only these can see the beans of others in their
 * conditions: classes found by the component scan are judged before there are any.
 */
@AutoConfiguration(
    after = {HibernateJpaAutoConfiguration.class, RedisAutoConfiguration.class, KafkaAutoConfiguration.class})
public class EventSinks {

  @Bean
  @ConditionalOnBean(EntityManagerFactory.class)
  DatabaseEvents databaseEvents(EntityManager entityManager, @Value("${spring.application.name}") String service) {
    return new DatabaseEvents(entityManager, service);
  }

  @Bean
  @ConditionalOnBean(StringRedisTemplate.class)
  RedisEvents redisEvents(StringRedisTemplate redis, @Value("${spring.application.name}") String service) {
    return new RedisEvents(redis, service);
  }

  @Bean
  @ConditionalOnBean(KafkaTemplate.class)
  KafkaEvents kafkaEvents(KafkaTemplate<String, String> kafka) {
    return new KafkaEvents(kafka);
  }

  /** Partitions and replicas are the broker's defaults, which the manifests set. */
  @Bean
  @ConditionalOnBean(KafkaAdmin.class)
  NewTopic eventsTopic() {
    return TopicBuilder.name(KafkaEvents.TOPIC).build();
  }

  /** One client for all checks: making one costs threads and connections. */
  @Bean
  @ConditionalOnBean(KafkaAdmin.class)
  Admin kafkaAdminClient(KafkaAdmin kafkaAdmin) {
    return Admin.create(kafkaAdmin.getConfigurationProperties());
  }

  @Bean
  @ConditionalOnBean(KafkaAdmin.class)
  KafkaHealthIndicator kafkaHealthIndicator(Admin kafkaAdminClient) {
    return new KafkaHealthIndicator(kafkaAdminClient);
  }
}
