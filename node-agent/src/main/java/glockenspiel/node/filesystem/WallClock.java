package glockenspiel.node.filesystem;

import java.time.Instant;

/** The time of day, for the times in inodes. Nothing is decided by it. */
@FunctionalInterface
public interface WallClock {
  /** Now, as good as the machine knows it. */
  Instant now();
}
