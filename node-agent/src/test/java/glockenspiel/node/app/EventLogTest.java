package glockenspiel.node.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.node.event.NodeEvent;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String TRACE = "00-" + TRACE_ID + "-00f067aa0ba902b7-01";

  private final EventLog log = new EventLog("b", "demo:fs");

  @Test
  void readsLikeTheKernels() {
    log.happened(new NodeEvent.Joined(1, 7, false));
    assertEquals(
        "event=JOURNAL_CHECKED node=b trace="
            + TRACE_ID
            + " fsid=demo:fs.1: jid=0: Looking at journal...",
        log.line(new NodeEvent.JournalChecked(0, TRACE)));
  }

  @Test
  void aSpectatorIsNamedAsTheKernelDoes() {
    log.happened(new NodeEvent.Joined(-1, 7, false));
    assertEquals(
        "event=SESSION_LOST node=b fsid=demo:fs.s: session lost: gone",
        log.line(new NodeEvent.SessionLost("gone")));
  }

  @Test
  void nobodyWritesASecondLine() {
    assertEquals(
        "event=SESSION_BROKEN node=b fsid=demo:fs: session stream broken, resuming: a b",
        log.line(new NodeEvent.SessionBroken("a\nb")));
  }
}
