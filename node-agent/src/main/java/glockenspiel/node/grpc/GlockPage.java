package glockenspiel.node.grpc;

import static glockenspiel.protocol.wire.FieldCheck.ARGUMENT;

import glockenspiel.node.glock.GlockSnapshot;
import glockenspiel.protocol.lock.GlockName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list of glocks.
 *
 * @param nextToken names the last glock of the page; empty when none comes after it
 */
record GlockPage(List<GlockSnapshot> glocks, String nextToken) {
  /** The page behind a glock; behind null is the first one. The list is sorted. */
  static GlockPage of(List<GlockSnapshot> all, @Nullable GlockName after, int size) {
    int first = 0;
    while (after != null && first < all.size() && all.get(first).name().compareTo(after) <= 0) {
      first++;
    }
    List<GlockSnapshot> page = all.subList(first, Math.min(all.size(), first + size));
    boolean more = first + size < all.size();
    return new GlockPage(page, more ? page.getLast().name().toString() : "");
  }

  /** Reads a token: type and number in hex, {@code 2/12}. Null for the empty one. */
  static @Nullable GlockName name(String field, String token) {
    if (token.isEmpty()) {
      return null;
    }
    try {
      return GlockName.parse(token);
    } catch (IllegalArgumentException bad) {
      throw ARGUMENT.bad(field, "is none that a page came with");
    }
  }
}
