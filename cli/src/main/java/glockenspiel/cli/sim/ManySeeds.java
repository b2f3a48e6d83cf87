package glockenspiel.cli.sim;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.TimeSpan;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** One seed or many, for how long, and how many side by side. */
final class ManySeeds {
  private static final Pattern RANGE = Pattern.compile("(\\d+)\\.\\.(\\d+)");

  /** One seed or many. */
  private static final class Seeds {
    @Option(names = "--seed", paramLabel = "N", required = true, description = "This seed.")
    private @Nullable Long one;

    @Option(
        names = "--seeds",
        paramLabel = "A..B",
        required = true,
        description = "All seeds from A to B, both included.")
    private @Nullable String range;
  }

  @ArgGroup(multiplicity = "1")
  private final Seeds seeds = new Seeds();

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = {
        "Begins no new seed after this time, such as 90s, 20m or 8h. For a night:",
        "--seeds 1000000..2000000000 --for 8h"
      })
  private @Nullable String time;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Seeds at the same time. Default: as many as there are processors")
  private @Nullable Integer threads;

  private record Range(long first, long last) {}

  private Range range() {
    if (seeds.one != null) {
      return new Range(seeds.one, seeds.one);
    }
    Matcher matcher = RANGE.matcher(String.valueOf(seeds.range));
    if (!matcher.matches()) {
      throw CommandFailure.wrongUsage("--seeds " + seeds.range + ": write A..B, such as 1..1000");
    }
    try {
      long first = Long.parseLong(matcher.group(1));
      long last = Long.parseLong(matcher.group(2));
      if (last < first) {
        throw CommandFailure.wrongUsage("--seeds " + seeds.range + ": the second is smaller");
      }
      return new Range(first, last);
    } catch (NumberFormatException tooLarge) {
      throw CommandFailure.wrongUsage("--seeds " + seeds.range + ": too large a number");
    }
  }

  private long nanosToRun() {
    if (time == null) {
      return Long.MAX_VALUE;
    }
    return TimeSpan.nanos("--for", time);
  }

  private int threadCount() {
    int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (count < 1) {
      throw CommandFailure.wrongUsage("--threads " + count + ": at least 1");
    }
    return count;
  }

  /** Seeds share nothing, so they run side by side; each thread takes the next one. */
  void forEach(LongConsumer seed) {
    Range range = range();
    long nanos = nanosToRun();
    long begun = System.nanoTime();
    AtomicLong next = new AtomicLong(range.first());
    Runnable worker =
        () -> {
          while (System.nanoTime() - begun < nanos) {
            long mine = next.getAndIncrement();
            if (mine > range.last()) {
              return;
            }
            seed.accept(mine);
          }
        };
    int count = threadCount();
    try (ExecutorService pool = Executors.newFixedThreadPool(count)) {
      CompletableFuture.allOf(
              Stream.generate(() -> CompletableFuture.runAsync(worker, pool))
                  .limit(count)
                  .toArray(CompletableFuture[]::new))
          .join();
    }
  }
}
