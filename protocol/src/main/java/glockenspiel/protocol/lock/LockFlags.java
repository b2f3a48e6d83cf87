package glockenspiel.protocol.lock;

/** The flags of an acquire, as bits of an int. */
public final class LockFlags {
  /** Never waits: on conflict the outcome is TRY_FAILED and nobody is disturbed. */
  public static final int TRY = 1;

  /**
   * Never waits: on conflict the outcome is TRY_FAILED and each conflicting node gets exactly one
   * demote request.
   */
  public static final int TRY_1CB = 2;

  /** Granted even while the gate is closed. */
  public static final int NOEXP = 4;

  /** Served before all requests without it. */
  public static final int PRIORITY = 8;

  /** SH or DF, whichever is compatible with what others hold. */
  public static final int ANY = 16;

  /** All bits that have a meaning. */
  public static final int ALL = TRY | TRY_1CB | NOEXP | PRIORITY | ANY;

  private LockFlags() {}

  /** Whether all bits of the flag are set. */
  public static boolean has(int flags, int flag) {
    return (flags & flag) == flag;
  }

  /** Whether the request never waits. */
  public static boolean isTry(int flags) {
    return (flags & (TRY | TRY_1CB)) != 0;
  }

  /** The names of the set bits, joined by {@code |}; empty for none. */
  public static String toString(int flags) {
    StringBuilder names = new StringBuilder();
    append(names, flags, TRY, "TRY");
    append(names, flags, TRY_1CB, "TRY_1CB");
    append(names, flags, NOEXP, "NOEXP");
    append(names, flags, PRIORITY, "PRIORITY");
    append(names, flags, ANY, "ANY");
    return names.toString();
  }

  private static void append(StringBuilder names, int flags, int flag, String name) {
    if (has(flags, flag)) {
      names.append(names.isEmpty() ? "" : "|").append(name);
    }
  }
}
