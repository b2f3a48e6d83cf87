package glockenspiel.ondisk.log;

import glockenspiel.ondisk.MetaHeader;
import java.nio.ByteBuffer;

/**
 * Journaled data that starts with the GFS2 magic number would look like metadata in the log. There
 * its first four bytes are zero and its tag says so; replay puts the magic number back.
 */
public final class JdataEscape {
  private JdataEscape() {}

  /** Whether a data block must be escaped. */
  public static boolean isNeeded(ByteBuffer data) {
    return MetaHeader.hasMagic(data);
  }

  /** Zeroes the magic number of the log's copy. */
  public static void escape(ByteBuffer logCopy) {
    logCopy.putInt(0, 0);
  }

  /** Puts the magic number back. */
  public static void restore(ByteBuffer data) {
    data.putInt(0, MetaHeader.MAGIC);
  }
}
