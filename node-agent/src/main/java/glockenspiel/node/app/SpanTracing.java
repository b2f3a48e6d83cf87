package glockenspiel.node.app;

import glockenspiel.node.event.Tracing;
import glockenspiel.runtime.telemetry.Spans;
import glockenspiel.runtime.telemetry.Telemetry;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The node's spans. Without telemetry there are none, but what begins a trace still gets an
 * identity, which the peers' log lines and events then share.
 */
final class SpanTracing implements Tracing {
  private final Telemetry telemetry;

  SpanTracing(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public Span start(String name, String parent) {
    boolean nameless = parent.isEmpty() && !telemetry.isOn();
    return new Running(telemetry.spans().start(name, nameless ? newTraceparent() : parent));
  }

  private static String newTraceparent() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    // Neither id may be zero.
    return String.format(
        "00-%016x%016x-%016x-01",
        random.nextLong(), random.nextLong(1, Long.MAX_VALUE), random.nextLong(1, Long.MAX_VALUE));
  }

  private record Running(Spans.RunningSpan span) implements Span {
    @Override
    public String traceparent() {
      return span.traceparent();
    }

    @Override
    public void fail(String reason) {
      span.fail(reason);
    }

    @Override
    public void close() {
      span.close();
    }
  }
}
