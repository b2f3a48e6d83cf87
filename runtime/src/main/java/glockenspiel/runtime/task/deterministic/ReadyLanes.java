package glockenspiel.runtime.task.deterministic;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that can have a turn now, and the choice among them: by the seed, or in the order in
 * which they became ready.
 */
final class ReadyLanes {
  private final @Nullable SplittableRandom random;
  private Lane[] lanes = new Lane[16];
  private int head;
  private int size;

  /** Without a random, lanes have their turns in the order in which they became ready. */
  ReadyLanes(@Nullable SplittableRandom random) {
    this.random = random;
  }

  void add(Lane lane) {
    if (size == lanes.length) {
      Lane[] larger = new Lane[2 * size];
      for (int i = 0; i < size; i++) {
        larger[i] = lanes[index(i)];
      }
      lanes = larger;
      head = 0;
    }
    lanes[index(size++)] = lane;
  }

  /** Takes the lane whose turn it is; null when none is ready. */
  @Nullable Lane take() {
    if (size == 0) {
      return null;
    }
    int last = size - 1;
    if (random == null) {
      Lane first = lanes[head];
      head = index(1);
      size = last;
      return first;
    }
    int at = index(size == 1 ? 0 : random.nextInt(size));
    Lane chosen = lanes[at];
    lanes[at] = lanes[index(last)];
    size = last;
    return chosen;
  }

  /** Takes out all that match, in their order. */
  List<Lane> removeIf(Predicate<Lane> matches) {
    List<Lane> removed = new ArrayList<>();
    int kept = 0;
    for (int i = 0; i < size; i++) {
      Lane lane = lanes[index(i)];
      if (matches.test(lane)) {
        removed.add(lane);
      } else {
        lanes[index(kept++)] = lane;
      }
    }
    size = kept;
    return removed;
  }

  private int index(int offset) {
    return (head + offset) & (lanes.length - 1);
  }
}
