package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A glock as a node has it at one moment.
 *
 * @param held in the cluster
 * @param target what the node asks the cluster for; null for nothing
 * @param demoteWanted what it is asked to lower to; null for nothing
 * @param grantNumber of the newest grant
 * @param heldMillis how long ago that grant came; 0 when nothing is held
 * @param users local holders in the order in which they came, then waiters in the order of service
 */
public record GlockSnapshot(
    GlockName name,
    GlockState state,
    LockMode held,
    @Nullable LockMode target,
    @Nullable LockMode demoteWanted,
    long grantNumber,
    long heldMillis,
    List<User> users)
    implements Comparable<GlockSnapshot> {
  /**
   * A local holder or waiter.
   *
   * @param flags bits of {@link LockFlags}
   */
  public record User(LockMode mode, int flags, boolean holds) {
    private String toLine() {
      StringBuilder line = new StringBuilder(" H: s:").append(mode).append(" f:");
      letter(line, LockFlags.TRY, 't');
      letter(line, LockFlags.TRY_1CB, 'T');
      letter(line, LockFlags.NOEXP, 'e');
      letter(line, LockFlags.PRIORITY, 'p');
      letter(line, LockFlags.ANY, 'A');
      return line.append(holds ? 'H' : 'W').toString();
    }

    private void letter(StringBuilder line, int flag, char letter) {
      if (LockFlags.has(flags, flag)) {
        line.append(letter);
      }
    }
  }

  static GlockSnapshot of(Glock glock, long now) {
    List<User> users = new ArrayList<>();
    for (LocalHolder holder = glock.firstHolder(); holder != null; holder = holder.next) {
      users.add(new User(holder.mode(), holder.flags(), true));
    }
    Collections.reverse(users);
    for (LocalWaiter waiter : glock.waiters()) {
      users.add(new User(waiter.mode, waiter.flags, false));
    }
    LocalWaiter asker = glock.requestedFor;
    boolean held = glock.held != LockMode.UN;
    return new GlockSnapshot(
        glock.name,
        glock.state(),
        glock.held,
        asker == null ? null : asker.mode,
        glock.demoteWanted,
        held ? glock.grantNumber : 0,
        held ? (now - glock.heldSinceNanos) / 1_000_000 : 0,
        List.copyOf(users));
  }

  /** How many users hold it. */
  public int holderCount() {
    return (int) users.stream().filter(User::holds).count();
  }

  /** How many users wait for it. */
  public int waiterCount() {
    return users.size() - holderCount();
  }

  /**
   * Lines as in GFS2's debugfs file: {@code G:} with state, name, flags, target, demote state and
   * hold age in ms, and an {@code H:} line for each holder and waiter. Flags: {@code l} locked by
   * something under way, {@code r} a request is at the lock-manager, {@code D} a demote is wanted,
   * {@code d} it is deferred, {@code p} it is in progress, {@code F} held back by a withdraw,
   * {@code q} waiters.
   */
  public List<String> toLines() {
    StringBuilder flags = new StringBuilder();
    switch (state) {
      case UNLOCKED, HELD -> {}
      case REQUESTING -> flags.append("lr");
      case DEMOTE_DEFERRED -> flags.append('d');
      case DEMOTE_WAITING -> flags.append('D');
      case SYNCING -> flags.append("lDp");
      case HELD_BACK -> flags.append('F');
    }
    if (waiterCount() > 0) {
      flags.append('q');
    }
    List<String> lines = new ArrayList<>(1 + users.size());
    lines.add(
        "G:  s:"
            + held
            + " n:"
            + name
            + " f:"
            + flags
            + " t:"
            + (target == null ? held : target)
            + " d:"
            + (demoteWanted == null ? LockMode.EX : demoteWanted)
            + "/0 g:"
            + grantNumber
            + " r:"
            + users.size()
            + " m:"
            + heldMillis);
    for (User user : users) {
      lines.add(user.toLine());
    }
    return lines;
  }

  /** Whether it is of that type. */
  public boolean isOfType(GlockType type) {
    return name.type() == type;
  }

  @Override
  public int compareTo(GlockSnapshot other) {
    return name.compareTo(other.name);
  }
}
