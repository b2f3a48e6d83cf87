package glockenspiel.simulation.workload;

import glockenspiel.simulation.observation.BlockHash;
import java.nio.ByteBuffer;

/**
 * A record of a log file: 64 to 2,000 bytes whose every word follows from the record's number, so
 * that a torn, mixed or foreign one is told at sight. It never begins with GFS2's magic number.
 *
 * @param number counts the records of a world, from 1
 */
record LogRecord(long number) {
  private static final int WORDS_MIN = 8;
  private static final int WORDS_MAX = 250;
  private static final long MARK = 0x676C6F636B000000L;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  /** Its bytes. */
  int length() {
    long hash = number * MIX;
    return Long.BYTES * (WORDS_MIN + (int) ((hash >>> 33) % (WORDS_MAX - WORDS_MIN)));
  }

  /** Its content. */
  ByteBuffer content() {
    ByteBuffer content = ByteBuffer.allocate(length());
    content.putLong(MARK | number);
    for (int word = 1; content.hasRemaining(); word++) {
      content.putLong((number * MIX + word) * MIX);
    }
    return content.flip();
  }

  /** The record that begins at the buffer's position; number 0 when there is none. */
  static LogRecord at(ByteBuffer content) {
    if (content.remaining() < Long.BYTES) {
      return new LogRecord(0);
    }
    long mark = content.getLong(content.position());
    return new LogRecord((mark & MARK) == MARK ? mark & ~MARK : 0);
  }

  /** Whether all of it stands at the buffer's position. */
  boolean isAt(ByteBuffer content) {
    return content.remaining() >= length()
        && BlockHash.of(content, content.position(), length()) == BlockHash.of(content());
  }
}
