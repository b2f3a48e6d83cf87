package glockenspiel.node.grpc;

import com.google.protobuf.Timestamp;
import glockenspiel.node.core.NodeState;
import glockenspiel.node.core.NodeStatus;
import glockenspiel.node.filesystem.FileStat;
import glockenspiel.node.freeze.FreezeStatus;
import glockenspiel.node.glock.GlockSnapshot;
import glockenspiel.node.v1.DirectoryEntry;
import glockenspiel.node.v1.FileAttributes;
import glockenspiel.node.v1.FileType;
import glockenspiel.node.v1.FreezeState;
import glockenspiel.node.v1.GlockInfo;
import glockenspiel.node.v1.NodeEvent;
import glockenspiel.node.withdraw.WithdrawStatus;
import glockenspiel.protocol.wire.LockWire;
import glockenspiel.runtime.telemetry.Traceparent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The node's words as messages. */
final class NodeWire {
  /** The first and the last second that a Timestamp can say. */
  private static final long SECOND_MIN = -62_135_596_800L;

  private static final long SECOND_MAX = 253_402_300_799L;

  private NodeWire() {}

  static glockenspiel.node.v1.NodeStatus status(NodeStatus status) {
    glockenspiel.node.v1.NodeStatus.Builder builder =
        glockenspiel.node.v1.NodeStatus.newBuilder()
            .setNodeName(status.nodeName())
            .setVolume(status.lockspace())
            .setState(state(status.state()))
            .setStateMillis(status.stateMillis())
            .setSpectator(status.spectator())
            .setSessionId(status.sessionId())
            .setEpoch(status.epoch())
            .addAllWaitingFor(status.waitingFor())
            .setGlocks(status.glocks());
    if (status.jid() >= 0) {
      builder.setJid(status.jid());
    }
    if (status.gate() != null) {
      builder.setGate(LockWire.gate(status.gate()));
    }
    if (status.withdraw() != null) {
      builder.setWithdraw(withdraw(status.withdraw()));
    }
    if (status.freeze() != null && !status.spectator()) {
      builder.setFreeze(freeze(status.freeze()));
    }
    return builder.build();
  }

  private static glockenspiel.node.v1.NodeState state(NodeState state) {
    return switch (state) {
      case UNMOUNTED -> glockenspiel.node.v1.NodeState.NODE_STATE_UNMOUNTED;
      case MOUNTING -> glockenspiel.node.v1.NodeState.NODE_STATE_MOUNTING;
      case MOUNTED -> glockenspiel.node.v1.NodeState.NODE_STATE_MOUNTED;
      case UNMOUNTING -> glockenspiel.node.v1.NodeState.NODE_STATE_UNMOUNTING;
      case WITHDRAWING -> glockenspiel.node.v1.NodeState.NODE_STATE_WITHDRAWING;
      case WITHDRAWN -> glockenspiel.node.v1.NodeState.NODE_STATE_WITHDRAWN;
    };
  }

  private static glockenspiel.node.v1.WithdrawStatus withdraw(WithdrawStatus withdraw) {
    return glockenspiel.node.v1.WithdrawStatus.newBuilder()
        .setKind(withdraw.kind().name())
        .setReason(withdraw.reason())
        .setStep(withdraw.step().text())
        .setMillis(withdraw.millis())
        .setSecondaryWithdraws(withdraw.secondaryWithdraws())
        .setReleasesHeldBack(withdraw.releasesHeldBack())
        .build();
  }

  private static glockenspiel.node.v1.FreezeStatus freeze(FreezeStatus freeze) {
    FreezeState state =
        switch (freeze.state()) {
          case IDLE, FREEZER, FROZEN, ENDED -> FreezeState.FREEZE_STATE_FROZEN;
          case THAWED, LEAVING -> FreezeState.FREEZE_STATE_THAWED;
          case FREEZING, ASKING -> FreezeState.FREEZE_STATE_FREEZING;
        };
    return glockenspiel.node.v1.FreezeStatus.newBuilder()
        .setState(state)
        .setFreezer(freeze.freezer())
        .setOwn(freeze.own())
        .setMillis(freeze.millis())
        .build();
  }

  static NodeEvent event(String nodeName, EventRing.Entry entry) {
    glockenspiel.node.event.NodeEvent event = entry.event();
    NodeEvent.Builder builder =
        NodeEvent.newBuilder()
            .setSequence(entry.sequence())
            .setTime(time(entry.time()))
            .setNodeName(nodeName)
            .setKind(event.kind())
            .setDetail(event.detail())
            .setTraceId(Traceparent.traceId(event.trace()));
    if (event.jid() >= 0) {
      builder.setJid(event.jid());
    }
    return builder.build();
  }

  static GlockInfo glock(GlockSnapshot glock) {
    return GlockInfo.newBuilder()
        .setGlock(LockWire.glock(glock.name()))
        .setMode(LockWire.mode(glock.held()))
        .setTarget(LockWire.modeOrUnspecified(glock.target()))
        .setDemoteTo(LockWire.modeOrUnspecified(glock.demoteWanted()))
        .setGrantNumber(glock.grantNumber())
        .setHolders(glock.holderCount())
        .setWaiters(glock.waiterCount())
        .build();
  }

  static FileAttributes attributes(FileStat stat) {
    return FileAttributes.newBuilder()
        .setInode(stat.inum().address())
        .setType(type(stat.type()))
        .setPermissions(stat.permissions())
        .setLinks(stat.links())
        .setUid(stat.uid())
        .setGid(stat.gid())
        .setSize(stat.size())
        .setBlocks(stat.blocks())
        .setModifyTime(time(stat.modified()))
        .setChangeTime(time(stat.changed()))
        .build();
  }

  static DirectoryEntry entry(glockenspiel.ondisk.directory.DirectoryEntry entry) {
    return entry(entry.nameText(), entry.inum().address(), type(entry.type()));
  }

  static DirectoryEntry entry(String name, FileStat stat) {
    return entry(name, stat.inum().address(), type(stat.type()));
  }

  private static DirectoryEntry entry(String name, long inode, FileType type) {
    return DirectoryEntry.newBuilder().setName(name).setInode(inode).setType(type).build();
  }

  private static FileType type(glockenspiel.ondisk.inode.@Nullable FileType type) {
    return switch (type) {
      case null -> FileType.FILE_TYPE_UNSPECIFIED;
      case REGULAR -> FileType.FILE_TYPE_REGULAR;
      case DIRECTORY -> FileType.FILE_TYPE_DIRECTORY;
      case SYMLINK -> FileType.FILE_TYPE_SYMLINK;
      case FIFO -> FileType.FILE_TYPE_FIFO;
      case SOCKET -> FileType.FILE_TYPE_SOCKET;
      case CHARACTER_DEVICE -> FileType.FILE_TYPE_CHARACTER_DEVICE;
      case BLOCK_DEVICE -> FileType.FILE_TYPE_BLOCK_DEVICE;
    };
  }

  /** A time that stands on the disk may be any; what a Timestamp cannot say becomes its nearest. */
  private static Timestamp time(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(Math.clamp(time.getEpochSecond(), SECOND_MIN, SECOND_MAX))
        .setNanos(time.getNano())
        .build();
  }
}
