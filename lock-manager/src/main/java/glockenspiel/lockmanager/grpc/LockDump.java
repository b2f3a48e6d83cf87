package glockenspiel.lockmanager.grpc;

import glockenspiel.lock.v1.DumpLocksResponse;
import glockenspiel.lockmanager.core.LockCursor;
import glockenspiel.lockmanager.core.LockFilter;
import glockenspiel.lockmanager.core.LockPage;
import glockenspiel.runtime.grpc.ServerStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the locks of a lockspace piece by piece, at the pace of the reader, and lets what else the
 * lock-manager has to do go between the pieces.
 */
final class LockDump {
  private static final int PIECE = 256;

  private final LockManagerShell shell;
  private final ServerStream<DumpLocksResponse> stream;
  private final String lockspace;
  private final LockFilter filter;
  private @Nullable LockCursor next = LockCursor.START;
  private boolean planned;

  LockDump(
      LockManagerShell shell,
      ServerStream<DumpLocksResponse> stream,
      String lockspace,
      LockFilter filter) {
    this.shell = shell;
    this.stream = stream;
    this.lockspace = lockspace;
    this.filter = filter;
  }

  /** The reader can take more. */
  void writeOn() {
    if (planned || !stream.isReady() || next == null) {
      return;
    }
    LockPage page = shell.core().locks(lockspace, filter, next, PIECE);
    if (!page.locks().isEmpty()) {
      long nowNanos = shell.owner().nowNanos();
      DumpLocksResponse.Builder piece = DumpLocksResponse.newBuilder();
      page.locks().forEach(lock -> piece.addAllLines(LockText.lines(lock, nowNanos)));
      stream.send(piece.build());
    }
    next = page.next();
    if (next == null) {
      stream.complete();
      return;
    }
    planned = true;
    shell
        .owner()
        .execute(
            () -> {
              planned = false;
              writeOn();
            });
  }
}
