package glockenspiel.simulation.observation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A 64-bit hash of a block's content, the same on every machine. */
public final class BlockHash {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private BlockHash() {}

  /** Of the bytes between position and limit, which are not moved. */
  public static long of(ByteBuffer content) {
    ByteBuffer bytes = content.duplicate().order(ByteOrder.BIG_ENDIAN);
    return of(bytes, bytes.position(), bytes.remaining());
  }

  /** Of a part of the buffer. */
  public static long of(ByteBuffer content, int from, int length) {
    long hash = length;
    int at = from;
    int end = from + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = (hash ^ content.getLong(at)) * MIX;
      hash ^= hash >>> 29;
    }
    for (; at < end; at++) {
      hash = (hash ^ content.get(at)) * MIX;
    }
    return hash ^ hash >>> 32;
  }
}
