package glockenspiel.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The wall clocks of all processes jump: leases and patience go by the monotonic clock, so that
 * nothing happens but other times of files.
 */
@Execution(ExecutionMode.CONCURRENT)
class ClockJumpTest {
  private static final long LEASE_MILLIS = 3000;

  /** Longer than a lease. */
  private static final long A_WHILE_NANOS = 5 * LEASE_MILLIS / 4 * 1_000_000;

  private static final long HOUR = 3600;
  private static final long DAY = 24 * HOUR;

  /** The seconds by which somebody's clock is wrong, at the start and from then on. */
  private static final Map<String, List<Long>> JUMPS =
      new TreeMap<>(
          Map.of(
              "lock-manager", List.of(0L, -40 * DAY, 3 * DAY),
              "journal-service", List.of(0L, 400 * DAY, -400 * DAY),
              "one", List.of(-DAY, 3 * DAY, -2 * HOUR),
              "two", List.of(DAY, -3 * DAY, 10L)));

  @TempDir private Path folder = Path.of("");

  static boolean hasCompiler() {
    return Files.isExecutable(Path.of("/usr/bin/gcc"));
  }

  private Path clock(String name) {
    return folder.resolve(name + ".clock");
  }

  /** A library that a process loads before all others. */
  private Path library() throws IOException, InterruptedException {
    Path source = folder.resolve("jumping-clock.c");
    Path built = folder.resolve("jumping-clock.so");
    try (InputStream text =
        Objects.requireNonNull(ClockJumpTest.class.getResourceAsStream("jumping-clock.c"))) {
      Files.copy(text, source);
    }
    Process compiler =
        new ProcessBuilder(
                "gcc", "-Wall", "-O", "-shared", "-fPIC", "-o", built.toString(), source.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, compiler.waitFor(), said);
    return built;
  }

  /** Of each the jump of that number. */
  private void jump(int number) throws IOException {
    for (Map.Entry<String, List<Long>> each : JUMPS.entrySet()) {
      try (FileChannel file =
          FileChannel.open(
              clock(each.getKey()), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        ByteBuffer seconds = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        assertEquals(8, file.write(seconds.putLong(0, each.getValue().get(number)), 0));
      }
    }
  }

  @Test
  @EnabledIf("hasCompiler")
  void nobodyNoticesThatAClockHasJumped() throws Exception {
    String library = library().toString();
    jump(0);
    Path image = folder.resolve("volume.img");
    NewImage.small(2).write(image);
    try (ProcessCluster cluster =
        new ProcessCluster(
            folder,
            image,
            NewImage.VOLUME,
            LEASE_MILLIS,
            name -> Map.of("LD_PRELOAD", library, "JUMPING_CLOCK", clock(name).toString()))) {
      ServiceProcess one = cluster.mountedNode("one");
      ServiceProcess two = cluster.mountedNode("two");
      try (RemoteNode ofOne = RemoteNode.of("one", one);
          RemoteNode ofTwo = RemoteNode.of("two", two)) {
        for (int jump = 1; jump < 3; jump++) {
          jump(jump);
          Turns.pass(ofOne, ofTwo, "jump" + jump + "-", A_WHILE_NANOS);
        }
      }
      for (ServiceProcess node : List.of(one, two)) {
        assertFalse(node.hasSaid("WITHDRAW_STARTED"), node::allSaid);
      }
      cluster.endInOrder(List.of(one, two));
      List<String> said = Files.readAllLines(folder.resolve("lock-manager.log"));
      Instant last = Instant.parse(said.getLast().split(" ", 2)[0]);
      long ahead = Duration.between(Instant.now(), last).toSeconds();
      assertTrue(Math.abs(ahead - 3 * DAY) < HOUR, said::getLast);
    }
    ImageVerdict verdict = ImageVerdict.of(image);
    assertTrue(verdict.isClean(), verdict::toString);
  }
}
