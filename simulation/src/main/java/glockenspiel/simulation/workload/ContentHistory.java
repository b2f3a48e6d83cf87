package glockenspiel.simulation.workload;

import glockenspiel.simulation.checker.Judge;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All records that were ever appended to one file, and what may be seen of them. */
final class ContentHistory {
  private final Histories histories;
  private final Judge judge;

  /** Records by their numbers, whatever became of them. */
  private final Map<Long, Change> appends = new LinkedHashMap<>();

  /** Numbers of the records that are there for good, in their order. */
  private final List<Long> settled = new ArrayList<>();

  private boolean spoiled;

  ContentHistory(Histories histories, Judge judge) {
    this.histories = histories;
    this.judge = judge;
  }

  void append(LogRecord record, Change change) {
    appends.put(record.number(), change);
  }

  /** A part of a record may be in the file now; what follows can no longer be understood. */
  void spoil() {
    spoiled = true;
  }

  /** How many records are there for good. */
  int settledCount() {
    return settled.size();
  }

  /**
   * Somebody has read all of it.
   *
   * @param began when the reading began
   * @param settledBefore how many records were there for good then
   */
  void seen(String path, Actor by, long began, int settledBefore, ByteBuffer content) {
    if (spoiled) {
      return;
    }
    List<Long> seen = new ArrayList<>();
    while (content.hasRemaining()) {
      LogRecord record = LogRecord.at(content);
      Change change = appends.get(record.number());
      if (change == null || !record.isAt(content)) {
        report(path, by, "has no record of its own at byte " + content.position());
        return;
      }
      if (change.mustBeMissed(began) || seen.contains(record.number())) {
        report(path, by, "has record " + record.number() + " again: " + change);
      }
      seen.add(record.number());
      content.position(content.position() + record.length());
    }
    List<Long> expected = settled.subList(0, settledBefore);
    if (seen.size() < settledBefore || !seen.subList(0, settledBefore).equals(expected)) {
      report(path, by, "has records " + seen + ", and must begin with " + expected);
    }
    checkMissing(path, by, began, seen);
    settle(by, seen);
  }

  private void checkMissing(String path, Actor by, long began, List<Long> seen) {
    appends.forEach(
        (number, change) -> {
          if (!seen.contains(number)) {
            if (change.mustBeSeen(began)) {
              report(path, by, "lacks record " + number + ": " + change);
            }
            change.missed(began, histories.now());
          }
        });
  }

  /** With a record all that stands before it is durable. */
  private void settle(Actor by, List<Long> seen) {
    int certain = settled.size();
    for (int i = settled.size(); i < seen.size(); i++) {
      Change change = appends.get(seen.get(i));
      if (change != null) {
        change.seen(by, histories.now());
        certain = change.isCertain() ? i + 1 : certain;
      }
    }
    for (int i = settled.size(); i < certain; i++) {
      settled.add(seen.get(i));
    }
  }

  private void report(String path, Actor by, String what) {
    judge.violated(9, path + ", read by " + by + ", " + what);
  }
}
