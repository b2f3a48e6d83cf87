package glockenspiel.image;

import glockenspiel.ondisk.CorruptBlockException;

/**
 * One thing that is wrong with an image.
 *
 * @param block the block that holds what is wrong, or {@link CorruptBlockException#NO_BLOCK}
 * @param structure what the block is, or should be
 * @param field the field's name in {@code gfs2_ondisk.h}, or a few words
 * @param found its value; block numbers in hex
 * @param expected what is allowed
 * @param text all of it in one line
 */
public record Problem(
    long block, String structure, String field, String found, String expected, String text) {
  /** A problem with the usual text. */
  static Problem of(long block, String structure, String field, String found, String expected) {
    return of(new CorruptBlockException(block, structure, field, found, expected));
  }

  /** The problem that a structure's own check found. */
  public static Problem of(CorruptBlockException damage) {
    String text = damage.getMessage();
    return new Problem(
        damage.block(),
        damage.structure(),
        damage.field(),
        damage.value(),
        damage.expected(),
        text == null ? "" : text);
  }
}
