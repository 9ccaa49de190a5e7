package com.sportstix.service;

import java.util.Map;

/** What takes an event in: one bean for each of database, Redis and Kafka that the service has. */
interface EventSink {

  /** Takes the event in, and returns once it is there: what the caller is told was really done. */
  Map<String, Object> accept(String payload) throws Exception;

  /** What has arrived. */
  Map<String, Object> seen();
}
