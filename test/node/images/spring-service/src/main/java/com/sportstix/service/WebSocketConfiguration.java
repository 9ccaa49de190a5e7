package com.sportstix.service;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/** Echoes text, to whoever comes through the ingress: the browser's origin is the ingress', not this service's. */
@Configuration(proxyBeanMethods = false)
@EnableWebSocket
class WebSocketConfiguration implements WebSocketConfigurer {

  @Override
  public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
    registry.addHandler(new Echo(), "/ws/**").setAllowedOriginPatterns("*");
  }

  private static class Echo extends TextWebSocketHandler {

    private static final Logger log = LoggerFactory.getLogger(Echo.class);

    @Override
    public void afterConnectionEstablished(WebSocketSession session) {
      log.info("WebSocket {}", session.getUri().getPath());
    }

    @Override
    protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
      session.sendMessage(message);
    }
  }
}
