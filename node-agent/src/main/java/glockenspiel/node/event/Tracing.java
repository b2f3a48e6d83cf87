package glockenspiel.node.event;

/** Starts spans. Identities travel as W3C traceparent strings; the empty string is "no trace". */
@FunctionalInterface
public interface Tracing {
  /**
   * Starts a span.
   *
   * @param name of the operation, such as {@code withdraw}
   * @param parent traceparent of what caused it; empty begins a new trace
   */
  Span start(String name, String parent);

  /** Something that takes time and has an end. */
  interface Span extends AutoCloseable {
    /** Its identity, for those who do a part of it elsewhere. */
    String traceparent();

    /** Notes that it has failed, and why. */
    void fail(String reason);

    /** Ends it. */
    @Override
    void close();
  }

  /** Traces nothing, and passes the identity on. */
  Tracing NONE =
      (name, parent) ->
          new Span() {
            @Override
            public String traceparent() {
              return parent;
            }

            @Override
            public void fail(String reason) {}

            @Override
            public void close() {}
          };
}
