package com.sportstix.service;

import java.util.Map;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A counter of events. Its key carries the service's name, as all services share one Redis. */
class RedisEvents implements EventSink {

  private final StringRedisTemplate redis;
  private final String key;

  RedisEvents(StringRedisTemplate redis, String service) {
    this.redis = redis;
    this.key = service + ":events";
  }

  @Override
  public Map<String, Object> accept(String payload) {
    return Map.of("counter", redis.opsForValue().increment(key));
  }

  @Override
  public Map<String, Object> seen() {
    String value = redis.opsForValue().get(key);
    return Map.of("counter", value == null ? 0L : Long.parseLong(value));
  }
}
