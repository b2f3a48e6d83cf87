package glockenspiel.runtime.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Values by key, from three places: a flag {@code --lease-millis 10000} wins over the environment
 * {@code GLOCK_LEASE_MILLIS=10000}, which wins over a line {@code lease-millis: 10000} of a YAML
 * file. Every getter throws {@link ConfigurationException} when the value is not of its kind.
 */
public final class Configuration {
  private static final String VARIABLE_PREFIX = "GLOCK_";

  private final Map<String, String> flags;
  private final Map<String, String> environment;
  private final Map<String, String> file;
  private final String fileName;
  private final Set<String> asked = new TreeSet<>();

  private Configuration(
      Map<String, String> flags,
      Map<String, String> environment,
      Map<String, String> file,
      String fileName) {
    this.flags = flags;
    this.environment = environment;
    this.file = file;
    this.fileName = fileName;
  }

  /**
   * Reads the file, if there is one.
   *
   * @param flags by key, without dashes in front
   * @param environment of the process: {@code System.getenv()}
   * @throws ConfigurationException when the file cannot be read or is not a flat map of keys to
   *     single values
   */
  public static Configuration load(
      Map<String, String> flags, Map<String, String> environment, @Nullable Path file) {
    return new Configuration(
        Map.copyOf(flags),
        Map.copyOf(environment),
        file == null ? Map.of() : read(file),
        String.valueOf(file));
  }

  private static Map<String, String> read(Path file) {
    Object document;
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      document = new Load(settings).loadFromString(Files.readString(file));
    } catch (IOException failure) {
      throw new ConfigurationException("cannot read configuration file " + file + ": " + failure);
    } catch (YamlEngineException failure) {
      throw new ConfigurationException(
          "configuration file " + file + " is not YAML: " + failure.getMessage());
    }
    if (document == null) {
      return Map.of();
    }
    if (!(document instanceof Map<?, ?> entries)) {
      throw new ConfigurationException("configuration file " + file + " is not a map of keys");
    }
    Map<String, String> values = new LinkedHashMap<>();
    entries.forEach(
        (key, value) -> {
          if (value instanceof Map || value instanceof List || value == null) {
            throw new ConfigurationException(
                key + " in " + file + " has no single value; expected: " + key + ": VALUE");
          }
          values.put(String.valueOf(key), value.toString());
        });
    return values;
  }

  private record Found(String key, String value, String origin) {
    ConfigurationException bad(String expected) {
      return new ConfigurationException(
          key + ": '" + value + "' (from " + origin + ") is not " + expected);
    }
  }

  private Optional<Found> find(String key) {
    asked.add(key);
    String variable = VARIABLE_PREFIX + key.replace('-', '_').toUpperCase(Locale.ROOT);
    String value = flags.get(key);
    if (value != null) {
      return Optional.of(new Found(key, value, "flag --" + key));
    }
    value = environment.get(variable);
    if (value != null) {
      return Optional.of(new Found(key, value, "environment " + variable));
    }
    value = file.get(key);
    return value == null ? Optional.empty() : Optional.of(new Found(key, value, fileName));
  }

  /** A text, if there is one. */
  public Optional<String> text(String key) {
    return find(key).map(Found::value);
  }

  /** A text that must be there. */
  public String requiredText(String key) {
    return find(key)
        .map(Found::value)
        .filter(value -> !value.isBlank())
        .orElseThrow(
            () ->
                new ConfigurationException(
                    key
                        + " is missing: give --"
                        + key
                        + ", "
                        + VARIABLE_PREFIX
                        + key.replace('-', '_').toUpperCase(Locale.ROOT)
                        + " or a line in the configuration file"));
  }

  /** A whole number between two others, both included; the default where there is none. */
  public long number(String key, long otherwise, long min, long max) {
    Optional<Found> found = find(key);
    if (found.isEmpty()) {
      return otherwise;
    }
    String expected = "a whole number in " + min + ".." + max;
    long value;
    try {
      value = Long.parseLong(found.get().value().strip());
    } catch (NumberFormatException notANumber) {
      throw found.get().bad(expected);
    }
    if (value < min || value > max) {
      throw found.get().bad(expected);
    }
    return value;
  }

  /** True or false; the default where there is none. */
  public boolean flag(String key, boolean otherwise) {
    Optional<Found> found = find(key);
    if (found.isEmpty()) {
      return otherwise;
    }
    return switch (found.get().value().strip().toLowerCase(Locale.ROOT)) {
      case "true", "" -> true;
      case "false" -> false;
      default -> throw found.get().bad("true or false");
    };
  }

  /** The path of a file, if there is one. Whether the file exists is not looked at. */
  public Optional<Path> path(String key) {
    return find(key).map(found -> Path.of(found.value()));
  }

  /**
   * Host and port as {@code host:port}, {@code [ipv6]:port} or {@code :port}; the default where
   * there is none.
   */
  public HostPort hostPort(String key, HostPort otherwise) {
    Optional<Found> found = find(key);
    if (found.isEmpty()) {
      return otherwise;
    }
    return HostPort.parse(found.get().value())
        .orElseThrow(() -> found.get().bad("host:port with a port in 0..65535"));
  }

  /**
   * After all keys were asked for: the file has no others. Variables of the environment are not
   * looked at, since several services may share it.
   *
   * @param alsoKnown keys that other services read from the same file
   */
  public void checkNothingElse(Set<String> alsoKnown) {
    for (String key : file.keySet()) {
      if (!asked.contains(key) && !alsoKnown.contains(key)) {
        throw new ConfigurationException(
            "unknown key " + key + " in " + fileName + "; known are " + String.join(", ", asked));
      }
    }
  }
}
