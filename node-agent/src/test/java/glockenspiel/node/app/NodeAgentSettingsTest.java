package glockenspiel.node.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.config.ConfigurationException;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeAgentSettingsTest {
  private static NodeAgentSettings read(Map<String, String> flags) {
    return NodeAgentSettings.of(Configuration.load(flags, Map.of(), null));
  }

  @Test
  void whatIsNotSaidIsAsUsual() {
    NodeAgentSettings settings =
        read(Map.of("volume", "demo:fs", "node-name", "a", "insecure", "true"));
    assertEquals("demo:fs", settings.node().lockspace());
    assertEquals("a", settings.node().nodeName());
    assertFalse(settings.node().spectator());
    assertEquals(NodeAgentSettings.LISTEN, settings.listen());
    assertEquals("127.0.0.1:7101", settings.lockManager());
    assertEquals("127.0.0.1:7102", settings.journalService());
    assertEquals(TransportSecurity.INSECURE, settings.security());
    assertTrue(settings.autoMount());
  }

  @Test
  void everythingCanBeSaid() {
    NodeAgentSettings settings =
        read(
            Map.of(
                "volume", "demo:fs",
                "node-name", "a",
                "insecure", "",
                "spectator", "true",
                "mount", "false",
                "listen", ":0",
                "lock-manager", "[::1]:1",
                "journal-service", "j:2",
                "leave-timeout-millis", "5"));
    assertTrue(settings.node().spectator());
    assertFalse(settings.autoMount());
    assertEquals(new HostPort("", 0), settings.listen());
    assertEquals("[::1]:1", settings.lockManager());
    assertEquals("j:2", settings.journalService());
    assertEquals(Duration.ofMillis(5), settings.leaveTimeout());
  }

  @Test
  void volumeNameAndSecurityMustBeSaid() {
    assertThrows(ConfigurationException.class, () -> read(Map.of("insecure", "")));
    assertThrows(
        ConfigurationException.class, () -> read(Map.of("volume", "demo:fs", "node-name", "a")));
  }
}
