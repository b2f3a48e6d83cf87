package glockenspiel.journal.grpc;

import glockenspiel.journal.v1.WatchJournalResponse;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.runtime.grpc.ServerStream;

/** Shows the newest state of a journal, and what was in between only to a reader who keeps up. */
final class WatchCall {
  private final ServerStream<WatchJournalResponse> stream;
  private final ServedVolume served;
  private final int jid;
  private boolean due = true;
  private boolean looking;

  WatchCall(ServerStream<WatchJournalResponse> stream, ServedVolume served, int jid) {
    this.stream = stream;
    this.served = served;
    this.jid = jid;
  }

  void start() {
    Runnable stop =
        served
            .volume()
            .watch(
                status -> {
                  if (status.jid() == jid) {
                    due = true;
                    show();
                  }
                });
    stream.whenGone(stop);
    stream.whenReady(this::show);
  }

  private void show() {
    if (!due || looking || !stream.isReady()) {
      return;
    }
    due = false;
    looking = true;
    served
        .volume()
        .check(jid)
        .whenDone(
            (check, failure) -> {
              looking = false;
              if (failure != null || check == null) {
                stream.fail(StorageErrors.status(ServedVolumes.exception(failure)));
                return;
              }
              stream.send(
                  WatchJournalResponse.newBuilder()
                      .setJournal(JournalWire.check(served, check))
                      .build());
              show();
            });
  }
}
