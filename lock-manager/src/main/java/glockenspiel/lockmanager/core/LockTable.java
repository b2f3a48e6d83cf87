package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All glocks that somebody holds or wants, by name: open addressing with linear probing, in
 * segments that grow apart, so that no single step pays for copying ten million places. A place
 * costs 8 bytes with compressed references, and a third to two thirds of them are used.
 *
 * <p>A place has the hash of its name beside it. With millions of glocks each look at a glock, and
 * each at its name, waits for memory; so no glock is looked at but the one that is searched for,
 * not in probing, and not in moving glocks to other places.
 */
final class LockTable {
  private static final int SEGMENT_BITS = 10;
  private static final int CAPACITY_MIN = 8;

  private final @Nullable Segment[] segments = new @Nullable Segment[1 << SEGMENT_BITS];
  private int size;
  private final Spares<Glock> spares = new Spares<>();

  /** How many glocks there are. */
  int size() {
    return size;
  }

  /** The glock of that name; null when nobody holds or wants it. */
  @Nullable Glock find(GlockName name) {
    int hash = hash(name);
    Segment segment = segments[hash >>> (Integer.SIZE - SEGMENT_BITS)];
    return segment == null ? null : segment.places[segment.place(hash, name)];
  }

  /** The glock of that name, made when there is none. */
  Glock obtain(GlockName name) {
    int hash = hash(name);
    int index = hash >>> (Integer.SIZE - SEGMENT_BITS);
    Segment segment = segments[index];
    if (segment == null) {
      segment = new Segment();
      segments[index] = segment;
    }
    int place = segment.place(hash, name);
    Glock present = segment.places[place];
    if (present != null) {
      return present;
    }
    Glock added = Glock.of(spares.take(), name);
    segment.insert(place, hash, added);
    size++;
    return added;
  }

  /**
   * Forgets a glock that nobody holds or wants and that has no value; may be called again for one
   * that is forgotten, until {@link #obtain} is called.
   */
  void removeIfUnused(Glock glock) {
    if (glock.isUnused()) {
      int hash = hash(glock.type(), glock.number());
      Segment segment = segments[hash >>> (Integer.SIZE - SEGMENT_BITS)];
      if (segment != null && segment.remove(segment.place(hash, glock))) {
        size--;
        glock.giveUp();
        spares.giveBack(glock);
      }
    }
  }

  /** Forgets all. */
  void clear() {
    Arrays.fill(segments, null);
    size = 0;
  }

  /** For {@link LookAhead}: reads the place where a name may be; the value means nothing. */
  int hashNear(GlockName name) {
    int hash = hash(name);
    Segment segment = segments[hash >>> (Integer.SIZE - SEGMENT_BITS)];
    return segment == null ? 0 : segment.hashes[hash & (segment.hashes.length - 1)];
  }

  /** For {@link LookAhead}: most likely the glock of that name; looks at no glock. */
  @Nullable Glock glockNear(GlockName name) {
    int hash = hash(name);
    Segment segment = segments[hash >>> (Integer.SIZE - SEGMENT_BITS)];
    return segment == null ? null : segment.near(hash);
  }

  /** Every glock, in no order that means anything, but always in the same. */
  void forEach(Consumer<Glock> visitor) {
    for (int index = 0; index < segments.length; index++) {
      var _ = forEachIn(index, visitor);
    }
  }

  /** How many segments there are; the same at all times. */
  int segmentCount() {
    return segments.length;
  }

  /** The segment of that name, whether or not there is such a glock. */
  int segmentOf(GlockName name) {
    return hash(name) >>> (Integer.SIZE - SEGMENT_BITS);
  }

  /**
   * Every glock of one segment, in no order that means anything. Returns how many places were
   * looked at.
   */
  int forEachIn(int index, Consumer<Glock> visitor) {
    Segment segment = segments[index];
    if (segment == null) {
      return 0;
    }
    for (Glock glock : segment.places) {
      if (glock != null) {
        visitor.accept(glock);
      }
    }
    return segment.places.length;
  }

  /** The upper bits choose the segment, the lower ones the place. */
  private static int hash(GlockName name) {
    return hash(name.type(), name.number());
  }

  private static int hash(GlockType type, long number) {
    long mixed = (number + ((long) type.number() << 56)) * 0x9E3779B97F4A7C15L;
    mixed ^= mixed >>> 29;
    mixed *= 0xBF58476D1CE4E5B9L;
    return (int) (mixed >>> 32);
  }

  private static final class Segment {
    @Nullable Glock[] places = new @Nullable Glock[CAPACITY_MIN];

    /** Of the names of the glocks; means nothing where there is none. */
    int[] hashes = new int[CAPACITY_MIN];

    int used;

    /** Where the name is, or the empty place where it would be. */
    int place(int hash, GlockName name) {
      int mask = places.length - 1;
      int place = hash & mask;
      for (Glock glock = places[place]; glock != null; glock = places[place]) {
        if (hashes[place] == hash && glock.isNamed(name)) {
          break;
        }
        place = (place + 1) & mask;
      }
      return place;
    }

    /** Where that glock is, or an empty place when it is not here. */
    int place(int hash, Glock wanted) {
      int mask = places.length - 1;
      int place = hash & mask;
      for (Glock glock = places[place]; glock != null; glock = places[place]) {
        if (glock == wanted) {
          break;
        }
        place = (place + 1) & mask;
      }
      return place;
    }

    @Nullable Glock near(int hash) {
      int mask = places.length - 1;
      int place = hash & mask;
      while (hashes[place] != hash && places[place] != null) {
        place = (place + 1) & mask;
      }
      return places[place];
    }

    void insert(int place, int hash, Glock glock) {
      places[place] = glock;
      hashes[place] = hash;
      used++;
      if (used * 3 > places.length * 2) {
        resize(places.length * 2);
      }
    }

    boolean remove(int place) {
      if (places[place] == null) {
        return false;
      }
      int mask = places.length - 1;
      int hole = place;
      places[hole] = null;
      used--;
      int next = (hole + 1) & mask;
      for (Glock glock = places[next]; glock != null; glock = places[next]) {
        int home = hashes[next] & mask;
        // Move it into the hole unless its home lies behind the hole.
        if (((next - home) & mask) >= ((next - hole) & mask)) {
          places[hole] = glock;
          hashes[hole] = hashes[next];
          places[next] = null;
          hole = next;
        }
        next = (next + 1) & mask;
      }
      if (places.length > CAPACITY_MIN && used * 6 < places.length) {
        resize(places.length / 2);
      }
      return true;
    }

    private void resize(int capacity) {
      @Nullable Glock[] oldPlaces = places;
      int[] oldHashes = hashes;
      places = new @Nullable Glock[capacity];
      hashes = new int[capacity];
      for (int old = 0; old < oldPlaces.length; old++) {
        Glock glock = oldPlaces[old];
        if (glock != null) {
          int place = oldHashes[old] & (capacity - 1);
          while (places[place] != null) {
            place = (place + 1) & (capacity - 1);
          }
          places[place] = glock;
          hashes[place] = oldHashes[old];
        }
      }
    }
  }
}
