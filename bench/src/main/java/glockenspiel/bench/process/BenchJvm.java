package glockenspiel.bench.process;

import java.util.List;

/** The JVMs that benchmarks run on. */
public final class BenchJvm {
  /** The flags that the command {@code glock} itself runs with. */
  public static final List<String> FLAGS =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  /** What it adds for the lock-manager. */
  public static final List<String> LOCK_MANAGER_FLAGS = List.of("-XX:+UseParallelGC");

  private BenchJvm() {}
}
