package glockenspiel.node.core;

import glockenspiel.node.glock.GlockSettings;
import glockenspiel.node.glock.SessionSettings;
import glockenspiel.node.recovery.RecoverySettings;
import glockenspiel.node.withdraw.WithdrawSettings;

/**
 * What a node is told when it starts.
 *
 * @param lockspace the volume's name, {@code cluster:fs}
 * @param nodeName for people; unique among the present members
 * @param spectator mounts without a journal: reads only, and cannot recover others
 */
public record NodeSettings(
    String lockspace,
    String nodeName,
    boolean spectator,
    SessionSettings session,
    GlockSettings glocks,
    RecoverySettings recovery,
    WithdrawSettings withdraw) {
  /** A node with a journal and the usual patience. */
  public static NodeSettings of(String lockspace, String nodeName) {
    return new NodeSettings(
        lockspace,
        nodeName,
        false,
        SessionSettings.DEFAULT,
        GlockSettings.DEFAULT,
        RecoverySettings.DEFAULT,
        WithdrawSettings.DEFAULT);
  }

  /** The same as a spectator, or not. */
  public NodeSettings withSpectator(boolean isSpectator) {
    return new NodeSettings(lockspace, nodeName, isSpectator, session, glocks, recovery, withdraw);
  }

  /** The same with other sessions. */
  public NodeSettings withSession(SessionSettings other) {
    return new NodeSettings(lockspace, nodeName, spectator, other, glocks, recovery, withdraw);
  }

  /** The same with another glock cache. */
  public NodeSettings withGlocks(GlockSettings other) {
    return new NodeSettings(lockspace, nodeName, spectator, session, other, recovery, withdraw);
  }

  /** The same with another patience in recovery. */
  public NodeSettings withRecovery(RecoverySettings other) {
    return new NodeSettings(lockspace, nodeName, spectator, session, glocks, other, withdraw);
  }

  /** The same with another patience in withdraws. */
  public NodeSettings withWithdraw(WithdrawSettings other) {
    return new NodeSettings(lockspace, nodeName, spectator, session, glocks, recovery, other);
  }
}
