package glockenspiel.protocol.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LockModeTest {
  @Test
  void onlySharedWithSharedAndDeferredWithDeferredGoTogether() {
    StringBuilder table = new StringBuilder();
    for (LockMode held : LockMode.values()) {
      for (LockMode wanted : LockMode.values()) {
        table.append(held.compatible(wanted) ? '+' : '-');
      }
      table.append(' ');
    }
    assertEquals("++++ ++-- +-+- +--- ", table.toString());
  }

  @Test
  void exclusiveCoversAllAndTheRestThemselves() {
    StringBuilder table = new StringBuilder();
    for (LockMode held : LockMode.values()) {
      for (LockMode wanted : LockMode.values()) {
        table.append(held.covers(wanted) ? '+' : '-');
      }
      table.append(' ');
    }
    assertEquals("+--- ++-- +-+- ++++ ", table.toString());
  }
}
