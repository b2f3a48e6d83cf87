package glockenspiel.runtime.telemetry;

import glockenspiel.runtime.task.SerialOwner;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Measures of what belongs to an owner: whoever scrapes has the owner take one picture, and all
 * measures are read from that. An owner that does not answer within a second has no measures then;
 * between scrapes they cost nothing.
 *
 * @param <P> the picture
 */
public final class OwnedMeasures<P> {
  private static final long PATIENCE_MILLIS = 1_000;

  private record LongMeasure<P>(
      ObservableLongMeasurement instrument, BiConsumer<P, ObservableLongMeasurement> reading) {}

  private record DoubleMeasure<P>(
      ObservableDoubleMeasurement instrument, BiConsumer<P, ObservableDoubleMeasurement> reading) {}

  private final Meter meter;
  private final SerialOwner owner;
  private final Supplier<P> picture;
  private final List<LongMeasure<P>> longs = new ArrayList<>();
  private final List<DoubleMeasure<P>> doubles = new ArrayList<>();

  /**
   * Without measures yet.
   *
   * @param picture taken on the owner
   */
  public OwnedMeasures(Telemetry telemetry, SerialOwner owner, Supplier<P> picture) {
    this.meter = telemetry.meter();
    this.owner = owner;
    this.picture = picture;
  }

  /** What only grows. */
  public OwnedMeasures<P> counter(
      String name, String description, BiConsumer<P, ObservableLongMeasurement> reading) {
    ObservableLongMeasurement instrument =
        meter.counterBuilder(name).setDescription(description).buildObserver();
    longs.add(new LongMeasure<>(instrument, reading));
    return this;
  }

  /** Time that only grows, in seconds. */
  public OwnedMeasures<P> seconds(
      String name, String description, BiConsumer<P, ObservableDoubleMeasurement> reading) {
    ObservableDoubleMeasurement instrument =
        meter
            .counterBuilder(name)
            .ofDoubles()
            .setDescription(description)
            .setUnit("s")
            .buildObserver();
    doubles.add(new DoubleMeasure<>(instrument, reading));
    return this;
  }

  /** What comes and goes. */
  public OwnedMeasures<P> gauge(
      String name, String description, BiConsumer<P, ObservableLongMeasurement> reading) {
    ObservableLongMeasurement instrument =
        meter.gaugeBuilder(name).ofLongs().setDescription(description).buildObserver();
    longs.add(new LongMeasure<>(instrument, reading));
    return this;
  }

  /** From now on whoever scrapes sees them, until the returned callback is closed. */
  public BatchCallback observe() {
    List<ObservableMeasurement> instruments = new ArrayList<>();
    longs.forEach(measure -> instruments.add(measure.instrument));
    doubles.forEach(measure -> instruments.add(measure.instrument));
    return meter.batchCallback(
        this::read,
        instruments.getFirst(),
        instruments.subList(1, instruments.size()).toArray(ObservableMeasurement[]::new));
  }

  private void read() {
    CompletableFuture<P> taken = new CompletableFuture<>();
    owner.execute(() -> taken.complete(picture.get()));
    try {
      P now = taken.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      longs.forEach(measure -> measure.reading.accept(now, measure.instrument));
      doubles.forEach(measure -> measure.reading.accept(now, measure.instrument));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException noAnswer) {
      // The owner is stopped or has too much to do: a gap in the graph says so.
    }
  }
}
