package glockenspiel.simulation.workload;

import glockenspiel.simulation.checker.Judge;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * All that was ever written to a file in which each node has a place of one word, and writes over
 * it again and again: what stands there is the newest write that must be seen, or a newer one.
 */
final class PlacesHistory {
  private record Written(long word, Change change) {}

  private final Histories histories;
  private final Judge judge;
  private final TreeMap<Integer, List<Written>> byPlace = new TreeMap<>();
  private long newest;

  PlacesHistory(Histories histories, Judge judge) {
    this.histories = histories;
    this.judge = judge;
  }

  /** The word that is about to be written there: one that was never written. */
  long write(int place, Change change) {
    byPlace.computeIfAbsent(place, any -> new ArrayList<>()).add(new Written(++newest, change));
    return newest;
  }

  /** Somebody has read the file. The look began then. */
  void seen(Actor by, long began, ByteBuffer content) {
    byPlace.forEach(
        (place, written) -> {
          int at = content.position() + place * Long.BYTES;
          boolean hasIt = at + Long.BYTES <= content.limit();
          seen("place " + place, by, began, hasIt ? content.getLong(at) : 0, written);
        });
  }

  private void seen(String place, Actor by, long began, long word, List<Written> written) {
    boolean found = word == 0;
    for (Written each : written) {
      if (each.word == word) {
        found = true;
        if (each.change.mustBeMissed(began)) {
          report(place, by, "has word " + word + " again: " + each.change);
        }
        each.change.seen(by, histories.now());
      } else if (found) {
        if (each.change.mustBeSeen(began)) {
          report(place, by, "has word " + word + ", and lacks " + each.word + ": " + each.change);
        }
        each.change.missed(began, histories.now());
      }
    }
    if (!found) {
      report(place, by, "has word " + word + ", which nobody has written there");
    }
  }

  private void report(String place, Actor by, String what) {
    judge.violated(9, place + " of " + BounceWorker.PATH + ", read by " + by + ", " + what);
  }
}
