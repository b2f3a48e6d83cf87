package glockenspiel.journal.core;

/** Tells what goes into the time fields of log headers. Nothing is decided by it. */
@FunctionalInterface
public interface HeaderClock {
  /** Nanoseconds since 1970. */
  long epochNanos();
}
