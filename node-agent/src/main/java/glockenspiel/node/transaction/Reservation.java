package glockenspiel.node.transaction;

import glockenspiel.ondisk.Geometry;

/**
 * Room in the log: an upper bound of what a transaction, or several, put into one flush.
 *
 * @param images metadata and journaled data blocks
 * @param revokes metadata and journaled data blocks that are freed
 */
public record Reservation(int images, int revokes) {
  /** Nothing. */
  public static final Reservation NONE = new Reservation(0, 0);

  Reservation plus(Reservation other) {
    return new Reservation(images + other.images, revokes + other.revokes);
  }

  Reservation minus(Reservation other) {
    return new Reservation(images - other.images, revokes - other.revokes);
  }

  /**
   * Blocks of the journal that a flush of this takes at most, however metadata and journaled data
   * are mixed.
   */
  long flushBlocks(Geometry geometry) {
    return geometry.flushBlocks(0, images, revokes) + 1;
  }
}
