package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.journal.device.FileBlockDevice;
import glockenspiel.journal.device.VolumeStateFile;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code glock demo} and {@code glock up} print for scripts, and how they refuse. */
class DemoCommandTest {
  @TempDir private Path folder = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine glock =
      Glock.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void jsonIsTheOnlyLineOnStdoutAndHasTheKeysThatScriptsKnow() throws IOException {
    assertEquals(
        0, glock.execute("demo", "--json", "--fault", "none", "--nodes", "2", "--seed", "3"));
    assertEquals(1, out.toString().lines().count(), out.toString());
    JsonNode report = JsonMapper.builder().build().readTree(out.toString());
    List<String> keys = new ArrayList<>();
    report.fieldNames().forEachRemaining(keys::add);
    assertEquals(
        List.of(
            "verdict",
            "volume",
            "seed",
            "fault",
            "withdrawn",
            "replays",
            "gateClosedMillis",
            "withdrawMillis",
            "secondaryWithdraws",
            "releasesHeldBack",
            "fsck",
            "imageCheck",
            "rules"),
        keys);
    assertEquals("OK", report.get("verdict").textValue());
    assertEquals("demo:fs", report.get("volume").textValue());
    assertEquals(3, report.get("seed").longValue());
    assertEquals("none", report.get("fault").textValue());
    assertTrue(report.get("gateClosedMillis").isIntegralNumber());
    assertEquals(12, report.get("rules").size());
    for (JsonNode rule : report.get("rules")) {
      assertTrue(rule.get("rule").isInt() && rule.get("held").isBoolean());
      assertTrue(rule.get("evidence").isTextual());
    }
    assertTrue(err.toString().contains("VERDICT: OK"), "the story goes to stderr");
  }

  private void refused(int exitCode, String reason, String... arguments) {
    assertEquals(exitCode, glock.execute(arguments), err.toString());
    assertEquals("", out.toString().replaceAll("(?m)^(glock demo|image): .*\\R?", ""));
    assertTrue(err.toString().contains(reason), err.toString());
  }

  @Test
  void anUnknownFaultIsWrongUsage() {
    refused(2, "journal-io", "demo", "--fault", "rain");
  }

  @Test
  void somebodyMustSurvive() {
    refused(2, "--nodes 2 or more", "demo", "--fault", "crash", "--nodes", "1");
  }

  @Test
  void aNumberOfNodesIsAtLeastOne() {
    refused(2, "--nodes 0", "demo", "--nodes", "0");
  }

  /** The demonstration refuses an image: one line that names it, and nothing changed. */
  private void imageRefused(int exitCode, String reason, Path image, String... more)
      throws IOException {
    byte[] before = Files.exists(image) ? Files.readAllBytes(image) : new byte[0];
    Path work = folder.resolve("work");
    List<String> arguments = new ArrayList<>(List.of("demo", "--image", image.toString()));
    arguments.addAll(List.of("--work", work.toString(), "--json"));
    arguments.addAll(List.of(more));
    refused(exitCode, reason, arguments.toArray(String[]::new));
    List<String> lines = err.toString().lines().filter(line -> line.startsWith("glock: ")).toList();
    assertEquals(1, lines.size(), err.toString());
    assertTrue(lines.getFirst().contains(image.toString()), err.toString());
    if (Files.exists(image)) {
      assertArrayEquals(before, Files.readAllBytes(image));
    }
    try (Stream<Path> left = Files.list(work)) {
      assertEquals(List.of(), left.toList());
    }
    assertFalse(Files.exists(VolumeStateFile.of(image)));
  }

  @Test
  void anImageMustBeThere() throws IOException {
    imageRefused(2, "no such file", folder.resolve("none.img"));
  }

  @Test
  void anImageMustBeGfs2() throws IOException {
    imageRefused(1, "superblock", Files.write(folder.resolve("text.img"), new byte[1 << 20]));
  }

  @Test
  void anImageMustNotBeEmpty() throws IOException {
    imageRefused(1, "no GFS2 image", Files.createFile(folder.resolve("empty.img")));
  }

  @Test
  void anImageMustBeWhole() throws IOException {
    Path image = folder.resolve("half.img");
    NewImage.small(3).write(image);
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 2);
    }
    imageRefused(1, "expected", image);
  }

  @Test
  void anImageMustHaveAJournalForEachNode() throws IOException {
    Path image = folder.resolve("few.img");
    NewImage.small(2).write(image);
    imageRefused(2, "too few journals, 2 of the 5 that are needed", image, "--nodes", "5");
  }

  @Test
  void theOldWayNeedsTwoJournals() throws IOException {
    Path image = folder.resolve("one.img");
    NewImage.small(1).write(image);
    imageRefused(2, "1 of the 2 that are needed", image, "--nodes", "1", "--fault", "late-replay");
  }

  @Test
  void upNeedsAJournalForEachNode() throws IOException {
    Path image = folder.resolve("few.img");
    NewImage.small(2).write(image);
    refused(2, "2 journals, too few for 3 nodes", "up", "--port", "0", "--image", image.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void anImageMustNotBeOpenElsewhere() throws IOException {
    Path image = folder.resolve("open.img");
    NewImage.small(3).write(image);
    try (VirtualThreadOwner owner = new VirtualThreadOwner("elsewhere", (what, thrown) -> {});
        FileBlockDevice device = FileBlockDevice.open(image, FileBlockDevice.Access.WRITE, owner)) {
      assertTrue(device.size() > 0);
      refused(4, "in use", "up", "--port", "0", "--nodes", "1", "--image", image.toString());
      err.getBuffer().setLength(0);
      imageRefused(4, "in use", image);
    }
  }

  @Test
  void theWorkFolderMustBeAFolder() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    refused(2, "--work " + file, "demo", "--work", file.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void aTakenPortIsNamedAndNothingIsLeftBehind() throws IOException {
    Path image = folder.resolve("up.img");
    NewImage.small(1).write(image);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      refused(
          1,
          "cannot listen on 127.0.0.1:" + port,
          "up",
          "--nodes",
          "1",
          "--image",
          image.toString(),
          "--port",
          String.valueOf(port));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(image), files.toList());
    }
  }
}
