package glockenspiel.node.filesystem;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.transaction.NodeStorage;
import glockenspiel.node.transaction.WithdrawnException;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.OwnerStoppedException;
import java.util.function.Supplier;

/** How every operation of a file system runs. */
final class Operation {
  private Operation() {}

  /**
   * Runs an operation, and turns whatever goes wrong into what callers know, and into a withdraw
   * where nobody can go on.
   */
  static <T> T run(NodeStorage storage, String path, Supplier<T> body) {
    try {
      storage.requireActive();
      return body.get();
    } catch (FileSystemException failure) {
      throw path.isEmpty() ? failure : failure.at(path);
    } catch (OwnerStoppedException stopped) {
      throw stopped;
    } catch (WithdrawnException failure) {
      throw FileSystemException.of(Code.WITHDRAWN, path, failure);
    } catch (GlockException failure) {
      Code code = failure.reason() == GlockException.Reason.WITHDRAWN ? Code.WITHDRAWN : Code.IO;
      throw FileSystemException.of(code, path, failure);
    } catch (StorageException failure) {
      throw FileSystemException.of(Code.IO, path, failure);
    } catch (RuntimeException failure) {
      WithdrawnException withdrawn = storage.broken("in an operation", failure);
      throw FileSystemException.of(Code.WITHDRAWN, path, withdrawn);
    }
  }
}
