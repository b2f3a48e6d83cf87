package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands on an image file print for scripts. */
class OfflineCommandsTest {
  @TempDir private Path folder = Path.of("");
  private Path image = Path.of("");
  private JsonNode made = com.fasterxml.jackson.databind.node.NullNode.getInstance();

  @BeforeEach
  void make() {
    image = folder.resolve("v.img");
    made =
        GlockRun.of(
                "mkfs",
                image,
                "--size",
                "64M",
                "--journals",
                "2",
                "--journal-size",
                "8M",
                "--table",
                "c:f",
                "--block-size",
                "1024",
                "--json")
            .json();
  }

  private static List<String> keys(JsonNode node) {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Test
  void mkfsTellsWhatItMade() {
    assertEquals(
        List.of("volume", "uuid", "blockSize", "blocks", "journals", "journalBlocks"), keys(made));
    assertEquals("c:f", made.get("volume").textValue());
    assertEquals(65_536, made.get("blocks").longValue());
    assertEquals(2, made.get("journals").intValue());
    assertEquals(8192, made.get("journalBlocks").longValue());
    GlockRun.of("mkfs", image, "--size", "64M", "--journals", "2")
        .refused(2, image.toString(), "--force");
  }

  @Test
  void journalCheckHasTheKeysThatScriptsKnow() {
    JsonNode check = GlockRun.of("journal", "check", image, "--json").json();
    assertEquals(List.of("volume", "blockSize", "journals"), keys(check));
    assertEquals(1024, check.get("blockSize").intValue());
    JsonNode journal = check.get("journals").get(1);
    assertEquals(
        List.of("jid", "state", "headBlock", "sequence", "tail", "blocks", "problem"),
        keys(journal));
    assertEquals(1, journal.get("jid").intValue());
    assertEquals("CLEAN", journal.get("state").textValue());
    assertTrue(journal.get("problem").isNull());
    assertEquals(
        1,
        GlockRun.of("journal", "check", image, "--jid", "1", "-o", "json")
            .json()
            .get("journals")
            .size());
    GlockRun.of("journal", "check", image, "--jid", "2").refused(2, "--jid 2", "0 to 1");
  }

  @Test
  void journalReplayHasTheKeysThatScriptsKnow() {
    JsonNode replay = GlockRun.of("journal", "replay", image, "--json").json();
    assertEquals(
        List.of(
            "jid",
            "state",
            "revokesFound",
            "blocksFound",
            "blocksReplayed",
            "dataBlocksFound",
            "dataBlocksReplayed",
            "blocksWritten",
            "headBlock",
            "sequence",
            "millis",
            "problem"),
        keys(replay.get("journals").get(0)));
  }

  @Test
  void dumpAndInfoAndCheckAgree() {
    GlockRun dump = GlockRun.of("journal", "dump", image, "--jid", "0");
    assertEquals(0, dump.exitCode(), dump.err());
    assertTrue(dump.out().contains("header"), dump.out());
    JsonNode info = GlockRun.of("image", "info", image, "--json").json();
    assertEquals(made.get("uuid"), info.get("uuid"));
    assertEquals(2, info.get("journals").size());
    JsonNode check = GlockRun.of("image", "check", image, "--json").json();
    assertTrue(check.get("clean").booleanValue());
    GlockRun yaml = GlockRun.of("image", "check", image, "-o", "yaml");
    assertTrue(yaml.out().contains("clean: true"), yaml.out());
  }
}
