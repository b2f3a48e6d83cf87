package glockenspiel.cli.online;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.lock.v1.ListLockspacesRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc.LockInspectionServiceBlockingStub;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the lockspace that a command is about. */
final class Lockspaces {
  private Lockspaces() {}

  /** The one that was named, or the only one that there is. */
  static String choose(LockInspectionServiceBlockingStub inspection, @Nullable String named) {
    if (named != null) {
      return named;
    }
    List<String> all =
        inspection.listLockspaces(ListLockspacesRequest.getDefaultInstance()).getLockspacesList();
    if (all.size() != 1) {
      throw CommandFailure.wrongUsage(
          all.isEmpty()
              ? "the lock-manager has no lockspace: no node has joined yet"
              : "the lock-manager has several lockspaces, choose one with --volume: " + all);
    }
    return all.getFirst();
  }
}
