package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A glock cache between local users and a lock-manager whose part the test plays. Everything that
 * happens is a line.
 */
final class GlockStage implements LockSender, GlockContents, AutoCloseable {
  static final GlockName INODE = GlockName.inode(0x1e);

  final DeterministicScheduler scheduler = DeterministicScheduler.inOrder();
  final DeterministicOwner owner = scheduler.owner("node");
  final List<String> lines = new ArrayList<>();
  final Map<String, Glocks.Holder> holders = new LinkedHashMap<>();
  final GlockCache cache;
  boolean lease = true;
  boolean clean;
  @Nullable Promise<@Nullable Void> syncWaits;
  private long requestId;
  private long grantNumber;

  GlockStage(GlockSettings settings) {
    cache =
        new GlockCache(
            owner,
            this,
            settings,
            (glock, cause) -> lines.add("sync failed " + glock + ": " + cause.getMessage()));
    cache.serve(this);
  }

  GlockStage() {
    this(new GlockSettings(10_000_000, 100, 8));
  }

  @Override
  public void send(NodeMessage message) {
    lines.add(
        switch (message) {
          case NodeMessage.Acquire acquire -> {
            requestId = acquire.requestId();
            String flags = LockFlags.toString(acquire.flags());
            yield "-> acquire "
                + acquire.glock()
                + " "
                + acquire.mode()
                + (flags.isEmpty() ? "" : " " + flags);
          }
          case NodeMessage.Lower lower ->
              "-> lower "
                  + lower.glock()
                  + " "
                  + lower.mode()
                  + (lower.lockValue() == null ? "" : " value " + lower.lockValue());
          case NodeMessage.Cancel cancel -> "-> cancel";
          case NodeMessage.ReportClean report -> "-> " + report;
          case NodeMessage.ReportFirstMountDone done -> "-> " + done;
          case NodeMessage.Reassert reassert ->
              "-> reassert "
                  + reassert.glock()
                  + " "
                  + reassert.mode()
                  + ", grant "
                  + reassert.grantNumber()
                  + (reassert.lockValue() == null ? "" : ", value " + reassert.lockValue());
          case NodeMessage.ReassertDone done -> "-> reassert done";
          case NodeMessage.Renew renew -> "-> renew";
          case NodeMessage.Leave leave -> "-> leave";
        });
  }

  @Override
  public boolean holdsLease() {
    return lease;
  }

  @Override
  public boolean isClean(GlockName glock) {
    return clean;
  }

  @Override
  public void sync(GlockName glock, LockMode to) {
    lines.add("sync " + glock + " to " + to);
    if (syncWaits != null) {
      owner.await(syncWaits);
    }
  }

  @Override
  public void invalidate(GlockName glock) {
    lines.add("invalidate " + glock);
  }

  // Local users.

  void acquire(String user, LockMode mode, int flags) {
    acquire(user, INODE, mode, flags, Long.MAX_VALUE);
  }

  void acquire(String user, LockMode mode) {
    acquire(user, mode, 0);
  }

  void acquire(String user, GlockName glock, LockMode mode, int flags, long timeoutNanos) {
    owner.start(
        user,
        () -> {
          try {
            Glocks.Holder holder =
                timeoutNanos == Long.MAX_VALUE
                    ? cache.acquire(glock, mode, flags)
                    : cache.acquire(glock, mode, flags, Patience.of(timeoutNanos), "");
            holders.put(user, holder);
            lines.add(user + " holds");
          } catch (GlockException refused) {
            lines.add(user + " " + refused.reason());
          }
          return null;
        });
    settle();
  }

  void close(String user) {
    Glocks.Holder holder = holders.remove(user);
    owner.execute(
        () -> {
          if (holder != null) {
            holder.close();
          }
        });
    settle();
  }

  // The lock-manager.

  void grant(LockMode mode) {
    grant(INODE, mode, null);
  }

  void grant(GlockName glock, LockMode mode, @Nullable LockValue value) {
    Answer answer =
        new Answer(requestId, glock, LockOutcome.GRANTED, mode, ++grantNumber, value, true);
    on(() -> cache.answered(answer));
  }

  void answer(LockOutcome outcome) {
    Answer answer = new Answer(requestId, INODE, outcome, LockMode.UN, 0, null, true);
    on(() -> cache.answered(answer));
  }

  void demote(LockMode wanted) {
    demote(wanted, grantNumber);
  }

  void demote(LockMode wanted, long number) {
    GateStatus gate = new GateStatus(1, List.of(), false);
    on(() -> cache.demoteRequested(new Demote(INODE, wanted, number, gate, "")));
  }

  // Time.

  void on(Runnable piece) {
    owner.execute(piece);
    settle();
  }

  void settle() {
    scheduler.runFor(0);
  }

  void after(long millis) {
    scheduler.runFor(millis * 1_000_000);
  }

  /** What has happened since the last question. */
  List<String> happened() {
    List<String> happened = List.copyOf(lines);
    lines.clear();
    return happened;
  }

  String state() {
    List<GlockSnapshot> all = cache.snapshot();
    return all.isEmpty() ? "none" : all.getFirst().state() + " " + all.getFirst().held();
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
