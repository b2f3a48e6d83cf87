package glockenspiel.ondisk.log;

/** What follows a log descriptor ({@code GFS2_LOG_DESC_*}). */
public enum DescriptorType {
  /** Images of metadata blocks. */
  METADATA(300),
  /** Block numbers that replay must leave alone. */
  REVOKE(301),
  /** Images of journaled data blocks, escaped where they start with the magic number. */
  JDATA(302),
  /** Any other number: what follows is skipped, as the kernel does. Never written. */
  UNKNOWN(0);

  private final int code;

  DescriptorType(int code) {
    this.code = code;
  }

  /** The number in {@code ld_type}; 0 of {@link #UNKNOWN}, which stands for many. */
  public int code() {
    return code;
  }

  /** The type with this number. */
  public static DescriptorType ofCode(int code) {
    return switch (code) {
      case 300 -> METADATA;
      case 301 -> REVOKE;
      case 302 -> JDATA;
      default -> UNKNOWN;
    };
  }
}
