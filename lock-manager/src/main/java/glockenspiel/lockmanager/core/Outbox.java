package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.LockManagerMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what one step says, so that each session gets one batch. Order of the effects: notices,
 * timers, welcomes and the ends of replaced streams as they happen; then the batches, by the first
 * message for each session; then the ends of the streams whose sessions are over.
 */
final class Outbox {
  private static final Effects NOBODY =
      effect -> {
        throw new IllegalStateException("effect outside a step: " + effect);
      };

  private final List<Session> touched = new ArrayList<>();
  private final List<Effect> closings = new ArrayList<>();
  private final LockTally tally = new LockTally();
  private Effects effects = NOBODY;
  private long nowNanos;

  void begin(long now, Effects sink) {
    nowNanos = now;
    effects = sink;
  }

  /** The time of the step. */
  long nowNanos() {
    return nowNanos;
  }

  /** Counts what goes through here. */
  LockTally tally() {
    return tally;
  }

  /** Lists an effect now. */
  void emit(Effect effect) {
    effects.add(effect);
  }

  /** Lists a notice now. */
  void tell(Lockspace lockspace, Notice notice) {
    effects.add(new Effect.Notify(lockspace.name(), notice));
  }

  /** Puts a message into the session's next batch. */
  void send(Session session, LockManagerMessage message) {
    tally.count(message);
    session.log.add(message);
    touch(session);
  }

  /** Makes sure that the session gets a batch in this step, with the newest acknowledgement. */
  void reply(Session session) {
    session.owesReply = true;
    touch(session);
  }

  /** Puts the session's unsent messages, if there are any, into this step's batch. */
  void touch(Session session) {
    if (!session.touched) {
      session.touched = true;
      touched.add(session);
    }
  }

  /** Ends a stream now. */
  void close(long streamId, CloseCause cause, String reason) {
    emit(new Effect.CloseStream(streamId, cause.losesSession(), cause, reason));
  }

  /** Sends what there is for the session now, and ends its stream at the end of the step. */
  void closeAfterLastBatch(Session session, long streamId, CloseCause cause, String reason) {
    emit(new Effect.Send(streamId, session.log.nextBatch()));
    closings.add(new Effect.CloseStream(streamId, cause.losesSession(), cause, reason));
  }

  /** A present session that is further behind than it may be; null for none. */
  @Nullable Session findSlowConsumer() {
    for (Session session : touched) {
      if (session.log.isFull() && session.isPresent()) {
        return session;
      }
    }
    return null;
  }

  /** Lists the batches and the endings, and lets go of the step's sink. */
  void finish() {
    for (Session session : touched) {
      Long streamId = session.streamId;
      if (streamId != null && (session.owesReply || session.log.hasUnsent())) {
        effects.add(new Effect.Send(streamId, session.log.nextBatch()));
      }
      session.touched = false;
      session.owesReply = false;
    }
    touched.clear();
    closings.forEach(effects::add);
    closings.clear();
    effects = NOBODY;
  }
}
