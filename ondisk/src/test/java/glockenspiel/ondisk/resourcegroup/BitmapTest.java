package glockenspiel.ondisk.resourcegroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against an array of states that is searched one by one. */
final class BitmapTest {
  private static final BlockState[] STATES = BlockState.values();

  private final Random random = new Random(42);

  private static Bitmap format(Geometry geometry, int bitBytes) {
    int length = ResourceIndexEntry.lengthFor(geometry, bitBytes);
    ResourceIndexEntry entry =
        new ResourceIndexEntry(1000, length, 1000 + length, bitBytes * 4, bitBytes);
    ByteBuffer[] blocks = new ByteBuffer[length];
    for (int i = 0; i < length; i++) {
      blocks[i] = ByteBuffer.allocate(geometry.blockSize());
      if (i == 0) {
        ResourceGroupHeader.format(blocks[i], geometry, entry);
      } else {
        ResourceGroupHeader.formatBitmapBlock(blocks[i], geometry);
      }
    }
    return Bitmap.of(entry, geometry, blocks);
  }

  @ParameterizedTest
  @CsvSource({
    "512, 1",
    "512, 3",
    "512, 383",
    "512, 384",
    "512, 385",
    "512, 3000",
    "1024, 1797",
    "4096, 3968",
    "4096, 9001"
  })
  void agreesWithTheModel(int blockSize, int bitBytes) {
    Bitmap bitmap = format(Geometry.of(blockSize), bitBytes);
    BlockState[] model = new BlockState[bitmap.size()];
    java.util.Arrays.fill(model, BlockState.FREE);
    for (int round = 0; round < 60; round++) {
      mutate(bitmap, model);
      for (BlockState state : STATES) {
        assertEquals(
            java.util.Arrays.stream(model).filter(s -> s == state).count(), bitmap.count(state));
        int from = random.nextInt(bitmap.size() + 1);
        assertEquals(find(model, state, from, model.length), bitmap.find(state, from));
        int goal = random.nextInt(bitmap.size());
        int wrapped = find(model, state, goal, model.length);
        assertEquals(
            wrapped != Bitmap.NONE ? wrapped : find(model, state, 0, goal),
            bitmap.findFromGoal(state, goal));
        int index = random.nextInt(bitmap.size());
        int max = random.nextInt(200);
        assertEquals(run(model, state, index, max), bitmap.runLength(state, index, max));
      }
      int index = random.nextInt(bitmap.size());
      assertEquals(model[index], bitmap.get(index));
    }
    for (int i = 0; i < model.length; i++) {
      assertEquals(model[i], bitmap.get(i));
    }
  }

  private void mutate(Bitmap bitmap, BlockState[] model) {
    BlockState state = STATES[random.nextInt(4)];
    int index = random.nextInt(model.length);
    if (random.nextBoolean()) {
      model[index] = state;
      bitmap.set(index, state);
    } else {
      int length = random.nextInt(model.length - index + 1);
      java.util.Arrays.fill(model, index, index + length, state);
      bitmap.setRun(index, length, state);
    }
  }

  private static int find(BlockState[] model, BlockState state, int from, int to) {
    for (int i = from; i < to; i++) {
      if (model[i] == state) {
        return i;
      }
    }
    return Bitmap.NONE;
  }

  private static int run(BlockState[] model, BlockState state, int index, int max) {
    int length = 0;
    while (length < max && index + length < model.length && model[index + length] == state) {
      length++;
    }
    return length;
  }

  @Test
  void garbageBehindTheLastBlockIsNotSeen() {
    Geometry geometry = Geometry.of(512);
    Bitmap bitmap = format(geometry, 5);
    ByteBuffer[] blocks = {ByteBuffer.allocate(512)};
    ResourceGroupHeader.format(blocks[0], geometry, bitmap.entry());
    for (int at = 128; at < 512; at++) {
      blocks[0].put(at, (byte) (at < 133 ? 0x55 : 0xff));
    }
    Bitmap used = Bitmap.of(bitmap.entry(), geometry, blocks);
    assertEquals(20, used.count(BlockState.USED));
    assertEquals(0, used.count(BlockState.DINODE));
    assertEquals(Bitmap.NONE, used.find(BlockState.DINODE, 0));
    assertEquals(20, used.runLength(BlockState.USED, 0, 1000));
  }

  @Test
  void onlyLegalChangesAreMade() {
    String legal = "";
    Bitmap bitmap = format(Geometry.of(512), 4);
    for (BlockState from : STATES) {
      for (BlockState to : STATES) {
        bitmap.set(9, from);
        try {
          assertEquals(from, bitmap.change(9, to));
          legal += from + ">" + to + " ";
          assertEquals(to, bitmap.get(9));
        } catch (CorruptBlockException e) {
          assertEquals(from, bitmap.get(9));
          assertEquals(
              "block 0x3e8 rgrp bitmap state of block 0x3f2 "
                  + from
                  + ": expected one that may become "
                  + to,
              e.getMessage());
        }
      }
    }
    assertEquals(
        "FREE>USED FREE>DINODE USED>FREE UNLINKED>FREE DINODE>FREE DINODE>UNLINKED ", legal);
  }

  @Test
  void indexesAndBlocksOutsideAreRefused() {
    Bitmap bitmap = format(Geometry.of(512), 4);
    assertThrows(IndexOutOfBoundsException.class, () -> bitmap.get(16));
    assertThrows(IndexOutOfBoundsException.class, () -> bitmap.get(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> bitmap.setRun(8, 9, BlockState.USED));
    assertThrows(CorruptBlockException.class, () -> bitmap.indexOf(1000));
    assertThrows(CorruptBlockException.class, () -> bitmap.indexOf(1017));
    assertEquals(15, bitmap.indexOf(1016));
    assertEquals(1016, bitmap.blockAt(15));
  }
}
