package com.sportstix.service;

import io.opentelemetry.api.trace.Span;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.health.CompositeHealth;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Answers every path, and says who answered: which paths reach which service is what the manifests' ingress decides. Paths
 * that end in /events take events in and show what has arrived.
 */
@RestController
class RouteController {

  /** All but Actuator's and the WebSocket's, which must not seem to exist where they do not. */
  private static final String EVERY_PATH = "/{root:(?!actuator$|ws$).+}/**";

  /** The more specific ones, which metrics tell apart. */
  private static final String API = "/api/v1/{collection}/**";

  private static final String EVENTS = "/api/v1/{collection}/events";

  private static final Logger log = LoggerFactory.getLogger(RouteController.class);

  private final String service;
  private final HealthEndpoint health;
  private final List<EventSink> sinks;

  RouteController(
      @Value("${spring.application.name}") String service, HealthEndpoint health, List<EventSink> sinks) {
    this.service = service;
    this.health = health;
    this.sinks = sinks;
  }

  /**
   * A delay keeps the request in flight, as a slow one is while its pod is being stopped. Another status than 200 is that of an
   * error that nobody has handled.
   */
  @GetMapping({"/", API, EVENTS, EVERY_PATH})
  Map<String, Object> get(
      HttpServletRequest request,
      @RequestParam(defaultValue = "0") long delay,
      @RequestParam(defaultValue = "200") int status)
      throws InterruptedException {
    Map<String, Object> answer = answerTo(request);
    Thread.sleep(delay);
    if (status >= 500) {
      log.error("{} {} fails, as asked for", request.getMethod(), request.getRequestURI());
    }
    if (status != 200) {
      throw new ResponseStatusException(HttpStatusCode.valueOf(status));
    }
    answer.put("components", components());
    if (isEvents(request)) {
      sinks.forEach(sink -> answer.putAll(sink.seen()));
    }
    return answer;
  }

  @PostMapping({"/", API, EVENTS, EVERY_PATH})
  Map<String, Object> post(HttpServletRequest request, @RequestBody String payload) throws Exception {
    Map<String, Object> answer = answerTo(request);
    if (!isEvents(request)) {
      throw new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
    for (EventSink sink : sinks) {
      answer.putAll(sink.accept(payload));
    }
    return answer;
  }

  private Map<String, Object> answerTo(HttpServletRequest request) {
    log.info("{} {}", request.getMethod(), request.getRequestURI());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("service", service);
    answer.put("path", request.getRequestURI());
    answer.put("traceId", Span.current().getSpanContext().getTraceId());
    return answer;
  }

  private static boolean isEvents(HttpServletRequest request) {
    return request.getRequestURI().endsWith("/events");
  }

  /** Asked for in the process, the endpoint tells all components; over HTTP only to authorized callers. */
  private Map<String, String> components() {
    Map<String, String> statuses = new TreeMap<>();
    if (health.health() instanceof CompositeHealth all) {
      all.getComponents().forEach((name, component) -> statuses.put(name, component.getStatus().getCode()));
    }
    return statuses;
  }
}
