package com.sportstix.service;

import jakarta.persistence.EntityManager;
import java.util.Map;
import org.springframework.transaction.annotation.Transactional;

/** Events as rows, written by the service's own database user, which may change data and no structure. */
@Transactional
class DatabaseEvents implements EventSink {

  private final EntityManager entityManager;
  private final String service;

  DatabaseEvents(EntityManager entityManager, String service) {
    this.entityManager = entityManager;
    this.service = service;
  }

  @Override
  public Map<String, Object> accept(String payload) {
    Event event = new Event(service, payload);
    entityManager.persist(event);
    return Map.of("stored", Map.of("id", event.getId()));
  }

  @Override
  @Transactional(readOnly = true)
  public Map<String, Object> seen() {
    return Map.of(
        "stored", entityManager.createQuery("select e.payload from Event e order by e.id", String.class).getResultList());
  }
}
