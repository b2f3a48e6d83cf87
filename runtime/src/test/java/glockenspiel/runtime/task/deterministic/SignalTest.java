package glockenspiel.runtime.task.deterministic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.runtime.task.Signal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SignalTest {
  private final DeterministicScheduler scheduler = DeterministicScheduler.inOrder();
  private final DeterministicOwner owner = scheduler.owner("node");
  private final Signal signal = new Signal(owner);
  private final List<String> trace = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close();
  }

  private void waitFor(String name, long nanos) {
    owner.start(
        name,
        () -> {
          trace.add(name + " " + signal.await(nanos) + " at " + owner.nowNanos());
          return null;
        });
  }

  @Test
  void wakesAllWhoWaitAndRemembersNothing() {
    signal.raise();
    waitFor("a", 100);
    waitFor("b", 5);
    owner.start(
        "c",
        () -> {
          signal.await();
          trace.add("c");
          return null;
        });
    owner.after(10, signal::raise);
    owner.after(20, signal::raise);
    scheduler.run();
    assertEquals(List.of("b false at 5", "a true at 10", "c"), trace);
  }
}
