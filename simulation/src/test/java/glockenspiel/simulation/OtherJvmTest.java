package glockenspiel.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same seed gives the same trace hash in every JVM, however it was started. */
class OtherJvmTest {
  private static final List<Long> SEEDS = LongStream.rangeClosed(1, 4).boxed().toList();

  /**
   * Without assertions, since the product must not depend on them. With identity hashes that are
   * all the same, and then with others than usual: a map that iterates by them would show.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-da -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx400m -XX:hashCode=2",
        "-ea -XX:+UseParallelGC -Duser.language=tr"
            + " -Duser.timezone=Asia/Tokyo -Dfile.encoding=ISO-8859-1 -XX:hashCode=0"
      })
  void showsTheSame(String flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UnlockExperimentalVMOptions");
    command.addAll(List.of(flags.split(" ")));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), TraceHashes.class.getName()));
    SEEDS.forEach(seed -> command.add(seed.toString()));
    Process other =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> said =
        new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertEquals(0, other.waitFor());
    assertEquals(SEEDS.stream().map(TraceHashes::line).toList(), said);
  }
}
