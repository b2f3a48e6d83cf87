package glockenspiel.runtime.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateMachineTest {
  private enum Door {
    OPEN,
    CLOSED,
    LOCKED
  }

  private static final StateMachine.Table<Door> TABLE =
      StateMachine.Table.of(Door.class)
          .allow(Door.OPEN, Door.CLOSED)
          .allow(Door.CLOSED, Door.OPEN, Door.LOCKED);

  @Test
  void followsItsTableAndTellsOfEveryChange() {
    List<String> changes = new ArrayList<>();
    StateMachine<Door> door =
        new StateMachine<>(
            "door", TABLE, Door.OPEN, (from, to, why) -> changes.add(from + ">" + to + " " + why));
    door.become(Door.CLOSED, "wind");
    door.become(Door.LOCKED, "night");
    assertTrue(door.is(Door.LOCKED));
    assertEquals(List.of("OPEN>CLOSED wind", "CLOSED>LOCKED night"), changes);
  }

  @Test
  void refusesWhatTheTableDoesNotHaveAndStaysAsItWas() {
    StateMachine<Door> door = new StateMachine<>("door", TABLE, Door.OPEN, (from, to, why) -> {});
    InvariantViolation refused =
        assertThrows(InvariantViolation.class, () -> door.become(Door.LOCKED, "hurry"));
    assertEquals("door: illegal transition OPEN -> LOCKED (hurry)", refused.getMessage());
    assertEquals(Door.OPEN, door.state());
  }
}
