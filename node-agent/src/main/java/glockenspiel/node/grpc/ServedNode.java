package glockenspiel.node.grpc;

import glockenspiel.node.core.Node;
import glockenspiel.node.core.NodeStatus;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.runtime.task.Promise;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The node that the services speak for. All methods only on its owner. */
public interface ServedNode {
  /** The node as it is; another object after a mount of the other kind. */
  Node node();

  /** The node as it is now, and whether it will be mounted by itself. */
  NodeStatus status();

  /** The name of the volume that it is configured for. */
  String volume();

  /**
   * Mounts, as {@link Node#mount} does.
   *
   * @param spectator without a journal; a node that is configured as a spectator always is one
   */
  Promise<@Nullable Void> mount(boolean spectator);

  /** Unmounts, as {@link Node#unmount} does, once the file operations that run have ended. */
  Promise<@Nullable Void> unmount();

  /** The file system's block size in bytes; 0 before the first mount. */
  int blockSize();

  /**
   * Does something with the files, as one operation that an unmount waits for. Only inside a task.
   *
   * @throws RuntimeException what the operation throws, or {@link
   *     glockenspiel.node.core.NodeException} when there is no file system, or {@link
   *     UnsupportedOperationException} when there is one without files
   */
  <T extends @Nullable Object> T operate(Function<FileSystem, T> operation);
}
