package glockenspiel.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
  @TempDir private Path folder = Path.of("");

  private Configuration file(String text) throws IOException {
    Path file = folder.resolve("glock.yaml");
    Files.writeString(file, text);
    return Configuration.load(Map.of(), Map.of(), file);
  }

  private static Configuration flags(String key, String value) {
    return Configuration.load(Map.of(key, value), Map.of(), null);
  }

  @Test
  void flagsWinOverTheEnvironmentOverTheFile() throws IOException {
    Path file = folder.resolve("glock.yaml");
    Files.writeString(file, "one: file\ntwo-words: file\nthree: file\n");
    Configuration configuration =
        Configuration.load(
            Map.of("one", "flag"), Map.of("GLOCK_ONE", "env", "GLOCK_TWO_WORDS", "env"), file);
    assertEquals("flag", configuration.requiredText("one"));
    assertEquals("env", configuration.requiredText("two-words"));
    assertEquals("file", configuration.requiredText("three"));
    assertEquals(Optional.empty(), configuration.text("four"));
  }

  @Test
  void valuesHaveTheirKinds() throws IOException {
    Configuration configuration =
        file(
            """
            lease-millis: 10000
            insecure: true
            image: /volume/demo.img
            listen: 0.0.0.0:7101
            """);
    assertEquals(10_000, configuration.number("lease-millis", 1, 1, 60_000));
    assertEquals(7, configuration.number("other", 7, 1, 60_000));
    assertTrue(configuration.flag("insecure", false));
    assertFalse(configuration.flag("other", false));
    assertEquals(Optional.of(Path.of("/volume/demo.img")), configuration.path("image"));
    assertEquals(
        new HostPort("0.0.0.0", 7101), configuration.hostPort("listen", new HostPort("", 1)));
    configuration.checkNothingElse(Set.of());
  }

  @Test
  void badValuesNameKeyAndOrigin() throws IOException {
    assertRefused(
        "lease-millis: '-1' (from flag --lease-millis) is not a whole number in 1..60000",
        () -> flags("lease-millis", "-1").number("lease-millis", 1, 1, 60_000));
    assertRefused(
        "lease-millis: 'ten' (from environment GLOCK_LEASE_MILLIS) is not a whole number in"
            + " 1..60000",
        () ->
            Configuration.load(Map.of(), Map.of("GLOCK_LEASE_MILLIS", "ten"), null)
                .number("lease-millis", 1, 1, 60_000));
    Configuration fromFile = file("insecure: maybe");
    assertRefused(
        "insecure: 'maybe' (from " + folder.resolve("glock.yaml") + ") is not true or false",
        () -> fromFile.flag("insecure", false));
    assertRefused(
        "listen: '7101' (from flag --listen) is not host:port with a port in 0..65535",
        () -> flags("listen", "7101").hostPort("listen", new HostPort("", 0)));
    assertRefused(
        "node-name is missing: give --node-name, GLOCK_NODE_NAME or a line in the configuration"
            + " file",
        () -> flags("listen", "x").requiredText("node-name"));
  }

  @Test
  void unknownKeysOfTheFileAreRefused() throws IOException {
    Configuration configuration = file("lease-millis: 1\nleese-millis: 2\nimage: x\n");
    long lease = configuration.number("lease-millis", 0, 0, 9);
    assertEquals(1, lease);
    assertRefused(
        "unknown key leese-millis in " + folder.resolve("glock.yaml") + "; known are lease-millis",
        () -> configuration.checkNothingElse(Set.of("image")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"- a\n- b\n", "a: [1, 2]", "a: {b: 1}", "a:", "a: : :", "{"})
  void filesThatAreNoFlatMapAreRefused(String text) {
    assertThrows(ConfigurationException.class, () -> file(text));
  }

  @Test
  void aMissingFileIsRefused() {
    Path missing = folder.resolve("missing.yaml");
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class, () -> Configuration.load(Map.of(), Map.of(), missing));
    assertTrue(
        String.valueOf(refused.getMessage())
            .startsWith("cannot read configuration file " + missing));
  }

  @Test
  void anEmptyFileHasNoValues() throws IOException {
    assertEquals(Optional.empty(), file("# nothing\n").text("a"));
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:7101, localhost, 7101",
    "[::1]:0, ::1, 0",
    ":65535, '', 65535",
  })
  void hostAndPortAreRead(String text, String host, int port) {
    Optional<HostPort> parsed = HostPort.parse(text);
    assertEquals(Optional.of(new HostPort(host, port)), parsed);
    assertEquals(text, parsed.orElseThrow().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "localhost:", "localhost:65536", "::1:7", "a:b:1"})
  void whatIsNoHostAndPortIsRefused(String text) {
    assertEquals(Optional.empty(), HostPort.parse(text));
  }

  private static void assertRefused(String message, Runnable reading) {
    ConfigurationException refused =
        assertThrows(ConfigurationException.class, reading::run, message);
    assertEquals(message, refused.getMessage());
  }
}
