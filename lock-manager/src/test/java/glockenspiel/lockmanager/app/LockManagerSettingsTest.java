package glockenspiel.lockmanager.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.config.ConfigurationException;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LockManagerSettingsTest {
  private static LockManagerSettings read(Map<String, String> flags) {
    return LockManagerSettings.of(Configuration.load(flags, Map.of(), null));
  }

  private static void assertRefused(String begin, Map<String, String> flags) {
    ConfigurationException refused = assertThrows(ConfigurationException.class, () -> read(flags));
    assertTrue(String.valueOf(refused.getMessage()).startsWith(begin), refused::toString);
  }

  @Test
  void hasDefaultsForAllButSecurity() {
    assertEquals(
        new LockManagerSettings(
            LockManagerSettings.LISTEN,
            LockManagerSettings.LEASE_MILLIS,
            LockManagerSettings.LEASE_MILLIS,
            LockLimits.DEFAULT,
            TransportSecurity.INSECURE),
        read(Map.of("insecure", "true")));
    assertRefused("connections need tls-certificate", Map.of());
  }

  @Test
  void readsAllKeys() {
    assertEquals(
        new LockManagerSettings(
            new HostPort("0.0.0.0", 9),
            500,
            700,
            LockLimits.DEFAULT,
            new TransportSecurity.MutualTls(Path.of("c"), Path.of("k"), Path.of("t"))),
        read(
            Map.of(
                "listen",
                "0.0.0.0:9",
                "lease-millis",
                "500",
                "grace-millis",
                "700",
                "tls-certificate",
                "c",
                "tls-key",
                "k",
                "tls-trusted",
                "t")));
  }

  @Test
  void readsTheLimits() {
    Map<String, String> flags = new TreeMap<>();
    flags.put("insecure", "true");
    flags.put("lockspaces-max", "1");
    flags.put("sessions-max", "2");
    flags.put("locks-per-session-max", "3");
    flags.put("waiting-per-session-max", "4");
    flags.put("lock-name-bytes-max", "5");
    flags.put("lock-value-bytes-max", "6");
    flags.put("lock-delay-millis-max", "7");
    assertEquals(new LockLimits(1, 2, 3, 4, 1 << 17, 1_000, 5, 6, 7), read(flags).limits());
    flags.put("unacknowledged-per-session-max", "9");
    flags.put("watched-locks-max", "8");
    assertEquals(new LockLimits(1, 2, 3, 4, 9, 8, 5, 6, 7), read(flags).limits());
    flags.put("unacknowledged-per-session-max", "4");
    assertRefused("unacknowledged-per-session-max", flags);
    flags.remove("unacknowledged-per-session-max");
    flags.put("lock-name-bytes-max", "65");
    assertRefused("lock-name-bytes-max", flags);
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertRefused("insecure and tls-", Map.of("insecure", "true", "tls-key", "k"));
    assertRefused("connections need", Map.of("tls-key", "k"));
    assertRefused("lease-millis: '1'", Map.of("insecure", "true", "lease-millis", "1"));
  }
}
