package glockenspiel.ondisk.log;

import org.jspecify.annotations.Nullable;

/** What follows a log descriptor ({@code GFS2_LOG_DESC_*}). */
public enum DescriptorType {
  /** Images of metadata blocks. */
  METADATA(300),
  /** Block numbers that replay must leave alone. */
  REVOKE(301),
  /** Images of journaled data blocks, escaped where they start with the magic number. */
  JDATA(302);

  private final int code;

  DescriptorType(int code) {
    this.code = code;
  }

  /** The number in {@code ld_type}. */
  public int code() {
    return code;
  }

  /** The type with this number, or null. */
  public static @Nullable DescriptorType ofCode(int code) {
    return switch (code) {
      case 300 -> METADATA;
      case 301 -> REVOKE;
      case 302 -> JDATA;
      default -> null;
    };
  }
}
