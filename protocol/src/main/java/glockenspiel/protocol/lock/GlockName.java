package glockenspiel.protocol.lock;

import org.jspecify.annotations.Nullable;

/**
 * A lock inside its lockspace: a glock, which has a type and a number, or an application lock,
 * which has a name besides. Ordered by type, number and name, so that maps and listings have one
 * order everywhere.
 *
 * <p>A glock's name is 24 bytes with compressed references. What an application lock needs more,
 * its text, is a field of a subclass: glocks pay nothing for it.
 */
public sealed class GlockName implements Comparable<GlockName> permits ApplicationLockName {
  /** Held while a node mounts or unmounts. */
  public static final GlockName MOUNT = new GlockName(GlockType.NONDISK, 0);

  /**
   * The live glock: held SH by every mounted node. Asking for it EX with TRY_1CB announces a
   * withdraw.
   */
  public static final GlockName LIVE = new GlockName(GlockType.NONDISK, 1);

  /** Held SH by every writer; taken EX to freeze the cluster's writes. */
  public static final GlockName FREEZE = new GlockName(GlockType.NONDISK, 2);

  /** Held EX while a directory is renamed. */
  public static final GlockName RENAME = new GlockName(GlockType.NONDISK, 3);

  /** Control lock of the first mount. */
  public static final GlockName CONTROL = new GlockName(GlockType.NONDISK, 4);

  /** Held SH by every mounted node, spectators too. */
  public static final GlockName MOUNTED = new GlockName(GlockType.NONDISK, 5);

  private final GlockType type;
  private final long number;

  /**
   * A glock.
   *
   * @param type the kind of lock
   * @param number what it locks: a block, a jid, or one of the NONDISK numbers; unsigned
   * @throws IllegalArgumentException for APPLICATION: see {@link #application}
   */
  public GlockName(GlockType type, long number) {
    if (type == GlockType.APPLICATION) {
      throw new IllegalArgumentException("an application lock has a name");
    }
    this.type = type;
    this.number = number;
  }

  /** For an application lock. */
  GlockName(long hash) {
    this.type = GlockType.APPLICATION;
    this.number = hash;
  }

  /**
   * An application lock.
   *
   * @param name 1 to {@value ApplicationLockName#BYTES_MAX} bytes in UTF-8, without control
   *     characters
   * @throws IllegalArgumentException in words, for any other name
   */
  public static GlockName application(String name) {
    return ApplicationLockName.of(name);
  }

  /**
   * Reads what {@link #toString} has written.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static GlockName parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("glock " + text + ": expected type/number, as 2/1a3");
    }
    GlockType type = GlockType.ofNumber(Integer.parseInt(text.substring(0, slash)));
    if (type == GlockType.APPLICATION) {
      int colon = text.indexOf(':', slash);
      return application(colon < 0 ? "" : text.substring(colon + 1));
    }
    return new GlockName(type, Long.parseUnsignedLong(text.substring(slash + 1), 16));
  }

  /** The kind of lock. */
  public final GlockType type() {
    return type;
  }

  /** What it locks; for an application lock a hash of its name. Unsigned. */
  public final long number() {
    return number;
  }

  /** The name of an application lock; null for a glock. */
  public @Nullable String applicationName() {
    return null;
  }

  /** The journal glock of a jid. */
  public static GlockName journal(int jid) {
    return new GlockName(GlockType.JOURNAL, jid);
  }

  /** The glock of the inode whose dinode is that block. */
  public static GlockName inode(long block) {
    return new GlockName(GlockType.INODE, block);
  }

  /** The glock of the resource group that starts at that block. */
  public static GlockName resourceGroup(long block) {
    return new GlockName(GlockType.RGRP, block);
  }

  /** Whether the gate holds its grants back. */
  public boolean isIo() {
    return type.isIo();
  }

  @Override
  public final int compareTo(GlockName other) {
    int byType = Integer.compare(type.number(), other.type.number());
    if (byType != 0) {
      return byType;
    }
    int byNumber = Long.compareUnsigned(number, other.number);
    String name = applicationName();
    String otherName = other.applicationName();
    return byNumber != 0 || name == null || otherName == null
        ? byNumber
        : name.compareTo(otherName);
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof GlockName name
        && number == name.number
        && type == name.type
        && (type != GlockType.APPLICATION || isNamedLike(name));
  }

  private boolean isNamedLike(GlockName other) {
    String name = applicationName();
    return name != null && name.equals(other.applicationName());
  }

  @Override
  public final int hashCode() {
    return 31 * type.number() + Long.hashCode(number);
  }

  /**
   * GFS2's form, type and number in hex: {@code 2/12}. An application lock has its name behind
   * that: {@code 16/af63dc4c8601ec8c:a}.
   */
  @Override
  public final String toString() {
    String glock = type.number() + "/" + Long.toHexString(number);
    String name = applicationName();
    return name == null ? glock : glock + ":" + name;
  }
}
