package com.sportstix.service;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A row of the one table that Flyway makes; Hibernate validates it at start (ddl-auto=validate). */
@Entity
@Table(name = "events")
class Event {

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private Long id;

  @Column(nullable = false)
  private String service;

  @Column(nullable = false)
  private String payload;

  @Column(name = "created_at", nullable = false)
  private Instant createdAt;

  /** For Hibernate. */
  protected Event() {}

  Event(String service, String payload) {
    this.service = service;
    this.payload = payload;
    this.createdAt = Instant.now();
  }

  Long getId() {
    return id;
  }
}
