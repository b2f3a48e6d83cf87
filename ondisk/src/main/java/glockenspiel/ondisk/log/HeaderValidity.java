package glockenspiel.ondisk.log;

/** Whether a journal's block is a log header, and if not, the first reason why. */
public enum HeaderValidity {
  /** It is one. */
  VALID,
  /** The block does not start with the GFS2 magic number. */
  NO_MAGIC,
  /** It is metadata, but no log header. */
  OTHER_TYPE,
  /** {@code lh_blkno} is not its position: a header of another place, or a copy. */
  WRONG_POSITION,
  /** {@code lh_hash} does not fit its first 44 bytes. */
  BAD_HASH,
  /** {@code lh_crc} is set and does not fit the rest of the block. */
  BAD_CRC;

  /** Whether it is a log header. */
  public boolean isValid() {
    return this == VALID;
  }
}
