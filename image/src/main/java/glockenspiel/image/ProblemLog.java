package glockenspiel.image;

import glockenspiel.ondisk.CorruptBlockException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers problems and notes; keeps the first so many of each, and counts the problems. */
final class ProblemLog {
  private final int kept;
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private @Nullable Problem last;
  private long found;

  /**
   * @param kept how many problems, and how many notes, to keep
   */
  ProblemLog(int kept) {
    this.kept = kept;
  }

  /** Adds a problem, unless it is the one added last: two steps may stumble over the same field. */
  void add(Problem problem) {
    if (problem.equals(last)) {
      return;
    }
    last = problem;
    found++;
    if (problems.size() < kept) {
      problems.add(problem);
    }
  }

  void add(CorruptBlockException damage) {
    add(Problem.of(damage));
  }

  void add(long block, String structure, String field, String value, String expected) {
    add(Problem.of(block, structure, field, value, expected));
  }

  void add(long block, String structure, String field, long value, String expected) {
    add(block, structure, field, Long.toString(value), expected);
  }

  void note(String text) {
    if (notes.size() < kept) {
      notes.add(text);
    }
  }

  /** Runs a step; damage that it does not handle itself ends the step and is a problem. */
  void guard(Runnable step) {
    try {
      step.run();
    } catch (CorruptBlockException damage) {
      add(damage);
    }
  }

  long found() {
    return found;
  }

  List<Problem> problems() {
    return problems;
  }

  List<String> notes() {
    return notes;
  }

  /** A block number as messages show it. */
  static String hex(long block) {
    return "0x" + Long.toHexString(block);
  }
}
