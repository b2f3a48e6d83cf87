package glockenspiel.runtime.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/** Starts spans for work that has a name and an end, such as a withdraw or a replay. */
public final class Spans {
  private final Telemetry telemetry;

  Spans(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  /**
   * Starts a span.
   *
   * @param name of the operation, such as {@code withdraw}; never with an inode or a lock in it
   * @param parent traceparent of what caused it; empty begins a new trace
   */
  public RunningSpan start(String name, String parent) {
    if (!telemetry.isOn()) {
      return new PassedOn(parent);
    }
    return new Started(
        telemetry.tracer().spanBuilder(name).setParent(Traceparent.context(parent)).startSpan());
  }

  /** A span that has begun. */
  public interface RunningSpan extends AutoCloseable {
    /** Its identity, for those who do a part of it elsewhere. */
    String traceparent();

    /** Notes that it has failed, and why. */
    void fail(String reason);

    /** Ends it. */
    @Override
    void close();
  }

  private record PassedOn(String traceparent) implements RunningSpan {
    @Override
    public void fail(String reason) {}

    @Override
    public void close() {}
  }

  private record Started(Span span) implements RunningSpan {
    @Override
    public String traceparent() {
      return Traceparent.of(span);
    }

    @Override
    public void fail(String reason) {
      span.setStatus(StatusCode.ERROR, reason);
    }

    @Override
    public void close() {
      span.end();
    }
  }
}
