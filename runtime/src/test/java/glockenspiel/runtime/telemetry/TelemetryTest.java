package glockenspiel.runtime.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.runtime.telemetry.Spans.RunningSpan;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TelemetryTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  @Test
  void isOffUnlessSomethingIsSet() {
    assertFalse(Telemetry.isWanted(Set.of("HOME", "NOTEL_X"), Set.of("java.home")));
    assertTrue(Telemetry.isWanted(Set.of("OTEL_TRACES_EXPORTER"), Set.of()));
    assertTrue(Telemetry.isWanted(Set.of(), Set.of("otel.metrics.exporter")));
  }

  @Test
  void spansAreChildrenOfTheirParents() {
    Spans spans = Telemetry.of(OTEL.getOpenTelemetry()).spans();
    try (RunningSpan span = spans.start("withdraw", PARENT)) {
      span.fail("no reason");
      try (RunningSpan child = spans.start("replay", span.traceparent())) {
        assertEquals("0af7651916cd43dd8448eb211c80319c", Traceparent.traceId(child.traceparent()));
      }
    }
    List<SpanData> ended = OTEL.getSpans();
    assertEquals("replay", ended.get(0).getName());
    assertEquals(ended.get(1).getSpanId(), ended.get(0).getParentSpanId());
    assertEquals("withdraw", ended.get(1).getName());
    assertEquals("b7ad6b7169203331", ended.get(1).getParentSpanId());
    assertEquals(StatusCode.ERROR, ended.get(1).getStatus().getStatusCode());
  }

  @Test
  void aBadParentBeginsANewTrace() {
    for (String parent : List.of("", "nonsense", "00-00-00-00")) {
      try (RunningSpan span =
          Telemetry.of(OTEL.getOpenTelemetry()).spans().start("withdraw", parent)) {
        assertEquals(32, Traceparent.traceId(span.traceparent()).length());
      }
      assertEquals("", Traceparent.traceId(parent));
    }
  }

  @Test
  void withoutTelemetryTheIdentityIsPassedOn() {
    try (RunningSpan span = Telemetry.NONE.spans().start("withdraw", PARENT)) {
      assertEquals(PARENT, span.traceparent());
    }
    Telemetry.NONE.meter().counterBuilder("glock.requests").build().add(1);
    Telemetry.NONE.close();
  }

  @Test
  void prometheusScrapesWhatIsMeasured() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    System.setProperty("otel.traces.exporter", "none");
    System.setProperty("otel.logs.exporter", "none");
    System.setProperty("otel.metrics.exporter", "prometheus");
    System.setProperty("otel.exporter.prometheus.port", Integer.toString(port));
    try (Telemetry telemetry = Telemetry.start("test");
        HttpClient client = HttpClient.newHttpClient()) {
      telemetry.meter().counterBuilder("glock.requests").build().add(3);
      telemetry.meter().histogramBuilder("glock.wait").setUnit("s").build().record(0.25);
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertTrue(
          answer
              .body()
              .lines()
              .anyMatch(l -> l.startsWith("glock_requests_total{") && l.endsWith(" 3.0")),
          answer.body());
      assertTrue(answer.body().contains("glock_wait_seconds_sum"), answer.body());
      assertTrue(answer.body().contains("service_name=\"test\""), answer.body());
    } finally {
      System.getProperties().keySet().removeIf(key -> key.toString().startsWith("otel."));
    }
  }
}
