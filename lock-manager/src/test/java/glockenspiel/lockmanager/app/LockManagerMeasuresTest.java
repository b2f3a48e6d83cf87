package glockenspiel.lockmanager.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What somebody who scrapes a lock-manager sees. */
@Timeout(60)
class LockManagerMeasuresTest {
  private static final GlockName LOCK = GlockName.application("stock");

  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  private static TestNode join(GrpcChannel channel, String name) throws InterruptedException {
    TestNode node = new TestNode(channel);
    var _ = node.greet(new Hello("shop", name, false, true, 0, 0, 0));
    return node;
  }

  private static Map<String, Double> scrape() {
    Map<String, Double> values = new TreeMap<>();
    for (MetricData metric : OTEL.getMetrics()) {
      metric
          .getData()
          .getPoints()
          .forEach(
              point -> {
                String outcome = point.getAttributes().get(AttributeKey.stringKey("outcome"));
                if (point instanceof LongPointData number) {
                  values.put(
                      metric.getName() + (outcome == null ? "" : " " + outcome),
                      (double) number.getValue());
                } else {
                  values.put(metric.getName(), 0.0);
                }
              });
    }
    return values;
  }

  @Test
  void whatHappensIsCounted() throws Exception {
    LockManagerSettings settings =
        new LockManagerSettings(
            new HostPort("", 0), LockManagerSettings.LEASE_MILLIS, TransportSecurity.INSECURE);
    Map<String, Double> values;
    try (LockManagerServer _ =
            LockManagerServer.start(
                InProcessServerBuilder.forName("measures"),
                settings,
                Telemetry.of(OTEL.getOpenTelemetry()));
        GrpcChannel channel =
            GrpcChannel.open(InProcessChannelBuilder.forName("measures"), Telemetry.NONE)) {
      TestNode a = join(channel, "a");
      TestNode b = join(channel, "b");
      a.acquire(1, LOCK, LockMode.EX, 0);
      var _ = a.next(Answer.class);
      b.acquire(1, LOCK, LockMode.SH, LockFlags.TRY_1CB);
      var _ = b.next(Answer.class);
      b.acquire(2, LOCK, LockMode.SH, 0);
      var _ = a.next(Demote.class);
      a.say(new NodeMessage.Lower(LOCK, LockMode.UN, null));
      var _ = b.next(Answer.class);
      values = scrape();
    }
    assertEquals(2, values.get("glockenspiel.lock.requests GRANTED"));
    assertEquals(1, values.get("glockenspiel.lock.requests TRY_FAILED"));
    assertEquals(0, values.get("glockenspiel.lock.requests REFUSED"));
    assertEquals(2, values.get("glockenspiel.lock.sessions"));
    assertEquals(1, values.get("glockenspiel.lock.lockspaces"));
    assertEquals(1, values.get("glockenspiel.lock.locks"));
    assertEquals(0, values.get("glockenspiel.lock.contended"));
    assertEquals(1, values.get("glockenspiel.lock.waits"));
    assertEquals(0, values.get("glockenspiel.lock.gates.closed"));
    assertEquals(1, values.get("glockenspiel.lock.demotes"));
    checkThatTheDocsHaveThem(List.copyOf(values.keySet()));
    assertEquals(List.of(), List.copyOf(OTEL.getMetrics()), "measures of a closed lock-manager");
  }

  private static void checkThatTheDocsHaveThem(List<String> names) throws Exception {
    String page = Files.readString(Path.of("../docs/operations.md"));
    for (String name : names) {
      String metric = name.split(" ", 2)[0];
      assertTrue(page.contains("`" + metric + "`"), metric + " is not in docs/operations.md");
    }
  }
}
