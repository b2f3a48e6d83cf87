package glockenspiel.node.app;

import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.runtime.telemetry.Traceparent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs a node's events, one line each. From {@code fsid=} on a line reads like the kernel's:
 *
 * <pre>
 * event=JOURNAL_CHECKED node=b trace=4bf92f3577b34da6a3ce929d0e0e4736 fsid=demo:fs.1: jid=0: Looking at journal...
 * </pre>
 */
final class EventLog implements NodeEvents {
  private static final Logger LOG = LoggerFactory.getLogger("glockenspiel.node");

  private final String nodeName;
  private final String volume;

  /** As the kernel's: the jid, or s for a spectator; nothing yet before the node has joined. */
  private String slot = "";

  EventLog(String nodeName, String volume) {
    this.nodeName = nodeName;
    this.volume = volume;
  }

  @Override
  public void happened(NodeEvent event) {
    if (event instanceof NodeEvent.Joined joined) {
      slot = joined.jid() < 0 ? ".s" : "." + joined.jid();
    }
    Level level = level(event);
    if (LOG.isEnabledForLevel(level)) {
      LOG.atLevel(level).log(line(event));
    }
  }

  String line(NodeEvent event) {
    String trace = Traceparent.traceId(event.trace());
    return "event="
        + event.kind()
        + " node="
        + nodeName
        + (trace.isEmpty() ? "" : " trace=" + trace)
        + " fsid="
        + volume
        + slot
        + ": "
        + onOneLine(event.detail());
  }

  /** What others have said stands in some details. */
  private static String onOneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return line.toString();
  }

  private static Level level(NodeEvent event) {
    return switch (event) {
      case NodeEvent.WithdrawStarted _ -> Level.ERROR;
      case NodeEvent.SecondaryWithdraw _,
          NodeEvent.SessionBroken _,
          NodeEvent.SessionLost _,
          NodeEvent.ReplayFailed _ ->
          Level.WARN;
      default -> Level.INFO;
    };
  }
}
