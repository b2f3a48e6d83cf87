package glockenspiel.bench.cached;

import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Cached acquire and release on the node side, with what each pair allocates. */
public final class Cached implements Benchmark {
  private static final double TARGET_NANOS = 100;
  private static final double TARGET_BYTES = 0.5;
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  @Override
  public String name() {
    return "cached";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException {
    plan.say("cached acquire and release, by JMH");
    Collection<RunResult> results = measure(plan);
    double pair = score(results, "compareAndSetPair");
    String settings =
        "JMH, one fork, "
            + plan.rounds()
            + " iterations of 0.5 s; EX of an INODE glock, GlockCache"
            + " with a real session and its lease, inside the owner's turn";
    String many = settings + "; 8,192 glocks in turn";
    return List.of(
        Row.of("cached acquire + release", score(results, "oneGlock"), Unit.NANOS, settings)
            .target(Bound.below(TARGET_NANOS)),
        Row.of("cached acquire + release", score(results, "oneGlock"), Unit.NANOS, settings)
            .against("compare-and-set pair", pair),
        Row.of("allocated by it", allocation(results, "oneGlock"), Unit.BYTES, settings)
            .target(Bound.below(TARGET_BYTES)),
        Row.of("cached acquire + release, many", score(results, "manyGlocks"), Unit.NANOS, many)
            .against("compare-and-set pair", pair),
        Row.of("allocated by it, many", allocation(results, "manyGlocks"), Unit.BYTES, many)
            .target(Bound.below(TARGET_BYTES)));
  }

  private static Collection<RunResult> measure(Plan plan) throws IOException {
    Path log = Files.createTempFile("bench-jmh", ".txt");
    try {
      return new Runner(
              new OptionsBuilder()
                  .include(CachedGlock.class.getName())
                  .addProfiler(GCProfiler.class)
                  .measurementIterations(plan.rounds())
                  .measurementTime(TimeValue.milliseconds(plan.count(500)))
                  .warmupTime(TimeValue.milliseconds(plan.count(500)))
                  .shouldFailOnError(true)
                  .output(log.toString())
                  .build())
          .run();
    } catch (RunnerException failure) {
      throw new IOException("JMH: " + failure.getMessage(), failure);
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private static RunResult result(Collection<RunResult> results, String method) {
    return results.stream()
        .filter(result -> result.getParams().getBenchmark().endsWith("." + method))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("JMH has no result of " + method));
  }

  private static double score(Collection<RunResult> results, String method) {
    return result(results, method).getPrimaryResult().getScore();
  }

  private static double allocation(Collection<RunResult> results, String method) {
    return Objects.requireNonNull(
            result(results, method).getSecondaryResults().get(ALLOCATION), ALLOCATION)
        .getScore();
  }
}
