package glockenspiel.cli.workload;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * A file that one client alone changes, so that the client knows what is in it, and what of that
 * must survive a crash.
 */
final class OwnFile {
  private final long id;
  private final Set<String> names = new TreeSet<>();
  private final Set<String> durableNames = new TreeSet<>();
  private long[] versions = {};
  private long[] durable = {};
  private long newest;
  private boolean truncatedSince;

  /** An empty file that was never made durable. */
  OwnFile(long id) {
    this.id = id;
  }

  long id() {
    return id;
  }

  /** Its names. */
  Set<String> names() {
    return names;
  }

  /** Names that must be there, whatever dies. */
  Set<String> durableNames() {
    return durableNames;
  }

  /** Its length in sectors. */
  int sectors() {
    return versions.length;
  }

  /** The version that the next write has; from now on it may be found in the file. */
  long nextVersion() {
    return ++newest;
  }

  /** A write was done. */
  void written(int first, int count, long version) {
    versions = Arrays.copyOf(versions, Math.max(versions.length, first + count));
    Arrays.fill(versions, first, first + count, version);
  }

  /** The file is about to be cut to nothing. */
  void truncating() {
    truncatedSince = true;
  }

  /** It was cut to nothing. */
  void truncated() {
    versions = new long[] {};
  }

  /** The name is about to be removed. */
  void unlinking(String name) {
    durableNames.remove(name);
  }

  /**
   * What it was like at the beginning of a sync; the returned action is run when the sync is done.
   */
  Runnable syncing(Set<String> named) {
    long[] then = versions.clone();
    Set<String> namesThen = new TreeSet<>(named);
    return () -> {
      durable = then;
      truncatedSince = false;
      durableNames.addAll(namesThen);
    };
  }

  /** How many sectors were acknowledged as durable. */
  long durableSectors() {
    return truncatedSince ? 0 : Sectors.written(durable);
  }

  /**
   * Says what is wrong with the file as it was found; empty when nothing is.
   *
   * @param exact nothing was lost: it must be exactly as the client left it
   */
  String compare(long[] found, boolean exact) {
    if (exact) {
      return Arrays.equals(found, versions)
          ? ""
          : "versions " + brief(found) + " should be " + brief(versions);
    }
    if (!truncatedSince && found.length < durable.length) {
      return found.length + " sectors, but " + durable.length + " were acknowledged as durable";
    }
    for (int sector = 0; sector < found.length; sector++) {
      long atLeast = truncatedSince || sector >= durable.length ? 0 : durable[sector];
      if (found[sector] < atLeast || found[sector] > newest) {
        return "sector %d has version %d; %d was acknowledged as durable, %d is the newest"
            .formatted(sector, found[sector], atLeast, newest);
      }
    }
    return "";
  }

  private static String brief(long[] versions) {
    String all = Arrays.toString(versions);
    return all.length() <= 80 ? all : all.substring(0, 76) + "...]";
  }
}
