package glockenspiel.simulation.observation;

import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import java.util.List;

/**
 * One call of a node to the journal-service. Told apart by identity: a call is observed when it is
 * sent, perhaps when it arrives, and perhaps when the volume answers it.
 */
public final class StorageCall {
  /** What is asked for. */
  public sealed interface Body {
    /** The journal that it is about; -1 for none. */
    default int jid() {
      return -1;
    }

    /** The epoch that it carries; -1 for none. */
    default long epoch() {
      return -1;
    }
  }

  /** The volume's description. */
  public record Describe() implements Body {}

  /** Blocks are read. */
  public record Read(List<Long> blocks) implements Body {}

  /** Blocks are written in place. */
  public record Write(int jid, long epoch, List<BlockImage> blocks) implements Body {}

  /** A journal is opened. */
  public record Open(int jid, String nodeName) implements Body {}

  /** A flush is appended. */
  public record Append(int jid, long epoch, LogFlush flush) implements Body {}

  /** A journal is closed in order. */
  public record Close(int jid, long epoch) implements Body {}

  /** An epoch is fenced. */
  public record Fence(int jid, long epoch) implements Body {}

  /** A journal is looked at. */
  public record Check(int jid) implements Body {}

  /** A journal is replayed. */
  public record Replay(int jid, long expectedEpoch, boolean foldStatfs) implements Body {}

  /** Somebody waits until a journal is clean. */
  public record AwaitClean(int jid) implements Body {}

  private final NodeId node;
  private final Body body;

  /** A call that is about to be sent. */
  public StorageCall(NodeId node, Body body) {
    this.node = node;
    this.body = body;
  }

  /** Who calls. */
  public NodeId node() {
    return node;
  }

  /** What is asked for, as the node said it. */
  public Body body() {
    return body;
  }

  @Override
  public String toString() {
    String what = body.getClass().getSimpleName();
    return node
        + " "
        + what
        + (body.jid() < 0 ? "" : " jid=" + body.jid())
        + (body.epoch() < 0 ? "" : " epoch=" + body.epoch());
  }
}
