package glockenspiel.cli.cluster;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The files of one node, as its clients reach them. Calls block; any number of threads may call at
 * once.
 */
public interface FileAccess {
  /**
   * The node has gone: it has withdrawn, was killed, or is not mounted. The operation may or may
   * not have been done.
   */
  final class GoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** It has gone, as the message says. */
    public GoneException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The node's name. */
  String name();

  /**
   * Does something with files through the node.
   *
   * @throws GoneException when the node is no more
   * @throws glockenspiel.node.filesystem.FileSystemException when the file system refuses
   */
  <T extends @Nullable Object> T files(Function<VolumeFiles, T> operation);
}
