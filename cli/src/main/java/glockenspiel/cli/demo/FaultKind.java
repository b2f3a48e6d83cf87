package glockenspiel.cli.demo;

import java.util.Locale;

/** What goes wrong in a demonstration. */
public enum FaultKind {
  /** The journal writes of one node fail. */
  JOURNAL_IO(true),
  /** One node finds its metadata contradicting itself. */
  CONSISTENCY(true),
  /** One node-agent dies without a word. */
  CRASH(false),
  /** One node is cut off from the services. */
  PARTITION(true),
  /** All nodes but one withdraw at once. */
  STORM(true),
  /** The only node withdraws. */
  LAST_NODE(true),
  /** The lock-manager dies, and another one takes its place. */
  LOCK_MANAGER_RESTART(false),
  /** Nothing. */
  NONE(false),
  /** The old way, which corrupts a copy; then the same fault the new way. */
  LATE_REPLAY(true);

  private final boolean withdraws;

  FaultKind(boolean withdraws) {
    this.withdraws = withdraws;
  }

  /** Whether nodes withdraw because of it. */
  boolean withdraws() {
    return withdraws;
  }

  /** As the command line writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
