package com.sportstix.service;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;

/** Events on a topic that every service writes and reads, each in a consumer group of its own. */
class KafkaEvents implements EventSink {

  static final String TOPIC = "sportstix.events";

  private static final Logger log = LoggerFactory.getLogger(KafkaEvents.class);

  private final KafkaTemplate<String, String> kafka;
  private final List<String> consumed = new CopyOnWriteArrayList<>();

  KafkaEvents(KafkaTemplate<String, String> kafka) {
    this.kafka = kafka;
  }

  /** Waits for the acknowledgement: an event that no broker has taken is an error of the request. */
  @Override
  public Map<String, Object> accept(String payload) throws Exception {
    RecordMetadata sent = kafka.send(TOPIC, payload).get(10, TimeUnit.SECONDS).getRecordMetadata();
    return Map.of("sent", Map.of("topic", sent.topic(), "partition", sent.partition(), "offset", sent.offset()));
  }

  @Override
  public Map<String, Object> seen() {
    return Map.of("consumed", consumed);
  }

  @KafkaListener(topics = TOPIC)
  void consume(String payload) {
    log.info("consumed from {}", TOPIC);
    consumed.add(payload);
  }
}
