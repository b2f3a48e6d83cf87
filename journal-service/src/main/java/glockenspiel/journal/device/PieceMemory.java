package glockenspiel.journal.device;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The memory that replays read journals into, so that what was read once need not be read again:
 * pieces of one size, at most so many. A piece is made when it is first needed, and kept for the
 * next replay: to give direct memory back takes the collector. May be called from anywhere: the
 * volumes of a service share one.
 */
public final class PieceMemory {
  /** Bytes of a piece, where nothing else is said. */
  public static final int PIECE_BYTES = 1 << 20;

  /** A full journal of 128 MiB, and what was read ahead behind its head. */
  private static final long BYTES_MAX = 144L << 20;

  /** The part of the heap's limit that as much is taken of beside the heap. */
  private static final int PART_OF_HEAP = 4;

  /** Direct I/O reads straight into memory that is aligned like the blocks of its file system. */
  private static final int ALIGNMENT = 4096;

  private static final PieceMemory OF_PROCESS =
      new PieceMemory(
          PIECE_BYTES,
          (int)
              (Math.min(BYTES_MAX, Runtime.getRuntime().maxMemory() / PART_OF_HEAP) / PIECE_BYTES),
          bytes -> AlignedMemory.allocate(bytes, ALIGNMENT));

  private final int pieceBytes;
  private int piecesMax;
  private final IntFunction<ByteBuffer> allocate;
  private final Deque<ByteBuffer> idle = new ArrayDeque<>();
  private int made;

  private PieceMemory(int pieceBytes, int piecesMax, IntFunction<ByteBuffer> allocate) {
    this.pieceBytes = pieceBytes;
    this.piecesMax = piecesMax;
    this.allocate = allocate;
  }

  /** All that the replays of this process have: 144 MiB, or a quarter of the heap's limit. */
  public static PieceMemory ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Memory of its own, on the heap.
   *
   * @param pieceBytes a multiple of the block size
   * @param piecesMax may be 0: then nothing is ever kept
   */
  public static PieceMemory onHeap(int pieceBytes, int piecesMax) {
    return new PieceMemory(pieceBytes, piecesMax, ByteBuffer::allocate);
  }

  /** Bytes of each piece. */
  public int pieceBytes() {
    return pieceBytes;
  }

  /** A piece, with any content; null when all are taken. */
  public synchronized @Nullable ByteBuffer take() {
    ByteBuffer piece = idle.poll();
    if (piece == null && made < piecesMax) {
      piece = make();
    }
    return piece;
  }

  private @Nullable ByteBuffer make() {
    try {
      ByteBuffer piece = allocate.apply(pieceBytes);
      made++;
      return piece;
    } catch (OutOfMemoryError limit) {
      // The JVM may be told to give less (-XX:MaxDirectMemorySize): then this is all there is.
      piecesMax = made;
      return null;
    }
  }

  /** Gives a piece back that nobody reads into or writes from any more. */
  public synchronized void giveBack(ByteBuffer piece) {
    idle.push(piece);
  }

  /** How many pieces are taken at present. */
  public synchronized int taken() {
    return made - idle.size();
  }
}
