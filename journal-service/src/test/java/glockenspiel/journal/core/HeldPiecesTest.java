package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import glockenspiel.journal.core.HeldPieces.Piece;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is held, what makes room, and when memory may belong to somebody else. */
class HeldPiecesTest {
  private static final int BYTES = 64;

  private final PieceMemory memory = PieceMemory.onHeap(BYTES, 2);
  private final HeldPieces held = new HeldPieces(memory);

  private Piece arrived(long position) {
    Piece piece = held.add(position, 4, BYTES);
    held.arrives(piece, Promise.of(null));
    return piece;
  }

  @Test
  void aPieceIsFoundByEachOfItsPositions() {
    Piece piece = arrived(8);
    assertNull(held.find(7));
    assertSame(piece, held.find(8));
    assertSame(piece, held.find(11));
    assertNull(held.find(12));
    assertEquals(8, held.nextBehind(3, 100));
    assertEquals(6, held.nextBehind(3, 6));
    assertEquals(100, held.nextBehind(8, 100));
  }

  @Test
  void theOldestThatNobodyLooksAtMakesRoom() {
    Piece first = arrived(0);
    Piece second = arrived(4);
    held.unpin(second);
    held.unpin(first);
    arrived(8);
    assertNull(held.find(0));
    assertSame(second, held.find(4));
    assertEquals(2, memory.taken());
  }

  @Test
  void withoutRoomAPieceIsHeldOnlyWhileItIsLookedAt() {
    Piece pinned = arrived(0);
    Piece arriving = held.add(4, 4, BYTES);
    held.arrives(arriving, new Promise<>());
    held.unpin(arriving);
    Piece beside = arrived(8);
    assertSame(beside, held.find(8));
    held.unpin(beside);
    assertNull(held.find(8));
    assertSame(pinned, held.find(0));
    assertSame(arriving, held.find(4), "what the device reads into is nobody else's");
  }

  @Test
  void memoryIsGivenBackWhenTheLastOperationEnds() {
    Promise<@Nullable Void> read = new Promise<>();
    Promise<@Nullable Void> write = new Promise<>();
    Piece piece = held.add(0, 4, BYTES);
    held.arrives(piece, read);
    held.using(write).whenDone((done, failure) -> {});
    held.close();
    assertEquals(1, memory.taken());
    read.complete(null);
    assertEquals(1, memory.taken());
    write.fail(new IllegalStateException("device"));
    assertEquals(0, memory.taken());
  }

  @Test
  void whatIsDroppedIsThereForOthers() {
    Piece piece = arrived(0);
    held.drop(piece);
    held.drop(piece);
    assertEquals(0, memory.taken());
    assertNotNull(memory.take());
    assertNotNull(memory.take());
    assertNull(memory.take());
  }

  @Test
  void allocationThatFailsIsTheLimit() {
    PieceMemory huge = PieceMemory.onHeap(Integer.MAX_VALUE, 3);
    ByteBuffer none = huge.take();
    assertNull(none);
    assertEquals(0, huge.taken());
  }
}
