package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/protocols/locks.md} say what the lock-manager does. */
class LocksPageTest {
  private static final List<LockMode> ASKED = List.of(LockMode.SH, LockMode.DF, LockMode.EX);

  @Test
  void modesGoTogetherAsThePageSays() throws IOException {
    List<List<String>> rows = table("| held by another |");
    assertEquals(LockMode.values().length, rows.size());
    for (List<String> row : rows) {
      LockMode held = LockMode.valueOf(row.getFirst());
      for (LockMode wanted : ASKED) {
        boolean granted = row.get(2 + ASKED.indexOf(wanted)).equals("yes");
        assertEquals(granted, held.compatible(wanted), held + " and " + wanted);
        assertEquals(granted, isGrantedBeside(held, wanted), held + " and " + wanted);
      }
    }
  }

  private static boolean isGrantedBeside(LockMode held, LockMode wanted) {
    ScriptCluster cluster = ScriptCluster.usual();
    cluster.run("mount a b");
    if (held != LockMode.UN) {
      cluster.run("a acquire 2/10 " + held);
    }
    return cluster.run("b acquire 2/10 " + wanted + " TRY").getFirst().contains("GRANTED");
  }

  @Test
  void holdersAreAskedForWhatThePageSays() throws IOException {
    List<List<String>> rows = table("| held | waiter wants SH |");
    assertEquals(3, rows.size());
    for (List<String> row : rows) {
      for (LockMode wanted : ASKED) {
        ScriptCluster cluster = ScriptCluster.usual();
        cluster.run("mount a b");
        cluster.run("a acquire 2/10 " + row.getFirst());
        String expected = row.get(1 + ASKED.indexOf(wanted));
        List<String> trace = cluster.run("b acquire 2/10 " + wanted);
        assertEquals(
            !expected.equals("-"),
            trace.stream().anyMatch(line -> line.contains("demote 2/10 to " + expected + ",")),
            () -> row.getFirst() + " and " + wanted + ": " + trace);
      }
    }
  }

  @Test
  void pageNamesAllThereIs() throws IOException {
    assertNames("| flag |", Stream.of("none", "TRY", "TRY_1CB", "NOEXP", "PRIORITY", "ANY"));
    assertNames("| outcome |", Arrays.stream(LockOutcome.values()).map(Enum::name));
    assertNames("| cause |", Arrays.stream(CloseCause.values()).map(Enum::name));
    for (List<String> row : table("| cause |")) {
      assertEquals(
          CloseCause.valueOf(row.getFirst()).losesSession(),
          row.get(1).equals("yes"),
          row.getFirst());
    }
  }

  private static void assertNames(String header, Stream<String> names) throws IOException {
    assertEquals(
        names.sorted().toList(), table(header).stream().map(List::getFirst).sorted().toList());
  }

  /** The cells of the one table whose header begins like that. */
  private static List<List<String>> table(String header) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("..", "docs", "protocols", "locks.md"));
    List<List<String>> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : lines) {
      if (line.startsWith(header)) {
        inside = true;
      } else if (!line.startsWith("|")) {
        inside = false;
      } else if (inside && !line.startsWith("|-")) {
        rows.add(Stream.of(line.substring(1).split("\\|", -1)).map(String::strip).toList());
      }
    }
    assertTrue(!rows.isEmpty(), () -> "no table " + header);
    return rows;
  }
}
