package glockenspiel.protocol.wire;

import glockenspiel.protocol.storage.StorageException;
import java.util.function.Function;

/**
 * Checks single fields of messages that came from outside. A field that is out of its range ends in
 * an exception whose message names the field, its value and its range.
 *
 * @param <E> the exception
 */
public final class FieldCheck<E extends RuntimeException> {
  /** For requests that meet {@link IllegalArgumentException}. */
  public static final FieldCheck<IllegalArgumentException> ARGUMENT =
      new FieldCheck<>(IllegalArgumentException::new);

  /** For storage calls: ends in {@link StorageException} with INVALID_ARGUMENT. */
  public static final FieldCheck<StorageException> STORAGE =
      new FieldCheck<>(
          message -> new StorageException(StorageException.Reason.INVALID_ARGUMENT, message));

  private final Function<String, E> failure;

  private FieldCheck(Function<String, E> failure) {
    this.failure = failure;
  }

  /** The exception for a field that breaks its contract in a way that the problem says. */
  public E bad(String field, String problem) {
    return failure.apply(field + ": " + problem);
  }

  /** A field without which the message has no meaning. */
  public void present(String field, boolean present) {
    if (!present) {
      throw bad(field, "is missing");
    }
  }

  /** A count or position that fits into a Java long: a uint64 below 2^63. */
  public long count(String field, long value) {
    if (value < 0) {
      throw bad(field, Long.toUnsignedString(value) + " is above 2^63 - 1");
    }
    return value;
  }

  /** A count or jid that fits into a Java int: a uint32 below 2^31. */
  public int count(String field, int value) {
    if (value < 0) {
      throw bad(field, Integer.toUnsignedString(value) + " is above 2^31 - 1");
    }
    return value;
  }

  /** A number above 0, below 2^63. */
  public long positive(String field, long value) {
    if (value <= 0) {
      throw bad(field, Long.toUnsignedString(value) + " is not in 1..2^63 - 1");
    }
    return value;
  }

  /** A number between two others, both included. */
  public int range(String field, int value, int min, int max) {
    if (value < min || value > max) {
      throw bad(field, Integer.toUnsignedString(value) + " is not in " + min + ".." + max);
    }
    return value;
  }

  /**
   * A text that people read in logs: at most so many characters, none of them a control character.
   */
  public String text(String field, String value, int lengthMax) {
    if (value.length() > lengthMax) {
      throw bad(field, "has " + value.length() + " characters, at most " + lengthMax + " allowed");
    }
    for (int i = 0; i < value.length(); i++) {
      if (Character.isISOControl(value.charAt(i))) {
        throw bad(field, "has a control character at index " + i);
      }
    }
    return value;
  }

  /** A text as above that must not be empty. */
  public String name(String field, String value, int lengthMax) {
    if (value.isEmpty()) {
      throw bad(field, "is missing");
    }
    return text(field, value, lengthMax);
  }
}
