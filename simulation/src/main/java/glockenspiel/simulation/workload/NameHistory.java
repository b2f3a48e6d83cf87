package glockenspiel.simulation.workload;

import glockenspiel.simulation.checker.Judge;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that was ever done to one name: it is made once, and removed at most once. */
final class NameHistory {
  private final String path;
  private final ContentHistory content;
  private final Change creation;
  private final Histories histories;
  private final Judge judge;
  private final List<Change> removals = new ArrayList<>();

  NameHistory(
      String path, ContentHistory content, Change creation, Histories histories, Judge judge) {
    this.histories = histories;
    this.path = path;
    this.content = content;
    this.creation = creation;
    this.judge = judge;
  }

  String path() {
    return path;
  }

  ContentHistory content() {
    return content;
  }

  void remove(Change change) {
    removals.add(change);
  }

  /** Whether it is of use: not lost, and nobody has asked for its removal. */
  boolean isWanted() {
    return !creation.isLost() && removals.stream().allMatch(Change::isLost);
  }

  /** Somebody has found no such name. The look began then. */
  void seenMissing(Actor by, long began) {
    Change removal = possibleRemoval();
    if (removal != null) {
      if (creation.isCertain()) {
        removal.seen(by, histories.now());
      }
    } else if (creation.mustBeSeen(began)) {
      judge.violated(9, path + " is missing at " + by + ": " + creation);
    } else {
      creation.missed(began, histories.now());
    }
  }

  private @Nullable Change possibleRemoval() {
    for (Change removal : removals) {
      if (!removal.isLost()) {
        return removal;
      }
    }
    return null;
  }

  /** Somebody has found the name. The look began then. */
  void seenPresent(Actor by, long began) {
    for (Change removal : removals) {
      if (removal.mustBeSeen(began)) {
        judge.violated(9, path + " is there at " + by + ", in spite of " + removal);
      }
      removal.missed(began, histories.now());
    }
    if (creation.mustBeMissed(began)) {
      judge.violated(9, path + " is back at " + by + ", and was seen to be lost");
    }
    creation.seen(by, histories.now());
  }
}
