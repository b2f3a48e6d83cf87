package glockenspiel.ondisk;

import org.jspecify.annotations.Nullable;

/** What a metadata block holds: {@code GFS2_METATYPE_*} with its {@code GFS2_FORMAT_*}. */
public enum MetaType {
  /** The superblock. */
  SUPERBLOCK(1, 100, "superblock"),
  /** First block of a resource group. */
  RESOURCE_GROUP(2, 200, "rgrp"),
  /** Further bitmap block of a resource group. */
  BITMAP(3, 300, "rgrp bitmap"),
  /** An inode. */
  DINODE(4, 400, "dinode"),
  /** A block of pointers to blocks of an inode. */
  INDIRECT(5, 500, "indirect block"),
  /** A leaf of a hashed directory. */
  LEAF(6, 600, "leaf"),
  /** A data block of a directory (its hash table), with a header. */
  JOURNALED_DATA(7, 700, "journaled data"),
  /** A log header. */
  LOG_HEADER(8, 800, "log header"),
  /** A log descriptor. */
  LOG_DESCRIPTOR(9, 900, "log descriptor"),
  /** Extended attribute headers. */
  EXTENDED_ATTRIBUTE(10, 1600, "extended attribute"),
  /** The value of a long extended attribute. */
  EXTENDED_ATTRIBUTE_DATA(11, 1700, "extended attribute data"),
  /** Continuation of a log descriptor. */
  LOG_BLOCK(12, 1000, "log block"),
  /** Changes of quotas, in a node's quota_change file. */
  QUOTA_CHANGE(14, 1400, "quota change");

  private static final int CODE_MAX = 14;
  private static final @Nullable MetaType[] BY_CODE = byCode();

  private final int code;
  private final int format;
  private final String structure;

  MetaType(int code, int format, String structure) {
    this.code = code;
    this.format = format;
    this.structure = structure;
  }

  private static @Nullable MetaType[] byCode() {
    @Nullable MetaType[] types = new @Nullable MetaType[CODE_MAX + 1];
    for (MetaType type : values()) {
      types[type.code] = type;
    }
    return types;
  }

  /** The number in {@code mh_type}. */
  public int code() {
    return code;
  }

  /** The number in {@code mh_format}. */
  public int format() {
    return format;
  }

  /** The structure's name in messages. */
  public String structure() {
    return structure;
  }

  /** The type with this number, or null. */
  public static @Nullable MetaType ofCode(int code) {
    return code < 0 || code > CODE_MAX ? null : BY_CODE[code];
  }
}
