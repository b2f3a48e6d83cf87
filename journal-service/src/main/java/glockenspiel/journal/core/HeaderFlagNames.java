package glockenspiel.journal.core;

import java.util.ArrayList;
import java.util.List;

/** The bits of {@code lh_flags} by the names that {@code gfs2_edit} gives them. */
final class HeaderFlagNames {
  private static final List<String> BY_BIT =
      List.of(
          "UNMOUNT",
          "NORMAL",
          "SYNC",
          "SHUTDOWN",
          "FREEZE",
          "RECOVERY",
          "",
          "",
          "SHUTDOWN",
          "JDATA_WPAGES",
          "SET_FLAGS",
          "AIL_EMPTY_GL",
          "AIL_FLUSH",
          "RGRP_GO_SYNC",
          "INODE_GO_SYNC",
          "INODE_GO_INVAL",
          "FREEZE_GO_SYNC",
          "KILL_SB",
          "DO_SYNC",
          "INPLACE_RESERVE",
          "WRITE_INODE",
          "MAKE_FS_RO",
          "SYNC_FS",
          "EVICT_INODE",
          "TRANS_END",
          "LOGD_JFLUSH_REQD",
          "LOGD_AIL_FLUSH_REQD",
          "",
          "",
          "",
          "",
          "USERSPACE");

  private HeaderFlagNames() {}

  /** The names of the bits, lowest first, with slashes between; unknown ones in hex at the end. */
  static String of(int flags) {
    List<String> names = new ArrayList<>();
    int unknown = flags;
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((flags >>> bit & 1) == 1 && !BY_BIT.get(bit).isEmpty()) {
        names.add(BY_BIT.get(bit));
        unknown &= ~(1 << bit);
      }
    }
    if (unknown != 0) {
      names.add("0x" + Integer.toHexString(unknown));
    }
    return String.join("/", names);
  }
}
