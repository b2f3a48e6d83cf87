package glockenspiel.simulation.workload;

/**
 * One change that a node was asked to make. It is lost or kept as a whole; nobody knows which when
 * its mount ends before it is durable, until somebody sees. Times are those of {@link
 * Histories#now}; a look is told by the time at which it began, for until its end anything may
 * happen.
 */
final class Change {
  /** What is known of a change. */
  enum Certainty {
    /** Asked for, not answered: it may be there. */
    ASKED,
    /** Answered: whoever looks must see it, as long as its mount lasts. */
    ANSWERED,
    /** Its mount has ended, or has answered with a failure: it may be there. */
    UNCERTAIN,
    /** Durable, or seen by another node: it is there for good. */
    CERTAIN,
    /** Seen to be missing after its mount had ended: it never comes back. */
    LOST
  }

  private final Actor actor;
  private Certainty certainty = Certainty.ASKED;
  private long since;
  private long answeredAt = Long.MAX_VALUE;

  Change(Actor actor) {
    this.actor = actor;
  }

  Actor actor() {
    return actor;
  }

  /** The file system has returned. */
  void answered(long now) {
    answeredAt = now;
    if (certainty == Certainty.ASKED) {
      become(Certainty.ANSWERED, now);
    }
  }

  /** The file system has failed without saying whether it was done; or its mount has ended. */
  void orphaned(long now) {
    if (certainty == Certainty.ASKED || certainty == Certainty.ANSWERED) {
      become(Certainty.UNCERTAIN, now);
    }
  }

  /** It is durable. */
  void certain(long now) {
    if (certainty != Certainty.CERTAIN) {
      become(Certainty.CERTAIN, now);
    }
  }

  private void become(Certainty next, long now) {
    certainty = next;
    since = now;
  }

  /** Whether it is certain that it is there. */
  boolean isCertain() {
    return certainty == Certainty.CERTAIN;
  }

  /** Whether it is certain that it is not there. */
  boolean isLost() {
    return certainty == Certainty.LOST;
  }

  /** Whether it was known to be lost when a look began. */
  boolean mustBeMissed(long began) {
    return isLost() && since < began;
  }

  /** Whether a look that began then must see it. */
  boolean mustBeSeen(long began) {
    return isCertain() ? Math.min(since, answeredAt) < began : isAnsweredBefore(began);
  }

  /** Whether it was answered before that time, and its mount lasts. */
  boolean isAnsweredBefore(long time) {
    return certainty == Certainty.ANSWERED && since < time;
  }

  /** Whether it was answered before that time, whatever became of its mount. */
  boolean wasAnsweredBefore(long time) {
    return answeredAt < time;
  }

  /** Somebody sees it. Another mount than its own sees only what is durable. */
  void seen(Actor by, long now) {
    if (!by.equals(actor)) {
      certain(now);
    }
  }

  /** Somebody does not see it, in a look that began then. */
  void missed(long began, long now) {
    if (certainty == Certainty.UNCERTAIN && since < began) {
      become(Certainty.LOST, now);
    }
  }

  @Override
  public String toString() {
    return certainty + " change of " + actor;
  }
}
