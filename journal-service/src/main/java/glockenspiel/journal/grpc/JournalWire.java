package glockenspiel.journal.grpc;

import glockenspiel.journal.core.FencingState;
import glockenspiel.journal.core.JournalStatus;
import glockenspiel.journal.core.ReplayListener;
import glockenspiel.journal.v1.JournalCheck;
import glockenspiel.journal.v1.ReplayPhase;
import glockenspiel.journal.v1.ReplayProgress;
import glockenspiel.protocol.wire.StorageWire;

/** What operators see of a journal beside what nodes need. */
final class JournalWire {
  private JournalWire() {}

  /** A look at a journal, with its fencing as it is now. */
  static JournalCheck check(ServedVolume served, glockenspiel.protocol.storage.JournalCheck check) {
    JournalStatus status = served.volume().journals().get(check.jid());
    return StorageWire.check(check).toBuilder()
        .setFencing(fencing(status.fencing()))
        .setNodeName(status.nodeName())
        .setReason(status.reason())
        .build();
  }

  private static glockenspiel.journal.v1.FencingState fencing(FencingState state) {
    return switch (state) {
      case CLOSED -> glockenspiel.journal.v1.FencingState.FENCING_STATE_CLOSED;
      case OPENING -> glockenspiel.journal.v1.FencingState.FENCING_STATE_OPENING;
      case OPEN -> glockenspiel.journal.v1.FencingState.FENCING_STATE_OPEN;
      case FAILED -> glockenspiel.journal.v1.FencingState.FENCING_STATE_FAILED;
      case CLOSING -> glockenspiel.journal.v1.FencingState.FENCING_STATE_CLOSING;
      case FENCING -> glockenspiel.journal.v1.FencingState.FENCING_STATE_FENCING;
      case FENCED -> glockenspiel.journal.v1.FencingState.FENCING_STATE_FENCED;
      case REPLAYING -> glockenspiel.journal.v1.FencingState.FENCING_STATE_REPLAYING;
    };
  }

  static ReplayProgress progress(ReplayListener.Phase phase, long done, long total) {
    return ReplayProgress.newBuilder()
        .setPhase(
            switch (phase) {
              case FENCING -> ReplayPhase.REPLAY_PHASE_FENCING;
              case EXAMINING -> ReplayPhase.REPLAY_PHASE_SCANNING;
              case WRITING -> ReplayPhase.REPLAY_PHASE_WRITING;
              case CLEANING -> ReplayPhase.REPLAY_PHASE_CLEANING;
            })
        .setBlocksDone(done)
        .setBlocksTotal(total)
        .build();
  }
}
