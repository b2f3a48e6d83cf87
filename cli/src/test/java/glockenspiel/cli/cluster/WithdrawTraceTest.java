package glockenspiel.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.core.JournalStatus;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.core.NodeState;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.runtime.telemetry.Telemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A withdraw is one trace over all services. Each service has an SDK of its own, so that nothing
 * but what they send each other can join their spans.
 */
class WithdrawTraceTest {
  private static final long PATIENCE_SECONDS = 60;
  private static final int NODES = 3;

  @TempDir private Path folder = Path.of("");

  /** A service's telemetry, and what it has exported. */
  private record Service(Telemetry telemetry, InMemorySpanExporter exporter) {
    static Service make() {
      InMemorySpanExporter exporter = InMemorySpanExporter.create();
      SdkTracerProvider tracers =
          SdkTracerProvider.builder()
              .addSpanProcessor(SimpleSpanProcessor.create(exporter))
              .build();
      return new Service(
          Telemetry.of(OpenTelemetrySdk.builder().setTracerProvider(tracers).build()), exporter);
    }
  }

  private record Exported(String service, SpanData span) {
    String name() {
      return service + " " + span.getName();
    }
  }

  private final Map<String, Service> services = new TreeMap<>();

  @AfterEach
  void closeTelemetry() {
    services.values().forEach(service -> service.telemetry().close());
  }

  /** Tells when the gate is open again. */
  private static final class GateWatch implements ClusterListener {
    final CountDownLatch opened = new CountDownLatch(1);
    private volatile boolean announced;

    @Override
    public void nodeEvent(int node, NodeEvent event) {}

    @Override
    public void notice(Notice notice) {
      if (notice instanceof Notice.WithdrawAnnounced) {
        announced = true;
      } else if (announced && notice instanceof Notice.GateOpened) {
        opened.countDown();
      }
    }

    @Override
    public void journal(JournalStatus status) {}
  }

  private List<Exported> withdrawOf(int victim) throws Exception {
    Path image = folder.resolve("volume.img");
    NewImage.small(NODES).write(image);
    ClusterSettings settings =
        ClusterSettings.of(image, NODES)
            .withTelemetry(
                name -> services.computeIfAbsent(name, any -> Service.make()).telemetry());
    GateWatch gate = new GateWatch();
    long endedMillis;
    try (LocalCluster cluster = LocalCluster.start(settings, gate)) {
      cluster.nodes().forEach(ClusterNode::mount);
      cluster.node(victim).call(fs -> fs.create("/file", 0644));
      cluster.node(victim).call(fs -> fs.stat("/file"));
      services.values().forEach(service -> service.exporter().reset());
      assertEquals(
          NodeState.WITHDRAWN,
          cluster
              .node(victim)
              .withdraw(WithdrawKind.OPERATOR, "to be traced")
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
              .state());
      assertTrue(gate.opened.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
      endedMillis = System.currentTimeMillis();
    }
    // What begins in the last millisecond may be of the unmounts that follow.
    long endedNanos = TimeUnit.MILLISECONDS.toNanos(endedMillis);
    List<Exported> spans = new ArrayList<>();
    services.forEach(
        (name, service) ->
            service.exporter().getFinishedSpanItems().stream()
                .filter(span -> span.getStartEpochNanos() < endedNanos)
                .forEach(span -> spans.add(new Exported(name, span))));
    return spans;
  }

  private static Exported only(List<Exported> spans, String name) {
    List<Exported> found = spans.stream().filter(span -> span.name().equals(name)).toList();
    assertEquals(
        1, found.size(), () -> name + " in " + spans.stream().map(Exported::name).toList());
    return found.getFirst();
  }

  @Test
  void isOneTraceOverAllServices() throws Exception {
    int victim = 2;
    List<Exported> spans = withdrawOf(victim);
    Exported withdraw = only(spans, "node-2 withdraw");
    assertEquals("0000000000000000", withdraw.span().getParentSpanId(), "the root");
    String trace = withdraw.span().getTraceId();
    List<String> elsewhere =
        spans.stream()
            .filter(span -> !span.span().getTraceId().equals(trace))
            .map(Exported::name)
            .toList();
    assertEquals(List.of(), elsewhere, "nothing of it is in another trace");
    assertEquals(
        List.of("journal-service", "lock-manager", "node-0", "node-1", "node-2"),
        spans.stream().map(Exported::service).distinct().sorted().collect(Collectors.toList()));

    Map<String, Exported> byId = new HashMap<>();
    spans.forEach(span -> byId.put(span.span().getSpanId(), span));
    for (Exported span : spans) {
      if (!span.equals(withdraw)) {
        assertTrue(
            byId.containsKey(span.span().getParentSpanId()),
            () -> span.name() + " has a parent that nobody exported");
      }
    }
    assertEquals(
        withdraw, byId.get(only(spans, "lock-manager gate closed").span().getParentSpanId()));
    for (String peer : List.of("node-0 recovery", "node-1 recovery")) {
      assertEquals(withdraw, byId.get(only(spans, peer).span().getParentSpanId()), peer);
    }
    Exported replay = only(spans, "journal-service replay");
    Exported asked = byId.get(replay.span().getParentSpanId());
    assertTrue(asked != null && asked.name().endsWith(" recovery"), "a peer's recovery asked");
    assertTrue(
        asked.span().getStartEpochNanos() <= replay.span().getStartEpochNanos()
            && replay.span().getEndEpochNanos() <= asked.span().getEndEpochNanos());
  }

  @Test
  void noSpanLivesAsLongAsAStream() throws Exception {
    List<Exported> spans = withdrawOf(1);
    List<String> streams =
        spans.stream()
            .map(Exported::name)
            .filter(name -> name.matches(".*/(Session|WatchJournal|AppendJournal|ReplayJournal)"))
            .toList();
    assertEquals(List.of(), streams);
  }
}
