package glockenspiel.cli.cluster;

import glockenspiel.journal.core.JournalStatus;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;

/**
 * Told of what happens in a cluster, each call on the owner of whom it happens to; so it must not
 * wait, and may be called by several threads.
 */
public interface ClusterListener {
  /** Something has happened to a node, or it saw it happen. */
  void nodeEvent(int node, NodeEvent event);

  /** Something has happened in a lockspace. */
  void notice(Notice notice);

  /** A journal is in another state. */
  void journal(JournalStatus status);

  /** Nobody listens. */
  ClusterListener NONE =
      new ClusterListener() {
        @Override
        public void nodeEvent(int node, NodeEvent event) {}

        @Override
        public void notice(Notice notice) {}

        @Override
        public void journal(JournalStatus status) {}
      };
}
