package glockenspiel.node.glock;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.protocol.lock.LockMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/protocols/demote.md say what the code does. */
class GlockTableTest {
  private static final Path DOCUMENT = Path.of("../docs/protocols/demote.md");

  private static List<List<String>> table(String header) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    boolean inTable = false;
    for (String line : Files.readAllLines(DOCUMENT)) {
      if (line.startsWith(header)) {
        inTable = true;
      } else if (!line.startsWith("|")) {
        inTable = false;
      } else if (inTable && !line.startsWith("|---")) {
        rows.add(Stream.of(line.split("\\|", -1)).map(String::strip).toList());
      }
    }
    return rows;
  }

  @Test
  void everyStateHasItsSentence() throws IOException {
    assertEquals(
        Stream.of(GlockState.values()).map(Enum::name).toList(),
        table("| state | meaning").stream().map(row -> row.get(1)).toList());
  }

  @Test
  void transitionsAreTheLegalOnes() throws IOException {
    List<String> legal = new ArrayList<>();
    for (GlockState from : GlockState.values()) {
      for (GlockState to : GlockState.values()) {
        if (GlockState.TRANSITIONS.allows(from, to)) {
          legal.add(from + " " + to);
        }
      }
    }
    List<String> documented = new ArrayList<>();
    for (List<String> row : table("| from | to")) {
      for (String to : row.get(2).split(", ", -1)) {
        documented.add(row.get(1) + " " + to);
      }
    }
    assertEquals(legal.stream().sorted().toList(), documented.stream().sorted().toList());
  }

  @Test
  void heldModesServeWhatTheTableSays() throws IOException {
    for (List<String> row : table("| held | local holders")) {
      LockMode held = LockMode.valueOf(row.get(1));
      List<String> served =
          Stream.of(LockMode.SH, LockMode.DF, LockMode.EX)
              .filter(held::covers)
              .map(Enum::name)
              .toList();
      assertEquals(row.get(2), served.isEmpty() ? "none" : String.join(", ", served));
    }
  }
}
