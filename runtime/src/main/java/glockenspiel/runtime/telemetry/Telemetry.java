package glockenspiel.runtime.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's connection to OpenTelemetry. With {@code OTEL_METRICS_EXPORTER=prometheus} it serves
 * a scrape endpoint, by default on localhost:9464.
 */
public final class Telemetry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
  private static final String SCOPE = "glockenspiel";

  /** Neither traces nor measures. */
  public static final Telemetry NONE = new Telemetry(OpenTelemetry.noop(), false);

  private final OpenTelemetry openTelemetry;
  private final boolean on;

  private Telemetry(OpenTelemetry openTelemetry, boolean on) {
    this.openTelemetry = openTelemetry;
    this.on = on;
  }

  /** Over an SDK of the caller's. */
  public static Telemetry of(OpenTelemetry openTelemetry) {
    return new Telemetry(openTelemetry, true);
  }

  /**
   * Starts what the environment asks for, or nothing.
   *
   * @param serviceName {@code service.name}, unless the environment says otherwise
   * @throws RuntimeException when the environment asks for something impossible
   */
  public static Telemetry start(String serviceName) {
    if (!isWanted(System.getenv().keySet(), System.getProperties().stringPropertyNames())) {
      return NONE;
    }
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> Map.of("otel.service.name", serviceName))
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
    LOG.info("telemetry on, service.name={}", serviceName);
    return new Telemetry(sdk, true);
  }

  static boolean isWanted(Set<String> variables, Set<String> properties) {
    return variables.stream().anyMatch(name -> name.startsWith("OTEL_"))
        || properties.stream().anyMatch(name -> name.startsWith("otel."));
  }

  /** Whether anybody wants to know. */
  public boolean isOn() {
    return on;
  }

  /** Starts spans. */
  public Spans spans() {
    return new Spans(this);
  }

  /** Makes instruments. Without anybody who wants to know they cost next to nothing. */
  public Meter meter() {
    return openTelemetry.getMeter(SCOPE);
  }

  Tracer tracer() {
    return openTelemetry.getTracer(SCOPE);
  }

  /** Sends what it still has, and stops. */
  @Override
  public void close() {
    if (openTelemetry instanceof OpenTelemetrySdk sdk) {
      sdk.close();
    }
  }
}
